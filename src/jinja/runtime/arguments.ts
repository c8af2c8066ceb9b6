import { raiseCall } from './errors.ts'
import { type Kwargs, PyDict, PyTuple, type PyValue } from './values.ts'

/** One parameter of a host function: required unless it has a default; `rest` collects positional, `keywords` named extras. */
export interface ParameterSpec {
  readonly name: string
  readonly default?: PyValue
  readonly kind?: 'rest' | 'keywords'
}

/** Shorthand for a ParameterSpec: required without a second argument. */
export function parameter(name: string, defaultValue?: PyValue): ParameterSpec {
  return defaultValue === undefined ? { name } : { name, default: defaultValue }
}

/**
 * Binds a call's arguments to parameters as Python does, in the parameters' order; `rest` gives a PyTuple, `keywords` a PyDict.
 * Raises Python's TypeErrors (T2004). `hidden` counts leading parameters that the caller fills (they show in the counts only).
 */
export function bindPositional(
  functionName: string,
  spec: readonly ParameterSpec[],
  args: readonly PyValue[],
  kwargs: Kwargs,
  hidden = 0,
): PyValue[] {
  const values: PyValue[] = []
  const missing: string[] = []
  let plain = 0
  let rest = false
  let keywords: PyDict | undefined
  let used = 0
  for (const parameter of spec) {
    if (parameter.kind === 'rest') {
      rest = true
      values.push(new PyTuple(args.slice(plain)))
    } else if (parameter.kind === 'keywords') {
      keywords = new PyDict()
      values.push(keywords)
    } else {
      const given = rest ? undefined : args[plain]
      if (!rest) plain++
      const named = kwargs.size === 0 ? undefined : kwargs.get(parameter.name)
      if (named !== undefined) {
        if (given !== undefined) raiseCall(`${functionName}() got multiple values for argument '${parameter.name}'`)
        used++
        values.push(named)
      } else if (given !== undefined) values.push(given)
      else if (parameter.default !== undefined) values.push(parameter.default)
      else {
        missing.push(parameter.name)
        values.push(null)
      }
    }
  }
  if (used < kwargs.size) {
    for (const [name, value] of kwargs) {
      if (spec.some((parameter) => parameter.kind === undefined && parameter.name === name)) continue
      if (keywords) keywords.setString(name, value)
      else raiseCall(`${functionName}() got an unexpected keyword argument '${name}'`)
    }
  }
  if (args.length > plain && !rest) tooMany(functionName, spec, args.length, hidden)
  if (missing.length > 0) {
    const plural = missing.length === 1 ? '' : 's'
    raiseCall(
      `${functionName}() missing ${missing.length} required positional argument${plural}: ${listNames(missing)}`,
    )
  }
  return values
}

function tooMany(functionName: string, spec: readonly ParameterSpec[], given: number, hidden: number): never {
  const plain = spec.filter((parameter) => parameter.kind === undefined)
  const required = plain.filter((parameter) => parameter.default === undefined).length
  const most = plain.length + hidden
  const range = required < plain.length ? `from ${required + hidden} to ${most}` : String(most)
  const total = given + hidden
  raiseCall(
    `${functionName}() takes ${range} positional argument${most === 1 ? '' : 's'} but ${total} ${total === 1 ? 'was' : 'were'} given`,
  )
}

function listNames(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  if (quoted.length <= 2) return quoted.join(' and ')
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted[quoted.length - 1]}`
}

/** Like bindPositional, by parameter name. */
export function bindArguments(
  functionName: string,
  spec: readonly ParameterSpec[],
  args: readonly PyValue[],
  kwargs: Kwargs,
): Record<string, PyValue> {
  const values = bindPositional(functionName, spec, args, kwargs)
  return Object.fromEntries(spec.map((parameter, index) => [parameter.name, values[index] ?? null]))
}
