import { updateDict } from './collection-methods.ts'
import { raise, raiseCall } from './errors.ts'
import { pyRepr } from './str.ts'
import { type Kwargs, PyDict, PyFunction, PyObject, type PyValue } from './values.ts'

/** Jinja's namespace(): an object whose attributes `{% set ns.x = … %}` assigns. */
export class Namespace extends PyObject {
  readonly $type = 'Namespace'
  override readonly $module = 'jinja2.utils'
  readonly attributes: PyDict

  constructor(attributes: PyDict = new PyDict()) {
    super()
    this.attributes = attributes
  }

  override $attr(name: string): PyValue | undefined {
    return this.attributes.getString(name)
  }

  override $setattr(name: string, value: PyValue): void {
    this.attributes.setString(name, value)
  }

  override $repr(): string {
    return `<Namespace ${pyRepr(this.attributes)}>`
  }
}

/** dict(): of a mapping or of pairs, and keywords. */
export function makeDict(args: readonly PyValue[], kwargs: Kwargs): PyDict {
  if (args.length > 1) raiseCall(`dict expected at most 1 argument, got ${args.length}`)
  const dict = new PyDict()
  if (args[0] !== undefined) updateDict(dict, args[0])
  for (const [name, value] of kwargs) dict.setString(name, value)
  return dict
}

/** Jinja's cycler(). */
export class Cycler extends PyObject {
  readonly $type = 'Cycler'
  override readonly $module = 'jinja2.utils'
  private readonly items: readonly PyValue[]
  private position = 0

  constructor(items: readonly PyValue[]) {
    super()
    if (items.length === 0) raise('RuntimeError', 'at least one item has to be provided')
    this.items = items
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'current':
        return this.items[this.position] ?? null
      case 'items':
        return [...this.items]
      case 'pos':
        return this.position
      case 'next':
        return new PyFunction('next', () => {
          const item = this.items[this.position] ?? null
          this.position = (this.position + 1) % this.items.length
          return item
        })
      case 'reset':
        return new PyFunction('reset', () => {
          this.position = 0
          return null
        })
      default:
        return undefined
    }
  }
}

/** Jinja's joiner(): nothing at its first call, the separator after. */
export class Joiner extends PyObject {
  readonly $type = 'Joiner'
  override readonly $module = 'jinja2.utils'
  private readonly separator: PyValue
  private used = false

  constructor(separator: PyValue) {
    super()
    this.separator = separator
  }

  override $call(): PyValue {
    if (this.used) return this.separator
    this.used = true
    return ''
  }
}
