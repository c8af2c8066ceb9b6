import { bindArguments, PyFunction, PyObject, PyTuple, type PyValue, pyIterate, pyStr, raise } from '../jinja/index.ts'

/** What a name space must know to look like a dict. */
export interface NameSource {
  get(name: string): PyValue | undefined
  set(name: string, value: PyValue): void
  names(): Iterable<string>
}

/** The variable `context`: the whole name space as a dict whose values are made when they are asked for. */
export class ContextDict extends PyObject {
  readonly $type = 'dict'
  readonly #source: NameSource

  constructor(source: NameSource) {
    super()
    this.#source = source
  }

  /** True for the runtime's `mapping` test. */
  override readonly $mapping = true

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'get':
        return new PyFunction('get', (args, kwargs) => {
          const { key, default: fallback } = bindArguments(
            'get',
            [{ name: 'key' }, { name: 'default', default: null }],
            args,
            kwargs,
          )
          return this.#value(key ?? null) ?? fallback ?? null
        })
      case 'keys':
        return new PyFunction('keys', () => [...this.#source.names()])
      case 'values':
        return new PyFunction('values', () => this.#items().map(([, value]) => value))
      case 'items':
        return new PyFunction('items', () => this.#items().map((pair) => new PyTuple(pair)))
      case 'update':
        return new PyFunction('update', (args, kwargs) => {
          for (const pairs of args) this.#update(pairs)
          for (const [key, value] of kwargs) this.#source.set(key, value)
          return null
        })
      default:
        return this.#source.get(name)
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    return this.#value(key)
  }

  override $setitem(key: PyValue, value: PyValue): void {
    this.#source.set(pyStr(key), value)
  }

  override $contains(item: PyValue): boolean {
    return this.#value(item) !== undefined
  }

  override $iter(): Iterator<PyValue> {
    return [...this.#source.names()].values()
  }

  override $len(): number {
    return [...this.#source.names()].length
  }

  override $repr(): string {
    return '{...}'
  }

  #value(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? this.#source.get(key) : undefined
  }

  #items(): [string, PyValue][] {
    return [...this.#source.names()].map((name) => [name, this.#source.get(name) ?? null])
  }

  #update(pairs: PyValue): void {
    for (const key of pyIterate(pairs)) {
      if (typeof key !== 'string') raise('TypeError', 'names of the context are strings')
      const item = pairs instanceof PyObject ? pairs.$item?.(key) : undefined
      this.#source.set(key, item ?? itemOf(pairs, key))
    }
  }
}

function itemOf(pairs: PyValue, key: string): PyValue {
  if (pairs !== null && typeof pairs === 'object' && 'getString' in pairs) return pairs.getString(key) ?? null
  return raise('TypeError', 'update() takes a dict')
}
