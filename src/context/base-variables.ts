import { createHash } from 'node:crypto'
import type { Adapter } from '../adapters/interface.ts'
import {
  DBT_VERSION,
  type EventSink,
  type Invocation,
  type JsonObject,
  type ProjectConfig,
  type SourceLocation,
  type TargetConfig,
  TdbtError,
} from '../core/index.ts'
import {
  bindArguments,
  type Globals,
  PyDict,
  PyFunction,
  type PyValue,
  pyStr,
  returnFunction,
  toPython,
  truthy,
} from '../jinja/index.ts'
import { COLLECTION_FUNCTIONS } from './collection-functions.ts'
import { envVarFunction } from './env-var.ts'
import { ExceptionsObject } from './exceptions-variable.ts'
import { FlagsObject, invocationArguments } from './flags-variable.ts'
import { ModulesObject } from './modules-variable.ts'
import { pythonDatetime } from './python-time.ts'
import { targetVariable } from './target-variable.ts'
import { VarFunction, varsOf } from './var-function.ts'

/** What the variables need of a project; a RuntimeProject and a LoadedProject are such. */
export interface ContextProject {
  readonly config: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Pick<Adapter, 'type'>
  /** Installed packages, without the root project. */
  readonly packages: readonly ProjectConfig[]
}

/** A name of dbt before 0.18, kept so that what calls it learns what to call. */
const ADAPTER_MACRO = new PyFunction('adapter_macro', (args) => {
  throw new TdbtError(
    'T4001',
    `The "adapter_macro" macro has been deprecated. Instead, use the \`adapter.dispatch\` method to find a macro and call the result. adapter_macro was called for: ${pyStr(args[0] ?? null)}`,
  )
})

/** The facts of a node that messages show. */
export interface ContextNode {
  readonly name: string
  readonly unique_id: string
}

export interface CommonVariablesOptions {
  readonly invocation: Invocation
  readonly emit: EventSink
  readonly node?: ContextNode | null
  /** Where the template begins: errors that it raises through `exceptions` are shown there. */
  readonly location?: SourceLocation
  /** The variable `modules`, made once for many nodes; one of its own when absent. */
  readonly modules?: PyValue
  /** Name of the worker, `Thread-1` by default. */
  readonly threadId?: string
  /** Told of each environment variable that is read, its value null where the default was taken. */
  readonly onEnvVar?: (name: string, value: string | null) => void
}

export interface BaseVariablesOptions extends CommonVariablesOptions {
  readonly project: ContextProject
  /** Package whose vars count: the node's. */
  readonly packageName: string
  /** Whether queries can be run: false while parsing. Default false. */
  readonly execute?: boolean
  /** What `var()` does without a default: default `none` while parsing a node, `raise` otherwise. */
  readonly missingVar?: 'raise' | 'none'
  /** `overrides` of a unit test. */
  readonly overrides?: { readonly vars?: JsonObject; readonly envVars?: Readonly<Record<string, PyValue>> }
  readonly onVar?: (name: string) => void
  /** At run time: names that a var's own text may use, macros among them. Default: the variables made here and what is added to them. */
  readonly runNames?: Globals
}

/**
 * The variables that every template has, whatever it belongs to; nothing of a node's own. A fresh, writable Map: callers add what they know (ref, this,
 * config…). `var` texts that hold Jinja see what is in the Map when they are used.
 */
