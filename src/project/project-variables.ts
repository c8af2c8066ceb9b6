import type { Adapter } from '../adapters/interface.ts'
import { baseVariables, commonVariables, targetVariable, VarFunction, varsOf, withBuiltins } from '../context/index.ts'
import type { EventSink, Invocation, ProjectConfig, TargetConfig } from '../core/index.ts'
import { type PyValue, toPython } from '../jinja/index.ts'

const QUIET: EventSink = () => undefined

/**
 * Names in a project file and in profiles.yml: env_var, var of the command line and the like; `target` once it is known. Secrets
 * of the environment may be read where there is no target yet, that is in profiles.
 */
export function profileNames(options: {
  readonly invocation: Invocation
  readonly target: TargetConfig | null
  readonly adapterType: string
}): Map<string, PyValue> {
  const { invocation, target, adapterType } = options
  const variables = commonVariables({ invocation, emit: QUIET }, { secrets: target === null })
  if (target !== null) variables.set('target', targetVariable(target, adapterType))
  const nothing = { vars: {}, name: '' } as unknown as ProjectConfig
  variables.set(
    'var',
    new VarFunction({
      vars: () => varsOf({ root: nothing, packages: [], packageName: '', cli: invocation.vars }),
      owner: '<Configuration>',
      missing: 'raise',
      globals: variables,
    }),
  )
  return withBuiltins(variables)
}

export interface PackageNamesOptions {
  readonly invocation: Invocation
  readonly target: TargetConfig
  readonly adapter: Pick<Adapter, 'type'>
  readonly root: ProjectConfig
  readonly packages: readonly ProjectConfig[]
  /** The package whose vars count. */
  readonly packageName: string
  readonly emit: EventSink
}

/** Names in properties files and descriptions of a package: no macros, and `var` raises where a var is missing. */
export function propertiesNames(options: PackageNamesOptions): Map<string, PyValue> {
  const { root: config, target, adapter, packages } = options
  return baseVariables({ ...options, project: { config, target, adapter, packages }, missingVar: 'raise' })
}

/** Names in SQL while it is parsed: `execute` is false and a missing var is none. */
export function sqlNames(options: PackageNamesOptions): Map<string, PyValue> {
  const { root: config, target, adapter, packages } = options
  const variables = baseVariables({ ...options, project: { config, target, adapter, packages } })
  variables.set('graph', toPython({}))
  return variables
}
