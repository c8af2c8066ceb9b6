import {
  baseVariables,
  ColumnFactoryObject,
  ExceptionsObject,
  inferSeedTable,
  logFunction,
  VarFunction,
  varsOf,
} from '../context/index.ts'
import { type ManifestNode, TdbtError } from '../core/index.ts'
import {
  bindArguments,
  compileTemplate,
  int,
  Pending,
  PyDict,
  PyFunction,
  PyObject,
  type PyValue,
  pyEquals,
  pyStr,
  toPython,
  typeName,
} from '../jinja/index.ts'
import type { Batch } from './batch.ts'
import { ConfigObject } from './config-object.ts'
import { withForeignKeys } from './foreign-keys.ts'
import { LazyVariables, type Makers } from './lazy-variables.ts'
import { modelVariable } from './model-variable.ts'
import { textPath } from './node-paths.ts'
import type { NamedRelation } from './relations.ts'
import { deferred, functionFunction, metricFunction, type Referrer, refFunction, sourceFunction } from './resolvers.ts'
import { wait } from './resumable.ts'
import type { CompiledEntry, Runtime } from './runtime.ts'
import type { Scope } from './scope.ts'
import type { SqlResults } from './sql-results.ts'

/** Nodes that have templates of their own. */
export type TemplateNode = ManifestNode

export interface NodeVariablesOptions {
  readonly scope: Scope
  readonly node: TemplateNode
  readonly results: SqlResults
  /** Set when the node is compiled: what a materialization works with. */
  readonly compiled: CompiledEntry | null
  readonly batch: Batch | null
  /** Called for each ephemeral model that is referred to. */
  readonly useCte: (uniqueId: string) => void
  /** Told where `write()` put the text that is executed: `target/run/…`. */
  readonly onWrite?: (path: string) => void
}

/** `target/run/shop/models/orders.sql`, as messages show it. */
export function targetPath(
  scope: Pick<Scope, 'runtime'>,
  kind: 'run' | 'compiled',
  packageName: string,
  path: string,
): string {
  const { project, invocation } = scope.runtime
  const target = invocation.flags.targetPath ?? project.config.targetPath
  return `${target}/${kind}/${packageName}/${path}`
}

/** What the names of a run share, whatever node they are for; made once. */
export function sharedVariables(runtime: Omit<Runtime, 'shared'>): ReadonlyMap<string, PyValue> {
  const { project, invocation, emit } = runtime
  const variables = baseVariables({
    project,
    invocation,
    packageName: runtime.rootPackage,
    emit,
    execute: true,
    modules: runtime.modules,
  })
  // Made anew for each.
  variables.delete('builtins')
  variables.set('column', COLUMN_CLASS)
  variables.set('validation', VALIDATION)
  variables.set('sql_now', 'now()')
  variables.set('config', new ConfigObject(null, 'macro'))
  for (const name of ['pre_hooks', 'post_hooks', 'sql']) variables.set(name, null)
  // Nodes have their own; a macro called from outside has neither text nor rows.
  variables.set('write', refusing('write', 'cannot "write" macros or sources'))
  variables.set('load_agate_table', refusing('load_agate_table', 'can only load_agate_table for seeds (got a macro)'))
  return variables
}

function refusing(name: string, message: string): PyFunction {
  return new PyFunction(name, () => {
    throw new TdbtError('T4001', message)
  })
}

/** dbt's `context_macro_stack`: there for templates that pass it on; calls are told by their own errors. */
class MacroStack extends PyObject {
  readonly $type = 'MacroStack'

  override $attr(name: string): PyValue | undefined {
    return name === 'depth' ? int(0) : undefined
  }
}

/** Whose variables they are: an operation's have no node. */
interface Owner {
  readonly scope: Scope
  readonly results: SqlResults
  readonly node: TemplateNode | null
  readonly referrer: () => Referrer
  variables: Map<string, PyValue>
}

interface NodeOwner extends Owner, NodeVariablesOptions {
  readonly node: TemplateNode
  /** The relation that a deferred node stands for. */
  readonly other: () => NamedRelation | null
}