export function baseVariables(options: BaseVariablesOptions): Map<string, PyValue> {
  const { project, invocation, packageName, node, execute = false, overrides } = options
  const variables = commonVariables(options, { secrets: false, envOverrides: overrides?.envVars })
  const target = targetVariable(project.target, project.adapter.type)
  const missing = options.missingVar ?? (execute ? 'raise' : 'none')
  const cli = { ...invocation.vars, ...overrides?.vars }
  setAll(variables, {
    target,
    env: target,
    project_name: project.config.name,
    execute,
    var: new VarFunction({
      vars: () => varsOf({ root: project.config, packages: project.packages, packageName, cli }),
      owner: node?.name ?? '<Configuration>',
      missing,
      globals: options.runNames ?? variables,
      resumable: options.runNames !== undefined,
      ...(options.onVar === undefined ? {} : { onRead: options.onVar }),
    }),
    exceptions: new ExceptionsObject({
      emit: options.emit,
      nodeId: node?.unique_id,
      location: options.location,
      flags: invocation.flags,
    }),
    adapter_macro: ADAPTER_MACRO,
    dbt_metadata_envs: metadataEnvs(invocation.env),
    invocation_args_dict: invocationArguments(invocation.flags),
    database: project.target.database,
    schema: project.target.schema,
  })
  return withBuiltins(variables)
}

/** What is in dbt's BaseContext but `var`: the part that profiles and project files have too. */
export function commonVariables(
  options: CommonVariablesOptions,
  access: { readonly secrets: boolean; readonly envOverrides?: Readonly<Record<string, PyValue>> | undefined },
): Map<string, PyValue> {
  const { invocation, emit, node } = options
  const nodeId = node?.unique_id
  const variables = new Map<string, PyValue>(COLLECTION_FUNCTIONS)
  setAll(variables, {
    dbt_version: DBT_VERSION,
    invocation_id: invocation.invocationId,
    run_started_at: pythonDatetime(invocation.startedAt),
    thread_id: options.threadId ?? 'Thread-1',
    flags: new FlagsObject(invocation.flags),
    modules: options.modules ?? new ModulesObject(invocation.now),
    return: returnFunction,
    env_var: envVarFunction({
      env: invocation.env,
      secrets: access.secrets,
      ...(access.envOverrides === undefined ? {} : { overrides: access.envOverrides }),
      ...(options.onEnvVar === undefined ? {} : { onRead: options.onEnvVar }),
    }),
    log: logFunction(emit, nodeId),
    print: new PyFunction('print', (args, kwargs) => {
      const { msg } = bindArguments('print', [{ name: 'msg' }], args, kwargs)
      if (invocation.flags.print) emit({ type: 'print', message: pyStr(msg ?? null) })
      return ''
    }),
    local_md5: new PyFunction('local_md5', (args, kwargs) => {
      const { value } = bindArguments('local_md5', [{ name: 'value' }], args, kwargs)
      return createHash('md5')
        .update(pyStr(value ?? null), 'utf8')
        .digest('hex')
    }),
  })
  return variables
}

/** `log()`: an event of the level asked for; what a node's template says carries its id. */
export function logFunction(emit: EventSink, nodeId: string | undefined): PyFunction {
  return new PyFunction('log', (args, kwargs) => {
    const bound = bindArguments('log', [{ name: 'msg' }, { name: 'info', default: false }], args, kwargs)
    const level = truthy(bound['info'] ?? false) ? 'info' : 'debug'
    emit({ type: 'log', level, message: pyStr(bound['msg'] ?? null), ...(nodeId === undefined ? {} : { nodeId }) })
    return ''
  })
}

/** Adds `builtins`: the variables as they are now, for macros that take the name of one. */
export function withBuiltins(variables: Map<string, PyValue>): Map<string, PyValue> {
  variables.set('builtins', PyDict.ofStrings(variables))
  return variables
}

function setAll(variables: Map<string, PyValue>, values: Readonly<Record<string, PyValue>>): void {
  for (const [name, value] of Object.entries(values)) variables.set(name, value)
}

const METADATA_PREFIX = 'DBT_ENV_CUSTOM_ENV_'

function metadataEnvs(env: Readonly<Record<string, string | undefined>>): PyValue {
  const named = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith(METADATA_PREFIX) && value !== undefined ? [[name.slice(METADATA_PREFIX.length), value]] : [],
  )
  return toPython(Object.fromEntries(named))
}
