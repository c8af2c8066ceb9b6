import { type Batch, type CompiledEntry, nodeVariables, SqlResults, settle } from '../compile/index.ts'
import { callMacro, createGlobals, Relation } from '../context/index.ts'
import { type ManifestNode, TdbtError } from '../core/index.ts'
import { drive, PyDict, PyFunction, type PyValue, pyRepr, pyStr } from '../jinja/index.ts'
import type { NodeWork } from './run-state.ts'

export interface MaterializeOptions {
  readonly node: ManifestNode
  readonly compiled: CompiledEntry | null
  /** Name of the materialization; the node's own when absent. */
  readonly materialization?: string
  readonly batch?: Batch | null
  /** The node depends on the macros that its materialization calls: so dbt has it for data tests and functions, for nothing else. */
  readonly dependsOnItsMacros?: boolean
}

/** The relations that a materialization returned. Throws T4001 when it returned something else. */
export function relationsOf(value: PyValue, node: ManifestNode, materialization: string): readonly Relation[] {
  if (typeof value === 'string') {
    throw new TdbtError(
      'T4001',
      `The materialization ("${materialization}") did not explicitly return a list of relations to add to the cache.`,
      { nodeId: node.unique_id },
    )
  }
  const fail = (message: string) =>
    new TdbtError('T4001', `Invalid return value from materialization, ${message}`, { nodeId: node.unique_id })
  if (!(value instanceof PyDict)) throw fail(`expected a dict with key "relations", got: ${pyStr(value)}`)
  const relations = value.getString('relations')
  if (relations === undefined) {
    throw fail(`"relations" not found, got keys: ${pyRepr([...value.entries.values()].map(([key]) => key))}`)
  }
  if (!Array.isArray(relations)) throw fail(`"relations" not a list, got: ${pyStr(relations)}`)
  return relations.map((relation) => {
    if (relation instanceof Relation) return relation
    throw fail(`"relations" contains non-Relation: ${pyStr(relation)}`)
  })
}

/**
 * Runs a node's materialization and tells the cache of the relations it returned. What its statements were answered is in the
 * results. Throws T4002 when there is no such materialization.
 */
export async function materialize(
  work: NodeWork,
  options: MaterializeOptions,
): Promise<{ readonly results: SqlResults; readonly value: PyValue }> {
  const { runtime, scope } = work
  const { node } = options
  const { library, adapter } = runtime.project
  const name = options.materialization ?? String(node.config.materialized ?? 'view')
  const macro = library.findMaterialization(name, adapter.dispatchPrefixes, runtime.rootPackage)
  if (macro === undefined) {
    throw new TdbtError(
      'T4002',
      `No materialization '${name}' was found for adapter ${adapter.type}! (searched types 'default' and '${adapter.type}')`,
      { nodeId: node.unique_id, hint: 'Check the spelling of `materialized`, or install the package that brings it.' },
    )
  }
  const language = 'language' in node ? node.language : 'sql'
  if (macro.supported_languages !== null && !macro.supported_languages.includes(language)) {
    throw new TdbtError(
      'T4002',
      `Materialization "${macro.name}" only supports languages ${pyRepr([...macro.supported_languages])}; got "${language}"`,
      { nodeId: node.unique_id },
    )
  }
  const results = new SqlResults(scope.connection)
  const variables = nodeVariables({
    scope,
    node,
    results,
    compiled: options.compiled,
    batch: options.batch ?? null,
    useCte: () => undefined,
    onWrite: (path) => {
      work.executedPath = path
    },
  })
  const called = new Set<string>()
  const globals = createGlobals({
    library,
    packageName: node.package_name,
    flavour: 'resumable',
    variables,
    ...(options.dependsOnItsMacros ? { onMacroCall: (id) => called.add(id), toldDepth: 1 } : {}),
  })
  if (options.batch?.incremental) {
    globals.set('is_incremental', new PyFunction('is_incremental', () => true))
    globals.set('should_full_refresh', new PyFunction('should_full_refresh', () => false))
  }
  scope.bind(globals, !options.dependsOnItsMacros)
  try {
    // A user's materialization may look at the database by other ways than its statements.
    if (!runtime.userPackages.has(macro.package_name)) scope.connection.allowAhead()
    const value = await drive(settle(callMacro(globals, macro, [])))
    await scope.connection.settle()
    return { results, value }
  } finally {
    const entry = called.size > 0 ? runtime.compiled.get(node.unique_id) : undefined
    if (entry) {
      const macros = [...(entry.node.macros ?? []), ...called]
      runtime.compiled.set(node.unique_id, { ...entry, node: { ...entry.node, macros } })
    }
  }
}

/** As `materialize`, for materializations that return relations: these go into the cache. */
export async function materializeRelations(work: NodeWork, options: MaterializeOptions): Promise<SqlResults> {
  const { results, value } = await materialize(work, options)
  const name = options.materialization ?? String(options.node.config.materialized ?? 'view')
  for (const relation of relationsOf(value, options.node, name)) {
    work.runtime.cache.add(relation.incorporate({ dbtCreated: true }))
  }
  return results
}