/** What nodes and operations alike have at run time, each its own. */
const OWN: Makers<Owner> = new Map<string, (owner: Owner) => PyValue>([
  [
    'var',
    ({ scope, node }) => {
      const { project, invocation } = scope.runtime
      const packageName = node?.package_name ?? scope.runtime.rootPackage
      return new VarFunction({
        vars: () => varsOf({ root: project.config, packages: project.packages, packageName, cli: invocation.vars }),
        owner: node?.name ?? '<Configuration>',
        missing: 'raise',
        globals: { get: (name) => scope.globals().get(name) },
        resumable: true,
      })
    },
  ],
  ['log', ({ scope, node }) => logFunction(scope.runtime.emit, node?.unique_id)],
  [
    'exceptions',
    ({ scope, node }) =>
      new ExceptionsObject({
        emit: scope.runtime.emit,
        nodeId: node?.unique_id,
        location: node === null ? undefined : scope.runtime.project.locations[node.unique_id],
        flags: scope.runtime.invocation.flags,
      }),
  ],
  ['adapter', ({ scope }) => scope.adapter],
  ['api', ({ scope }) => PyDict.ofStrings({ Relation: scope.adapter.$attr('Relation') ?? null, Column: COLUMN_CLASS })],
  ['graph', ({ scope }) => scope.runtime.graph()],
  ['selected_resources', ({ scope }) => [...scope.runtime.selected]],
  ['submit_python_job', ({ scope }) => scope.adapter.$attr('submit_python_job') ?? null],
  ['_sql_results', ({ results }) => results.dict()],
  ['context_macro_stack', () => new MacroStack()],
  ['load_result', ({ results }) => results.loadFunction()],
  ['store_result', ({ results }) => results.storeFunction()],
  ['store_raw_result', ({ results }) => results.storeRawFunction()],
  ['render', ({ scope }) => renderFunction(scope)],
  ['ref', ({ scope, referrer }) => refFunction(scope, referrer())],
  ['source', ({ scope, referrer }) => sourceFunction(scope, referrer())],
  ['metric', ({ scope, referrer }) => metricFunction(scope, referrer())],
  ['function', ({ scope, referrer }) => functionFunction(scope, referrer())],
  // The variables as they are when somebody asks: for macros that take the name of one.
  ['builtins', builtins],
])

