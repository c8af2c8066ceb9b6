import { createGlobals, type MutableGlobals } from '../context/index.ts'
import { type CompiledNode, type Json, type ManifestNode, TdbtError } from '../core/index.ts'
import {
  compileTemplate,
  drive,
  PyDict,
  type PyValue,
  type Resumable,
  type Template,
  toPython,
} from '../jinja/index.ts'
import { getRelation } from './adapter-relations.ts'
import type { Batch } from './batch.ts'
import { withForeignKeys } from './foreign-keys.ts'
import { injectCtes } from './inject-ctes.ts'
import { textPath } from './node-paths.ts'
import { plainCallValue } from './plain-call.ts'
import { wait } from './resumable.ts'
import type { CompiledEntry, Runtime } from './runtime.ts'
import { createScope, type Scope } from './scope.ts'
import { SqlResults } from './sql-results.ts'
import { nodeVariables } from './variables.ts'

const JINJA_MARK = /\{[{%#]|[#}%]\}/
const WHERE_SUBQUERY = /^\{\{ get_where_subquery\((\w+\([^{}]*\))\) \}\}$/
/** Strings of test arguments that dbt takes as calls though they have no braces. */
const LOOKS_LIKE_CALL = /^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$/

export type CompileOverride = (
  globals: MutableGlobals,
  variables: Map<string, PyValue>,
  useCte: (uniqueId: string) => void,
) => void

export interface CompileOptions {
  readonly batch?: Batch | null
  /** Variables besides the node's own: `results`, `schemas` of on-run-end hooks. */
  readonly extra?: ReadonlyMap<string, PyValue>
  /** Replaces variables and macros of the name space: what unit tests override. */
  readonly override?: CompileOverride
  /** Write target/compiled; default true. */
  readonly write?: boolean
}

/** Values of a generic test's arguments: text is rendered, and keeps the type of what it names; a column's name stays text. */
function renderArguments(value: Json, path: string, render: (text: string) => PyValue): PyValue {
  if (typeof value === 'string') {
    if (path === '.column_name') return value
    return render(LOOKS_LIKE_CALL.test(value) ? `{{ ${value} }}` : value)
  }
  if (Array.isArray(value)) return value.map((item: Json, index) => renderArguments(item, `${path}.${index}`, render))
  if (typeof value === 'object' && value !== null) {
    return PyDict.ofStrings(
      Object.entries(value).map(([key, item]) => [key, renderArguments(item, `${path}.${key}`, render)] as const),
    )
  }
  return toPython(value)
}

/** Renders a node's SQL and notes the ephemeral models it refers to. */
function* renderNode(
  scope: Scope,
  node: ManifestNode,
  options: CompileOptions,
): Resumable<{ sql: string; ctes: readonly string[]; macros: readonly string[] }> {
  const { runtime } = scope
  const ctes = new Set<string>()
  const macros = new Set<string>()
  if (node.raw_code === '') return { sql: '', ctes: [], macros: [] }
  if (node.resource_type === 'test' && options.override === undefined && options.extra === undefined) {
    const printed = runtime.printedTests.print(scope, node)
    if (printed !== null) return { ...printed, ctes: [] }
  }
  const variables = nodeVariables({
    scope,
    node,
    results: new SqlResults(),
    compiled: null,
    batch: options.batch ?? null,
    useCte: (id) => ctes.add(id),
  })
  for (const [name, value] of options.extra ?? []) variables.set(name, value)
  const generic = node.resource_type === 'test' && node.test_metadata !== undefined
  if (generic && node.test_metadata !== undefined) {
    const plain = createGlobals({
      library: runtime.project.library,
      packageName: node.package_name,
      flavour: 'plain',
      variables,
      onMacroCall: (id) => macros.add(id),
    })
    // Under --defer ref() asks which parents are built: the answers must be there before, while what is bound may wait.
    for (const id of runtime.invocation.flags.defer ? node.depends_on.nodes : []) {
      const parent = runtime.manifest.nodes[id]
      if (parent) yield* getRelation(scope, parent.database, parent.schema, parent.alias)
    }
    // adapter.dispatch gives macros of the name space that is bound.
    scope.bind(plain)
    const whereless = node.config.where ? undefined : runtime.wherelessMacro(node.package_name)
    const rendered = renderArguments(node.test_metadata.kwargs, '', (written) => {
      if (!JINJA_MARK.test(written)) return written
      const inner = whereless === undefined ? undefined : WHERE_SUBQUERY.exec(written)?.[1]
      // Without a `where` the built-in macro gives back what it is given.
      if (inner !== undefined && whereless !== undefined) macros.add(whereless)
      const text = inner === undefined ? written : `{{ ${inner} }}`
      return (
        plainCallValue(text, plain) ?? compileTemplate(written, { file: node.original_file_path }).renderNative(plain)
      )
    })
    variables.set('_dbt_generic_test_kwargs', rendered)
  }
  const globals = createGlobals({
    library: runtime.project.library,
    packageName: node.package_name,
    flavour: 'resumable',
    variables,
    onMacroCall: (id) => macros.add(id),
  })
  options.override?.(globals, variables, (id) => ctes.add(id))
  scope.bind(globals)
  if (node.resource_type !== 'function' && 'language' in node && node.language === 'python') {
    // Python code is no template; what dbt puts behind it is.
    const postfix = compileTemplate('{{ py_script_postfix(model) }}', { file: node.original_file_path })
    return {
      sql: `${node.raw_code}\n\n${yield* postfix.renderResumable(globals)}`,
      ctes: [...ctes],
      macros: [...macros],
    }
  }
  if (!JINJA_MARK.test(node.raw_code)) return { sql: node.raw_code, ctes: [...ctes], macros: [...macros] }
  const firstLine = generic ? 1 : (runtime.project.locations[node.unique_id]?.line ?? 1)
  const template = templateOf(runtime, node, generic, firstLine)
  const sql = yield* template.renderResumable(globals)
  return { sql, ctes: [...ctes], macros: [...macros] }
}

/** Generic tests of one kind in one file are one text: it is compiled once. */
function templateOf(runtime: Runtime, node: ManifestNode, generic: boolean, firstLine: number): Template {
  const file = node.original_file_path
  if (!generic) return compileTemplate(node.raw_code, { file, firstLine })
  const key = JSON.stringify([file, node.raw_code])
  let template = runtime.testTemplates.get(key)
  if (template === undefined) {
    template = compileTemplate(node.raw_code, { file, firstLine })
    runtime.testTemplates.set(key, template)
  }
  return template
}

/** Name of the CTE of an ephemeral model; inputs of unit tests that stand for sources bring their own. */
function cteName(node: ManifestNode): string {
  const own = 'cte_name' in node ? node.cte_name : undefined
  return `__dbt__cte__${typeof own === 'string' ? own : node.alias}`
}

/** The CTEs of ephemeral models, and of those they use themselves, each once, used before user. */
function* collectCtes(scope: Scope, ids: readonly string[]): Resumable<{ id: string; sql: string }[]> {
  const collected = new Map<string, { id: string; sql: string }>()
  for (const id of ids) {
    const node = scope.runtime.manifest.nodes[id]
    if (node === undefined)
      throw new TdbtError('T0001', `During compilation, found a cte reference that could not be resolved: ${id}`)
    const entry = yield* compileEphemeral(scope, node)
    for (const cte of entry.node.extra_ctes) collected.set(cte.id, cte)
    collected.set(id, { id, sql: ` ${cteName(node)} as (\n${entry.ownSql}\n)` })
  }
  return [...collected.values()]
}

/** An ephemeral model is compiled once a run, whoever needs it first; others wait. */
function* compileEphemeral(scope: Scope, node: ManifestNode): Resumable<CompiledEntry> {
  const { runtime } = scope
  const known = runtime.compiled.get(node.unique_id)
  if (known !== undefined) return known
  const underWay = runtime.compiling.get(node.unique_id)
  if (underWay !== undefined) return yield* wait(underWay)
  const started = drive(compileNode(createScope(runtime, scope.connection, node.package_name), node))
  runtime.compiling.set(node.unique_id, started)
  try {
    return yield* wait(started)
  } finally {
    runtime.compiling.delete(node.unique_id)
  }
}

function compiledRelationName(runtime: Runtime, node: ManifestNode): string | null {
  if (node.resource_type !== 'test' || node.relation_name !== null) return node.relation_name
  return storesFailures(runtime, node.config.store_failures) ? runtime.relations.ofNode(node).render() : null
}

/** Whether a test keeps its failing rows: its config, else the flag. */
export function storesFailures(runtime: Runtime, configured: boolean | null | undefined): boolean {
  return configured ?? runtime.invocation.flags.storeFailures
}

/**
 * Compiles a node: its SQL rendered, the CTEs of ephemeral models injected, the text written to target/compiled, the entry kept in the runtime.
 * The scope's name space is the node's afterwards.
 */
export function* compileNode(scope: Scope, node: ManifestNode, options: CompileOptions = {}): Resumable<CompiledEntry> {
  const { runtime } = scope
  const { sql, ctes, macros } = yield* renderNode(scope, withForeignKeys(runtime, node), options)
  const extraCtes = yield* collectCtes(scope, ctes)
  const injects = runtime.invocation.flags.injectEphemeralCtes !== false
  const texts = extraCtes.map((cte) => cte.sql)
  const compiled = injects ? injectCtes(sql, texts) : sql
  const path = textPath(node, options.batch?.label ?? null)
  const writes =
    options.write !== false && compiled !== '' && node.resource_type !== 'snapshot' && node.resource_type !== 'seed'
  const written = writes ? runtime.write('compiled', `${node.package_name}/${path}`, compiled) : undefined
  if (written !== undefined) yield* wait(written)
  const entry: CompiledEntry = {
    ownSql: sql,
    node: {
      unique_id: node.unique_id,
      compiled_code: compiled,
      extra_ctes: extraCtes,
      extra_ctes_injected: injects,
      relation_name: compiledRelationName(runtime, node),
      compiled_path: writes ? path : null,
      macros,
    } satisfies CompiledNode,
  }
  runtime.compiled.set(node.unique_id, entry)
  return entry
}
