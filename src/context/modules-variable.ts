import { makeModules, type PyDict, PyObject, type PyValue } from '../jinja/index.ts'

/** The variable `modules`: datetime, pytz, re and itertools, made when they are asked for. */
export class ModulesObject extends PyObject {
  readonly $type = 'dict'
  override readonly $mapping = true
  readonly #now: () => Date
  #modules: PyDict | undefined

  constructor(now: () => Date) {
    super()
    this.#now = now
  }

  override $attr(name: string): PyValue | undefined {
    this.#modules ??= makeModules(this.#now)
    return this.#modules.getString(name)
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? this.$attr(key) : undefined
  }

  override $contains(item: PyValue): boolean {
    return this.$item(item) !== undefined
  }

  override $iter(): Iterator<PyValue> {
    return ['datetime', 'pytz', 're', 'itertools'].values()
  }
}
