import { baseVariables, ColumnFactoryObject, inferSeedTable, withBuiltins } from '../context/index.ts'
import { type ManifestNode, TdbtError } from '../core/index.ts'
import {
  bindArguments,
  compileTemplate,
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
import { modelVariable } from './model-variable.ts'
import { textPath } from './node-paths.ts'
import { deferred, functionFunction, metricFunction, type Referrer, refFunction, sourceFunction } from './resolvers.ts'
import { wait } from './resumable.ts'
import type { CompiledEntry } from './runtime.ts'
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
export function targetPath(scope: Scope, kind: 'run' | 'compiled', packageName: string, path: string): string {
  const { project, invocation } = scope.runtime
  const target = invocation.flags.targetPath ?? project.config.targetPath
  return `${target}/${kind}/${packageName}/${path}`
}

function base(scope: Scope, node: TemplateNode | null): Map<string, PyValue> {
  const { project, invocation, emit } = scope.runtime
  const location = node === null ? undefined : project.locations[node.unique_id]
  return baseVariables({
    project,
    invocation,
    packageName: node?.package_name ?? scope.runtime.rootPackage,
    node,
    emit,
    execute: true,
    modules: scope.runtime.modules,
    runNames: { get: (name) => scope.globals().get(name) },
    ...(location === undefined ? {} : { location }),
  })
}

/** What nodes and macros alike have at run time. */
function shared(scope: Scope, variables: Map<string, PyValue>, results: SqlResults): void {
  const { runtime } = scope
  variables.set('execute', true)
  variables.set('adapter', scope.adapter)
  variables.set('api', PyDict.ofStrings({ Relation: scope.adapter.$attr('Relation') ?? null, Column: COLUMN_CLASS }))
  variables.set('column', COLUMN_CLASS)
  variables.set('graph', runtime.graph())
  variables.set('selected_resources', [...runtime.selected])
  variables.set('validation', VALIDATION)
  variables.set('sql_now', 'now()')
  variables.set('submit_python_job', scope.adapter.$attr('submit_python_job') ?? null)
  for (const [name, value] of results.variables()) variables.set(name, value)
  variables.set('render', renderFunction(scope))
}

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
  const { runtime } = scope
  const variables = base(scope, null)
  shared(scope, variables, results)
  const referrer: Referrer = {
    uniqueId: 'operation',
    resourceType: 'operation',
    name: 'operation',
    originalFilePath: '',
    packageName: runtime.rootPackage,
    group: null,
    dependsOn: null,
    batch: null,
    useCte: () => undefined,
  }
  setReferences(variables, scope, referrer)
  variables.set('config', new ConfigObject(null, 'macro'))
  variables.set('database', runtime.project.target.database)
  variables.set('schema', runtime.project.target.schema)
  for (const name of ['pre_hooks', 'post_hooks', 'sql']) variables.set(name, null)
  withBuiltins(variables)
  return variables
}

function setReferences(variables: Map<string, PyValue>, scope: Scope, referrer: Referrer): void {
  variables.set('ref', refFunction(scope, referrer))
  variables.set('source', sourceFunction(scope, referrer))
  variables.set('metric', metricFunction(scope, referrer))
  variables.set('function', functionFunction(scope, referrer))
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

/** The variables of a node at run time, for its own SQL and, once compiled, for its materialization. */
export function nodeVariables(options: NodeVariablesOptions): Map<string, PyValue> {
  const { scope, results, compiled, batch } = options
  const { runtime } = scope
  const node = options.node.resource_type === 'model' ? withForeignKeys(runtime, options.node) : options.node
  const variables = base(scope, node)
  shared(scope, variables, results)
  setReferences(variables, scope, referrerOf(options))
  const model = modelVariable({ ...node }, { compiled: compiled ?? undefined, batch: batch?.variable ?? null })
  variables.set('model', model)
  variables.set('config', new ConfigObject(node.config, node.unique_id, model))
  variables.set('database', node.database ?? runtime.project.target.database)
  variables.set('schema', node.schema)
  const isFunction = node.resource_type === 'function'
  const own =
    node.resource_type === 'operation' ? null : runtime.relations.ofNode(node, {}, isFunction ? 'function' : null)
  variables.set('this', own)
  const other = deferred(runtime.previous, node)
  variables.set('defer_relation', other === null ? null : runtime.relations.ofNode(other))
  const cloned = other !== null && runtime.invocation.flags.which === 'clone'
  const code = cloned
    ? `select * from ${runtime.relations.ofNode(other).render()}`
    : (compiled?.node.compiled_code ?? null)
  variables.set('compiled_code', code)
  variables.set('sql', code)
  // Unit tests come as nodes of their own kind (unit-test.ts).
  const kind: string = node.resource_type
  const hooks = kind === 'test' || kind === 'unit_test' ? null : node.config
  variables.set('pre_hooks', toPython(hooks?.['pre-hook'] ?? []))
  variables.set('post_hooks', toPython(hooks?.['post-hook'] ?? []))
  variables.set(
    'write',
    new PyFunction('write', (args, kwargs) => {
      const { payload } = bindArguments('write', [{ name: 'payload' }], args, kwargs)
      const path = textPath(node, batch?.label ?? null)
      options.onWrite?.(targetPath(scope, 'run', node.package_name, path))
      return new Pending(function* () {
        yield* wait(runtime.write('run', `${node.package_name}/${path}`, pyStr(payload ?? null)))
        return ''
      })
    }),
  )
  variables.set('load_agate_table', loadTable(scope, node))
  withBuiltins(variables)
  return variables
}

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
      return inferSeedTable(text, {
        delimiter: typeof delimiter === 'string' ? delimiter : ',',
        columnTypes: types ?? {},
        file: node.original_file_path,
      })
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
