import { raise, raiseCall } from '../runtime/errors.ts'
import { intOf } from '../runtime/numbers.ts'
import { typeName } from '../runtime/type-name.ts'
import { type CallResult, type Kwargs, PyFunction, PyObject, type PyValue } from '../runtime/values.ts'

/**
 * Arguments of a library function by parameter name, for functions whose parameters are all positional-or-keyword. Absent ones are
 * absent in the result. Raises TypeError as Python does for what does not fit.
 */
export function named(
  name: string,
  parameters: readonly string[],
  args: readonly PyValue[],
  kwargs: Kwargs,
): Readonly<Record<string, PyValue | undefined>> {
  if (args.length > parameters.length) {
    raiseCall(`${name}() takes at most ${parameters.length} arguments (${args.length} given)`)
  }
  const found: Record<string, PyValue> = {}
  for (const [index, value] of args.entries()) found[parameters[index] ?? ''] = value
  for (const [key, value] of kwargs) {
    if (!parameters.includes(key)) raiseCall(`'${key}' is an invalid keyword argument for ${name}()`)
    if (key in found) raiseCall(`argument for ${name}() given by name ('${key}') and position`)
    found[key] = value
  }
  return found
}

/** An argument that must be there. */
export function required(name: string, parameter: string, value: PyValue | undefined): PyValue {
  return value === undefined ? raiseCall(`${name}() missing required argument '${parameter}'`) : value
}

/** An integer argument as a JavaScript number; `fallback` when it was not given. */
export function integer(value: PyValue | undefined, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  const found = value === undefined ? undefined : intOf(value)
  if (found === undefined) {
    raise('TypeError', `'${typeName(value ?? null)}' object cannot be interpreted as an integer`)
  }
  return Number(found)
}

export function text(value: PyValue | undefined, what: string): string {
  return typeof value === 'string' ? value : raise('TypeError', `${what} must be str, not ${typeName(value ?? null)}`)
}

/** A function of the library as a value. */
export function method(name: string, run: (args: readonly PyValue[], kwargs: Kwargs) => CallResult): PyFunction {
  return new PyFunction(name, run)
}

/** A Python class or module as a template sees it: attributes, and a constructor where it has one. */
export class PyNamespace extends PyObject {
  readonly $type: string

  constructor(
    readonly name: string,
    private readonly attributes: Readonly<Record<string, PyValue>>,
    private readonly construct?: (args: readonly PyValue[], kwargs: Kwargs) => CallResult,
  ) {
    super()
    this.$type = construct ? 'type' : 'module'
  }

  override $attr(name: string): PyValue | undefined {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    return this.construct ? this.construct(args, kwargs) : raise('TypeError', `'${this.$type}' object is not callable`)
  }

  override $repr(): string {
    return this.construct ? `<class '${this.name}'>` : `<module '${this.name}'>`
  }
}