/** `render(text)`: a template of the moment, in the name space that it is called in. */
function renderFunction(scope: Scope): PyFunction {
  return new PyFunction('render', (args, kwargs) => {
    const { string } = bindArguments('render', [{ name: 'string' }], args, kwargs)
    const source = pyStr(string ?? null)
    if (!/[{}%#][{%#}]/.test(source)) return source
    const template = compileTemplate(source, { file: 'render()' })
    return new Pending(() => template.renderResumable(scope.globals()))
  })
}

/** The variables of an operation: all but what needs a node. */
export function macroVariables(scope: Scope, results: SqlResults): Map<string, PyValue> {
  const referrer: Referrer = {
    uniqueId: 'operation',
    resourceType: 'operation',
    name: 'operation',
    originalFilePath: '',
    packageName: scope.runtime.rootPackage,
    group: null,
    dependsOn: null,
    batch: null,
    useCte: () => undefined,
  }
  const owner: Owner = { scope, results, node: null, referrer: () => referrer, variables: NONE }
  owner.variables = new LazyVariables(scope.runtime.shared, OWN, owner)
  return owner.variables
}

/** Who a node is to the names it refers to. */
function referrerOf(options: Pick<NodeVariablesOptions, 'node' | 'batch' | 'useCte'>): Referrer {
  const { node, batch } = options
  return {
    uniqueId: node.unique_id,
    resourceType: node.resource_type,
    name: node.name,
    originalFilePath: node.original_file_path,
    packageName: node.package_name,
    group: node.group,
    dependsOn: new Set(node.depends_on.nodes),
    batch: batch === null ? null : { start: batch.start, end: batch.end },
    useCte: options.useCte,
  }
}

const NODE_OWN: Makers<NodeOwner> = new Map<string, (owner: NodeOwner) => PyValue>([
  ...OWN,
  [
    'model',
    ({ node, compiled, batch }) =>
      modelVariable(node, { compiled: compiled ?? undefined, batch: batch?.variable ?? null }),
  ],
  [
    'config',
    ({ node, variables }) => new ConfigObject(node.config, node.unique_id, () => variables.get('model') ?? null),
  ],
  ['database', ({ scope, node }) => node.database ?? scope.runtime.project.target.database],
  ['schema', ({ node }) => node.schema],
  [
    'this',
    ({ scope, node }) => {
      if (node.resource_type === 'operation') return null
      return scope.runtime.relations.ofNode(node, {}, node.resource_type === 'function' ? 'function' : null)
    },
  ],
  [
    'defer_relation',
    ({ scope, other }) => {
      const found = other()
      return found === null ? null : scope.runtime.relations.ofNode(found)
    },
  ],
  ['compiled_code', compiledCode],
  ['sql', compiledCode],
  ['pre_hooks', ({ node }) => hooksOf(node, 'pre-hook')],
  ['post_hooks', ({ node }) => hooksOf(node, 'post-hook')],
  ['write', writeFunction],
  ['load_agate_table', ({ scope, node }) => loadTable(scope, node)],
])

function builtins({ variables }: Owner): PyValue {
  const names = [...variables.keys()].filter((name) => name !== 'builtins')
  return PyDict.ofStrings(names.map((name) => [name, variables.get(name) ?? null] as const))
}

function compiledCode({ scope, compiled, other }: NodeOwner): PyValue {
  const { runtime } = scope
  const found = runtime.invocation.flags.which === 'clone' ? other() : null
  if (found !== null) return `select * from ${runtime.relations.ofNode(found).render()}`
  return compiled?.node.compiled_code ?? null
}

function hooksOf(node: TemplateNode, kind: 'pre-hook' | 'post-hook'): PyValue {
  // Unit tests come as nodes of their own kind (unit-test.ts).
  const resourceType: string = node.resource_type
  if (resourceType === 'test' || resourceType === 'unit_test') return []
  return toPython(node.config[kind] ?? [])
}

function writeFunction({ scope, node, batch, onWrite }: NodeOwner): PyFunction {
  return new PyFunction('write', (args, kwargs) => {
    const { payload } = bindArguments('write', [{ name: 'payload' }], args, kwargs)
    const written = writeExecuted(scope, node, batch, pyStr(payload ?? null), onWrite)
    if (written === undefined) return ''
    return new Pending(function* () {
      yield* wait(written)
      return ''
    })
  })
}

/** Puts the text that a node executes to target/run; `onWrite` is told its path. No promise: it is done, or was taken on. */
export function writeExecuted(
  { runtime }: Pick<Scope, 'runtime'>,
  node: TemplateNode,
  batch: Batch | null,
  text: string,
  onWrite?: (path: string) => void,
): Promise<void> | undefined {
  const path = textPath(node, batch?.label ?? null)
  const target = targetPath({ runtime }, 'run', node.package_name, path)
  runtime.executed.set(node.unique_id, target)
  onWrite?.(target)
  return runtime.write('run', `${node.package_name}/${path}`, text)
}

/** The variables of a node at run time, for its own SQL and, once compiled, for its materialization. */
export function nodeVariables(options: NodeVariablesOptions): Map<string, PyValue> {
  const { runtime } = options.scope
  const node = withForeignKeys(runtime, options.node)
  let referrer: Referrer | undefined
  let other: NamedRelation | null | undefined
  const owner: NodeOwner = {
    ...options,
    node,
    referrer: () => {
      referrer ??= referrerOf(options)
      return referrer
    },
    other: () => {
      if (other === undefined) other = deferred(runtime.previous, node)
      return other
    },
    variables: NONE,
  }
  owner.variables = new LazyVariables(runtime.shared, NODE_OWN, owner)
  return owner.variables
}

const NONE: Map<string, PyValue> = new Map()

/** `load_agate_table()`: the CSV file of a seed, with types inferred. */
function loadTable(scope: Scope, node: TemplateNode): PyFunction {
  return new PyFunction('load_agate_table', () => {
    if (node.resource_type !== 'seed') {
      throw new TdbtError('T4001', `can only load_agate_table for seeds (got a ${node.resource_type})`)
    }
    return new Pending(function* () {
      const text = yield* wait(scope.runtime.readSeed(node))
      const { column_types: types, delimiter } = node.config
      if (typeof delimiter === 'string' && delimiter.length !== 1) {
        throw new TdbtError('T4001', '"delimiter" must be a 1-character string', { found: JSON.stringify(delimiter) })
      }
      const table = inferSeedTable(text, {
        delimiter: typeof delimiter === 'string' ? delimiter : ',',
        columnTypes: types ?? {},
        file: node.original_file_path,
      })
      // As of dbt 1.12: types are inferred from all rows, none is loaded.
      return scope.runtime.invocation.flags.empty ? table.withRows([]) : table
    })
  })
}

class AnyOf extends PyObject {
  readonly $type = 'function'

  constructor(readonly allowed: readonly PyValue[]) {
    super()
  }

  override $call(args: readonly PyValue[]): PyValue {
    const value = args[0] ?? null
    const fits = this.allowed.some((each) => isType(each, value) || pyEquals(each, value))
    if (fits) return null
    throw new TdbtError(
      'T1009',
      `Expected value "${pyStr(value)}" to be one of ${this.allowed.map((each) => pyStr(each)).join(',')}`,
    )
  }
}

/** A Python class given as a validator (`basestring`, `str`) fits values of its type. */
function isType(allowed: PyValue, value: PyValue): boolean {
  return allowed instanceof PyObject && allowed.$type === 'type' && pyStr(allowed) === `<class '${typeName(value)}'>`
}

const COLUMN_CLASS: PyValue = new ColumnFactoryObject()

const VALIDATION: PyValue = PyDict.ofStrings({
  any: new PyFunction('any', (args) => new AnyOf(args)),
})
