import {
  dictSet,
  PyDict,
  PyFunction,
  PyObject,
  PySlice,
  PyTuple,
  type PyValue,
  pyEquals,
  pyRepr,
  raise,
} from '../jinja/index.ts'

/** agate's MappedSequence: values in order that have names too. `x[0]`, `x['name']`, `x.name`, and Python's way with sequences. */
export class MappedSequence extends PyObject {
  readonly $type: string
  readonly values: readonly PyValue[]
  readonly #keys: readonly PyValue[] | null
  #places: ReadonlyMap<string, number> | undefined

  constructor(
    type: 'MappedSequence' | 'Row' | 'Column',
    values: readonly PyValue[],
    keys: readonly PyValue[] | null,
    places?: ReadonlyMap<string, number>,
  ) {
    super()
    this.$type = type
    this.values = values
    this.#keys = keys
    this.#places = places
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'keys':
        return new PyFunction(name, () => (this.#keys === null ? null : new PyTuple(this.#keys)))
      case 'values':
        return new PyFunction(name, () => new PyTuple(this.values))
      case 'items':
        return new PyFunction(name, () => new PyTuple(this.#named().map(([key, value]) => new PyTuple([key, value]))))
      case 'dict':
        return new PyFunction(name, () => this.#dict())
      case 'get':
        return new PyFunction(name, ([key, fallback]) => this.#byName(key ?? null) ?? fallback ?? null)
      case 'index':
        return new PyFunction(name, ([value]) => {
          const index = this.values.findIndex((each) => pyEquals(each, value ?? null))
          return index >= 0 ? index : raise('ValueError', `${pyRepr(value ?? null)} is not in sequence`)
        })
      case 'count':
        return new PyFunction(name, ([value]) => this.values.filter((each) => pyEquals(each, value ?? null)).length)
      default:
        return undefined
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    if (typeof key === 'number') return this.values[key < 0 ? key + this.values.length : key]
    if (key instanceof PySlice) return new PyTuple(key.of(this.values))
    return this.#byName(key)
  }

  override $setitem(): never {
    return raise(
      'TypeError',
      'Rows and columns can not be modified directly. You probably need to compute a new column.',
    )
  }

  override $iter(): Iterator<PyValue> {
    return this.values.values()
  }

  override $len(): number {
    return this.values.length
  }

  override $contains(item: PyValue): boolean {
    return this.values.some((each) => pyEquals(each, item))
  }

  override $eq(other: PyValue): boolean {
    const items =
      other instanceof MappedSequence
        ? other.values
        : other instanceof PyTuple
          ? other.items
          : Array.isArray(other)
            ? other
            : null
    return (
      items !== null &&
      items.length === this.values.length &&
      items.every((item, index) => pyEquals(item, this.values[index] ?? null))
    )
  }

  override $repr(): string {
    const sample = this.values
      .slice(0, 5)
      .map((value) => pyRepr(value))
      .join(', ')
    return `<agate.${this.$type}: (${sample}${this.values.length > 5 ? ', ...' : ''})>`
  }

  #byName(key: PyValue): PyValue | undefined {
    if (this.#keys === null) return undefined
    if (typeof key !== 'string') {
      const place = this.#keys.findIndex((each) => pyEquals(each, key))
      return place < 0 ? undefined : (this.values[place] ?? null)
    }
    this.#places ??= new Map(this.#keys.map((name, index) => [String(name), index]))
    const place = this.#places.get(key)
    return place === undefined ? undefined : (this.values[place] ?? null)
  }

  #named(): readonly (readonly [PyValue, PyValue])[] {
    if (this.#keys === null) return raise('KeyError', '')
    return this.#keys.map((key, index) => [key, this.values[index] ?? null] as const)
  }

  #dict(): PyDict {
    const dict = new PyDict()
    for (const [key, value] of this.#named()) dictSet(dict, key, value)
    return dict
  }
}
