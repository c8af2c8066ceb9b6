import type { MutableGlobals } from '../context/index.ts'
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type ManifestNode,
  type ModelNode,
  TdbtError,
  type UnitTestNode,
} from '../core/index.ts'
import {
  compileTemplate,
  PyFunction,
  PyObject,
  type PyValue,
  pyRepr,
  type Resumable,
  toPython,
} from '../jinja/index.ts'
import { type CompileOverride, compileNode } from './compile-node.ts'
import { createManifestLookup } from './manifest-lookup.ts'
import type { CompiledEntry, Runtime } from './runtime.ts'
import { createScope, type Scope } from './scope.ts'

/** A unit test as a node to run: the tested model's SQL over inputs that are ephemeral models of literal rows. */
export interface UnitTestPlan {
  /** The test as the node that its materialization `unit` runs. */
  readonly node: ManifestNode
  /** The runtime with the inputs for a manifest. */
  readonly runtime: Runtime
  readonly override: CompileOverride
}

interface Input {
  readonly node: ModelNode & { readonly cte_name: string }
  /** `source_name.table` when it stands for a source. */
  readonly source: string | null
  readonly isThis: boolean
}

/** The node that `ref(…)`, `source(…)` or `this` of an input means. */
function originalOf(
  runtime: Runtime,
  test: UnitTestNode,
  tested: ModelNode,
  input: string,
): ReturnType<typeof runtime.lookup.ref> | { kind: 'source'; node: (typeof runtime.manifest.sources)[string] } {
  if (input.trim() === 'this') return { kind: 'found', node: tested }
  const call = compileTemplate(`{{ ${input} }}`, { file: test.original_file_path }).staticCalls()[0]
  const names = call?.args.map((arg) => arg.value).filter((value) => typeof value === 'string') ?? []
  const [first, second] = names
  if (call?.name === 'source' && first !== undefined && second !== undefined) {
    const source = runtime.lookup.source(first, second, tested.package_name)
    return source.kind === 'found' ? { kind: 'source', node: source.node } : { kind: 'missing' }
  }
  if (call?.name === 'ref' && first !== undefined) {
    const version = call.kwargs['v']?.value ?? call.kwargs['version']?.value
    const pinned = typeof version === 'string' || typeof version === 'number' ? version : null
    return runtime.lookup.ref(second ?? first, second === undefined ? null : first, pinned, tested.package_name)
  }
  throw new TdbtError(
    'T1004',
    `Unit test '${test.name}' has an input that is neither ref() nor source() nor this: ${input}`,
    {
      nodeId: test.unique_id,
    },
  )
}

/** SQL of literal rows, left to the macro get_fixture_sql; inputs written as SQL stay as they are. */
function fixtureCode(given: JsonObject): string {
  const rows = given['rows']
  if (given['format'] === 'sql') return typeof rows === 'string' ? rows : ''
  return `{{ get_fixture_sql(${pyRepr(toPython(rows ?? []))}, None) }}`
}

function inputNode(runtime: Runtime, test: UnitTestNode, tested: ModelNode, given: JsonObject): Input {
  const written = given['input']
  const original = originalOf(runtime, test, tested, typeof written === 'string' ? written : '')
  if (original.kind !== 'found' && original.kind !== 'source') {
    throw new TdbtError(
      'T3001',
      `Unit test '${test.name}' had an input (${String(written)}) which was not found in the manifest.`,
      {
        nodeId: test.unique_id,
      },
    )
  }
  const { node } = original
  const isSource = original.kind === 'source'
  const identifier = isSource ? original.node.identifier : original.node.alias
  const id = isSource
    ? `model.${node.package_name}.${original.node.source_name}__${node.name}`
    : `model.${node.package_name}.${node.name}${versionSuffix(original.node)}`
  const like: ModelNode = {
    ...tested,
    unique_id: id,
    name: node.name,
    package_name: node.package_name,
    path: `${node.name}.sql`,
    original_file_path: test.original_file_path,
    database: node.database,
    schema: node.schema,
    alias: identifier,
    fqn: node.fqn,
    config: { enabled: true, materialized: 'ephemeral' },
    tags: [],
    columns: {},
    constraints: [],
    group: null,
    access: 'protected',
    raw_code: fixtureCode(given),
    refs: [],
    sources: [],
    depends_on: { macros: [], nodes: [] },
    version: !isSource && original.node.resource_type === 'model' ? original.node.version : null,
    latest_version: !isSource && original.node.resource_type === 'model' ? original.node.latest_version : null,
  }
  return {
    node: { ...like, cte_name: isSource ? (id.split('.').at(-1) ?? identifier) : identifier },
    source: isSource ? `${original.node.source_name}.${node.name}` : null,
    isThis: !isSource && node.unique_id === tested.unique_id,
  }
}

