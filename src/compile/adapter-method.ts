import type { CallResult, ParameterSpec, PyValue } from '../jinja/index.ts'

/** Arguments of a call, bound to the names of its parameters. */
export type BoundArguments = Readonly<Record<string, PyValue>>

/** A method of `adapter`: its parameters, and what it does. What has to ask the server gives a Pending. */
export interface AdapterMethod {
  readonly parameters: readonly ParameterSpec[]
  run(args: BoundArguments): CallResult
}

export type AdapterMethods = Readonly<Record<string, AdapterMethod>>
