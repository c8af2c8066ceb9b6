import { bindPositional, type ParameterSpec } from './arguments.ts'
import type { UndefinedMode } from './undefined.ts'
import type { CallResult, Kwargs, PyValue } from './values.ts'

/** What a filter may know of the render it runs in. */
export interface FilterEnvironment {
  readonly undefined: UndefinedMode
  /** Numbers in [0, 1) for `|random`; without it the first item is taken. */
  readonly random?: () => number
}

export type FilterBody = (values: readonly PyValue[], environment: FilterEnvironment) => CallResult

/** A filter: Jinja's function name (which Python's TypeErrors mention), its parameters with the piped value first, its work. */
export interface Filter {
  readonly apply: (
    value: PyValue,
    args: readonly PyValue[],
    kwargs: Kwargs,
    environment: FilterEnvironment,
  ) => CallResult
}

/** `hidden`: parameters of Jinja's function that the environment fills. */
export function filter(functionName: string, spec: readonly ParameterSpec[], body: FilterBody, hidden = 0): Filter {
  const most = spec.length
  const defaults = spec.map((parameter) => parameter.default)
  const plain = spec.every((parameter) => parameter.kind === undefined)
  return {
    apply: (value, args, kwargs, environment) => {
      const count = args.length + 1
      if (plain && kwargs.size === 0 && count <= most && (count === most || defaults[count] !== undefined)) {
        const values: PyValue[] = [value, ...args]
        for (let index = count; index < most; index++) values.push(defaults[index] ?? null)
        return body(values, environment)
      }
      return body(bindPositional(functionName, spec, [value, ...args], kwargs, hidden), environment)
    },
  }
}