function versionSuffix(node: ManifestNode): string {
  return node.resource_type === 'model' && node.version !== null && node.version !== undefined
    ? `.v${node.version}`
    : ''
}

function expectedConfig(expect: JsonObject): Readonly<Record<string, Json>> {
  const rows = expect['rows'] ?? null
  return expect['format'] === 'sql'
    ? { expected_rows: [], expected_sql: rows }
    : { expected_rows: rows ?? [], expected_sql: null }
}

/** A macro of which a unit test says what it returns. */
class FixedMacro extends PyObject {
  readonly $type = 'UnitTestMacroGenerator'

  constructor(readonly value: PyValue) {
    super()
  }

  override $call(): PyValue {
    return this.value
  }
}

function record(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** Makes a unit test runnable. Throws T3001 and T1004 on inputs that name nothing. */
export function planUnitTest(runtime: Runtime, test: UnitTestNode): UnitTestPlan {
  const tested = runtime.manifest.nodes[test.depends_on.nodes[0] ?? '']
  if (tested?.resource_type !== 'model') {
    throw new TdbtError('T3001', `Unit test '${test.name}' tests ${test.model}, which is no model`, {
      nodeId: test.unique_id,
    })
  }
  const inputs = test.given.map((given) => inputNode(runtime, test, tested, given))
  const nodes = Object.fromEntries(inputs.map((input) => [input.node.unique_id, input.node]))
  const functions = tested.depends_on.nodes.filter((id) => runtime.manifest.functions[id] !== undefined)
  const name = tested.version === null || tested.version === undefined ? test.name : `${test.name}_v${tested.version}`
  const { materialized: _, ...testConfig } = test.config
  const node: ManifestNode = {
    ...tested,
    resource_type: 'unit_test',
    unique_id: test.unique_id,
    name,
    alias: name,
    package_name: test.package_name,
    path: `${test.original_file_path.slice(0, test.original_file_path.lastIndexOf('/') + 1)}${name}.sql`,
    original_file_path: test.original_file_path,
    fqn: test.unique_id.split('.'),
    config: { ...testConfig, materialized: 'unit', ...expectedConfig(test.expect) },
    tested_node_unique_id: tested.unique_id,
    columns: {},
    constraints: [],
    group: tested.group,
    depends_on: { macros: [], nodes: [...inputs.map((input) => input.node.unique_id), ...functions] },
  } as unknown as ManifestNode
  const manifest = { ...runtime.manifest, nodes, sources: {} }
  const { flags } = runtime.invocation
  const unitRuntime: Runtime = {
    ...runtime,
    manifest,
    // Inputs are made up: --empty and deferral have no say in them.
    invocation: { ...runtime.invocation, flags: { ...flags, empty: false, defer: false } },
    sample: undefined,
    lookup: createManifestLookup(manifest, {
      rootPackage: runtime.rootPackage,
      ownPackageFirst: runtime.behavior('require_ref_searches_node_package_before_root', false),
    }),
    compiled: new Map(),
    compiling: new Map(),
  }
  return {
    node,
    runtime: unitRuntime,
    override: (globals, variables, useCte) =>
      applyOverrides({ globals, variables, useCte, test, inputs, runtime: unitRuntime }),
  }
}

interface OverrideTarget {
  readonly globals: MutableGlobals
  readonly variables: Map<string, PyValue>
  readonly useCte: (uniqueId: string) => void
  readonly test: UnitTestNode
  readonly inputs: readonly Input[]
  readonly runtime: Runtime
}

function applyOverrides({ globals, variables, useCte, test, inputs, runtime }: OverrideTarget): void {
  const overrides = record(test.overrides ?? undefined)
  const set = (name: string, value: PyValue): void => {
    variables.set(name, value)
    globals.set(name, value)
  }
  const sources = new Map(inputs.filter((input) => input.source !== null).map((input) => [input.source, input]))
  set(
    'source',
    new PyFunction('source', (args) => {
      const key = args.map((arg) => (typeof arg === 'string' ? arg : '')).join('.')
      const input = sources.get(key)
      if (input === undefined) {
        throw new TdbtError(
          'T3001',
          `Unit test '${test.unique_id}' depends on a source named '${key}' which was not found`,
          {
            nodeId: test.unique_id,
            hint: `Give the unit test rows for source('${args.join("', '")}').`,
          },
        )
      }
      useCte(input.node.unique_id)
      return runtime.relations.ofEphemeral({ alias: input.node.cte_name })
    }),
  )
  const own = inputs.find((input) => input.isThis)
  if (own === undefined) set('this', null)
  else {
    useCte(own.node.unique_id)
    set('this', `__dbt__cte__${own.node.cte_name}`)
  }
  const envVars = record(overrides['env_vars'])
  const envVar = variables.get('env_var')
  if (Object.keys(envVars).length > 0 && envVar instanceof PyObject) {
    set('env_var', overlay('env_var', envVars, envVar))
  }
  const vars = record(overrides['vars'])
  const varFunction = variables.get('var')
  if (Object.keys(vars).length > 0 && varFunction instanceof PyObject) set('var', overlay('var', vars, varFunction))
  for (const [name, value] of Object.entries(record(overrides['macros']))) {
    const isMacro = name.includes('.') || globals.library.find(name, globals.packageName) !== undefined
    // dbt's `macros` may name any variable of the name space (invocation_id): that one gets the value itself.
    if (isMacro) overrideMacro(globals, name, new FixedMacro(toPython(value)))
    else globals.set(name, toPython(value))
  }
}

/** `package.macro`, or a name that stands for the macro everywhere, in the `dbt` name space too. */
function overrideMacro(globals: MutableGlobals, name: string, value: PyObject): void {
  const dot = name.indexOf('.')
  if (dot < 0) {
    globals.set(name, value)
    if (globals.library.find(name, globals.packageName, 'dbt') !== undefined) globals.setInPackage('dbt', name, value)
    return
  }
  const packageName = name.slice(0, dot)
  const macroName = name.slice(dot + 1)
  globals.setInPackage(packageName, macroName, value)
  if (packageName === 'dbt') globals.set(macroName, value)
}

/** A look-up function whose first argument may be answered by the test. */
function overlay(name: string, values: JsonObject, original: PyObject): PyObject {
  return new PyFunction(name, (args, kwargs) => {
    const key = args[0]
    if (typeof key === 'string' && Object.hasOwn(values, key)) return toPython(values[key])
    return original.$call?.(args, kwargs) ?? null
  })
}

/** Compiles a planned unit test over a connection; what comes back is the scope to run its materialization in, too. */
export function* compileUnitTest(plan: UnitTestPlan, scope: Scope): Resumable<{ scope: Scope; entry: CompiledEntry }> {
  const own = createScope(plan.runtime, scope.connection, plan.node.package_name)
  const entry = yield* compileNode(own, plan.node, { override: plan.override })
  return { scope: own, entry }
}
