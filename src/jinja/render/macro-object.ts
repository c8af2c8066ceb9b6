import { makeUndefined, raise } from '../runtime/runtime.ts'
import {
  type CallResult,
  type Kwargs,
  Pending,
  PyDict,
  PyObject,
  PyTuple,
  type PyValue,
  type Resumable,
} from '../runtime/values.ts'

/** What is known of a macro when it is compiled. */
export interface MacroSpec {
  /** Null for the body of a call block. */
  readonly name: string | null
  readonly parameters: readonly string[]
  readonly catchKwargs: boolean
  readonly catchVarargs: boolean
  /** Whether it uses `caller`. */
  readonly caller: boolean
  /** Whether its function is a generator function. */
  readonly suspends: boolean
}

/** The generated function of a macro: parameters, then caller, kwargs and varargs where the macro uses them. */
export type MacroFunction = (...values: (PyValue | undefined)[]) => PyValue | Resumable<PyValue>

/** A macro as a template sees it: Jinja2's rules of binding, its TypeErrors, its attributes. */
export class MacroObject extends PyObject {
  readonly $type: string = 'Macro'
  readonly spec: MacroSpec
  readonly fn: MacroFunction

  constructor(spec: MacroSpec, fn: MacroFunction) {
    super()
    this.spec = spec
    this.fn = fn
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    const values = bindMacroArguments(this.spec, args, kwargs)
    const { fn } = this
    if (!this.spec.suspends) return fn(...values) as PyValue
    return new Pending(() => fn(...values) as Resumable<PyValue>)
  }

  override $attr(name: string): PyValue | undefined {
    const { spec } = this
    switch (name) {
      case 'name':
        return spec.name
      case 'arguments':
        return new PyTuple(spec.parameters)
      case 'catch_kwargs':
        return spec.catchKwargs
      case 'catch_varargs':
        return spec.catchVarargs
      case 'caller':
        return spec.caller
      default:
        return undefined
    }
  }

  override $repr(): string {
    return `<Macro ${this.spec.name === null ? 'anonymous' : `'${this.spec.name}'`}>`
  }
}

/**
 * The values of a macro's parameters, undefined where none is given. Extra ones go to varargs and kwargs where the macro uses those,
 * else they are a TypeError.
 */
export function bindMacroArguments(spec: MacroSpec, args: readonly PyValue[], kwargs: Kwargs): (PyValue | undefined)[] {
  const { parameters } = spec
  const count = parameters.length
  const values: (PyValue | undefined)[] = args.length > count ? args.slice(0, count) : [...args]
  const positional = values.length
  let used = 0
  for (let index = positional; index < count; index++) {
    const name = parameters[index] ?? ''
    const value = kwargs.size === 0 ? undefined : kwargs.get(name)
    if (value !== undefined) used++
    values.push(value)
  }
  const foundCaller = parameters.includes('caller')
  const takesCaller = spec.caller && !foundCaller
  if (takesCaller) {
    const caller = kwargs.get('caller')
    if (caller !== undefined) used++
    values.push(caller ?? makeUndefined('caller', 'strict', 'No caller defined'))
  }
  const isUsed = (name: string): boolean =>
    parameters.indexOf(name, positional) >= 0 || (takesCaller && name === 'caller')
  if (spec.catchKwargs) {
    const rest = new PyDict()
    for (const [name, value] of kwargs) if (!isUsed(name)) rest.setString(name, value)
    values.push(rest)
  } else if (kwargs.size > used) {
    const shown = spec.name === null ? 'None' : `'${spec.name}'`
    const extra = [...kwargs.keys()].filter((name) => !isUsed(name))
    if (extra.includes('caller')) {
      raise(
        'TypeError',
        `macro ${shown} was invoked with two values for the special caller argument. This is most likely a bug.`,
      )
    }
    raise('TypeError', `macro ${shown} takes no keyword argument '${extra[0]}'`)
  }
  if (spec.catchVarargs) values.push(new PyTuple(args.slice(count)))
  else if (args.length > count) {
    const shown = spec.name === null ? 'None' : `'${spec.name}'`
    raise('TypeError', `macro ${shown} takes not more than ${count} argument(s)`)
  }
  return values
}
