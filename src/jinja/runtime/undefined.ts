import { raise } from './errors.ts'
import { pyRepr, quoteText } from './str.ts'
import { objectTypeName } from './type-name.ts'
import { PyObject, type PyValue } from './values.ts'

/** strict: Jinja2's default Undefined. capture: dbt's at parse time, where attribute, item and call give it again. */
export type UndefinedMode = 'strict' | 'capture'

interface UndefinedOrigin {
  readonly hint?: string | null
  /** What was looked into, when an attribute or item is missing; absent for a missing name. */
  readonly owner?: { readonly value: PyValue }
  readonly errorClass?: string
}

/** The value of a name, attribute or item that is not there. Prints as nothing, is false and empty, and raises on all other use. */
export class Undefined extends PyObject {
  readonly $type = 'Undefined'
  readonly name: PyValue
  readonly mode: UndefinedMode
  private readonly origin: UndefinedOrigin

  constructor(name: PyValue, mode: UndefinedMode = 'strict', origin: UndefinedOrigin = {}) {
    super()
    this.name = name
    this.mode = mode
    this.origin = origin
  }

  /** The same, as dbt's capturing kind (which forgets what was looked into). */
  capturing(): Undefined {
    if (this.mode === 'capture') return this
    const { hint } = this.origin
    return new Undefined(this.name, 'capture', hint ? { hint } : {})
  }

  get message(): string {
    const { hint, owner } = this.origin
    if (hint) return hint
    const name = typeof this.name === 'string' ? quoteText(this.name) : pyRepr(this.name)
    if (!owner) return `${name} is undefined`
    const type = objectTypeName(owner.value)
    return typeof this.name === 'string' ? `'${type}' has no attribute ${name}` : `${type} has no element ${name}`
  }

  fail(): never {
    raise(this.origin.errorClass ?? 'UndefinedError', this.message)
  }

  override $attr(name: string): PyValue | undefined {
    if (this.mode === 'capture') {
      if (name === 'name') return this.name
      if (name.startsWith('__') && name.endsWith('__')) return undefined
      return new Undefined(name, 'capture', this.origin)
    }
    return this.fail()
  }

  override $item(): PyValue {
    return this.mode === 'capture' ? this : this.fail()
  }

  override $call(): PyValue {
    return this.mode === 'capture' ? this : this.fail()
  }

  override $iter(): Iterator<PyValue> {
    return [].values()
  }

  override $len(): number {
    return 0
  }

  override $truth(): boolean {
    return false
  }

  override $str(): string {
    return ''
  }

  override $repr(): string {
    return 'Undefined'
  }

  override $eq(other: PyValue): boolean {
    return other instanceof Undefined
  }

  override $hash(): string {
    return 'Undefined'
  }

  override $compare(): number {
    return this.fail()
  }

  override $contains(): boolean {
    return false
  }

  override $binary(): PyValue {
    return this.fail()
  }
}

/** The value of a name that is not there; `hint` replaces the usual message. */
export function makeUndefined(name: string | null, mode: UndefinedMode = 'strict', hint?: string): Undefined {
  return new Undefined(name, mode, hint === undefined ? {} : { hint })
}

/** The value of an attribute (name) or item (any other key) that the owner does not have. */
export function missingFrom(owner: PyValue, name: PyValue): Undefined {
  return new Undefined(name, 'strict', { owner: { value: owner } })
}

/** What the sandbox gives for an attribute that templates may not see. */
export function unsafeAttribute(owner: string, name: string): Undefined {
  const hint = `access to attribute ${quoteText(name)} of ${quoteText(owner)} object is unsafe.`
  return new Undefined(name, 'strict', { hint, errorClass: 'SecurityError' })
}
