import {
  ConfigObject,
  changedRuntime,
  createScope,
  nodeVariables,
  type Runtime,
  SqlResults,
  settle,
} from '../compile/index.ts'
import { callMacro, createGlobals, type MacroLibrary, type Relation, type Variables } from '../context/index.ts'
import type { EventSink, MacroNode, ModelNode } from '../core/index.ts'
import { makeModules, Pending, PyFunction, PyObject, type PyValue, type Resumable } from '../jinja/index.ts'
import { relationsOf } from './materialize.ts'
import { type Failure, type Recorded, RecordingCache, RecordingConnection, Tape } from './recording-connection.ts'
import {
  likenessOf,
  MARKED_TIME,
  MARKS,
  NotRecordable,
  SQL_MARK,
  type StatementScript,
  type Step,
  wordingOf,
} from './statement-script.ts'

/** What of a node its materialization may look at; all else makes it unrecordable. */
const NODE_NAMES: ReadonlySet<string> = new Set([
  ...['this', 'database', 'schema', 'sql', 'compiled_code', 'pre_hooks', 'post_hooks'],
  ...['config', 'model', 'adapter', 'api', 'exceptions', 'log', 'write', 'store_result', 'load_result'],
])

/** Methods that read columns of tables, and the result that they come by. */
const COLUMN_METHODS: ReadonlySet<string> = new Set(['get_columns_in_relation', 'expand_target_column_types'])
const COLUMN_RESULT = 'get_columns_in_relation'

/** Settings that are compared with names of columns: which these are is not known while recording. */
const NAMES_OF_COLUMNS = ['merge_update_columns', 'merge_exclude_columns']

/** Methods of `adapter` whose doings are on the tape, or that depend on nothing but their arguments. */
const ADAPTER_METHODS: ReadonlySet<string> = new Set([
  ...[
    'get_relation',
    'load_relation',
    'drop_relation',
    'rename_relation',
    'tdbt_send',
    'execute',
    'commit',
    'dispatch',
  ],
  ...['type', 'behavior', 'quote', 'quote_as_configured', 'get_incremental_strategy_macro'],
])

export interface RecordRequest {
  readonly runtime: Runtime
  readonly macro: MacroNode
  /** A node of the kind that is recorded: its settings are those of all of them, its names and SQL are not looked at. */
  readonly node: ModelNode
  /** The relation in its place. */
  readonly existing: Relation | null
  readonly failure?: Failure
}

export interface Recording {
  /** Null where the macros have to do it themselves. */
  readonly script: StatementScript | null
  /** Keys of the config that were looked at on the way: nodes equal in these go the same way. */
  readonly configKeys: ReadonlySet<string>
  /** What came out of the macros when the failure of the request had befallen them. */
  readonly failure: unknown
}

/**
 * Runs a materialization for a node whose names and SQL are marks, against nothing at all, and puts down what it does. The macros are thus the only source of
 * both words and order. Whatever a script cannot hold (a query's rows, the clock, a macro that is not built in, the node's other fields) makes it null.
 */
export function recordScript(request: RecordRequest): Recording {
  const configKeys = new Set<string>()
  const tape = new Tape(request.failure)
  try {
    return { script: record(request, tape, configKeys), configKeys, failure: undefined }
  } catch (thrown) {
    return { script: null, configKeys, failure: tape.hasFailed ? thrown : undefined }
  }
}

function record(request: RecordRequest, tape: Tape, configKeys: Set<string>): StatementScript {
  const { macro, runtime: real } = request
  const node = markedNode(request.node)
  const self = real.relations.ofNode(node)
  const existing = request.existing?.incorporate({ path: self.fields.path }) ?? null
  const runtime = recordingRuntime(real, tape, new RecordingCache(tape, self, existing))
  const connection = new RecordingConnection({ engine: real.engine, name: node.unique_id, comment: (sql) => sql }, tape)
  const scope = createScope(runtime, connection, node.package_name)
  const results = new SqlResults(connection)
  const variables = nodeVariables({
    scope,
    node,
    results,
    compiled: { node: { ...COMPILED, unique_id: node.unique_id }, ownSql: SQL_MARK },
    batch: null,
    useCte: () => undefined,
  })
  variables.set('model', new MarkedModel(node.unique_id))
  variables.set('config', new RecordedConfig(node, configKeys))
  variables.set('adapter', new RecordedAdapter(scope.adapter, tape))
  variables.set('load_result', columnsOnly(variables.get('load_result')))
  const globals = createGlobals({
    library: runtime.project.library,
    packageName: node.package_name,
    flavour: 'resumable',
    variables: recordedVariables(variables, runtime.shared),
  })
  scope.bind(globals, true)
  const value = driveAtOnce(settle(callMacro(globals, macro, [])), connection)
  const main = results.main()
  if (main === null || main.table.rows.length > 0) throw new NotRecordable('no result')
  const steps = tape.steps.map((step) => stepOf(step, self, existing))
  const index = Number(main.response._message)
  if (steps[index]?.kind !== 'send') throw new NotRecordable('a result of no statement')
  const relations = relationsOf(value, node, macro.name).map((relation) => likenessOf(relation, self, existing))
  return { steps, main: index, relations }
}

const COMPILED = {
  compiled_code: SQL_MARK,
  extra_ctes: [],
  extra_ctes_injected: true,
  relation_name: null,
  compiled_path: null,
}

function markedNode(node: ModelNode): ModelNode {
  const { database, schema, identifier: alias, uniqueId: unique_id } = MARKS
  return { ...node, database, schema, alias, unique_id }
}

function recordingRuntime(real: Runtime, tape: Tape, cache: RecordingCache): Runtime {
  const { project, userPackages, invocation } = real
  const noClock = (): never => {
    throw new NotRecordable('looks at the clock')
  }
  const modules = makeModules(() => MARKED_TIME)
  const library: MacroLibrary = {
    ...project.library,
    // Each macro comes through here when it is first called in a name space.
    template: (macro) => {
      if (userPackages.has(macro.package_name)) throw new NotRecordable(`${macro.unique_id} is not built in`)
      return project.library.template(macro)
    },
  }
  const emit: EventSink = (event) => {
    if (event.type !== 'log' || event.data !== undefined || event.name !== undefined)
      throw new NotRecordable(event.type)
    tape.add({ kind: 'log', level: event.level, message: event.message, nodeId: event.nodeId })
  }
  return changedRuntime(real, {
    project: { ...project, library },
    invocation: { ...invocation, now: noClock },
    modules,
    emit,
    cache,
    warned: new RefusingSet(),
    executed: new Map(),
    write: (kind, _, text) => {
      if (kind !== 'run') throw new NotRecordable('writes elsewhere')
      tape.add({ kind: 'write', text })
      return undefined
    },
  })
}

/** Those of the run, which are the same for all nodes, and those of the node that may be looked at. */
function recordedVariables(variables: Map<string, PyValue>, shared: ReadonlyMap<string, PyValue>): Variables {
  return {
    keys: () => variables.keys(),
    get: (name) => {
      if (NODE_NAMES.has(name)) return variables.get(name)
      const known = shared.get(name)
      if (variables.get(name) !== known) throw new NotRecordable(`looks at ${name}`)
      return known
    },
  }
}

/** Runs to the end what never has to wait. */
function driveAtOnce(work: Resumable<PyValue>, connection: RecordingConnection): PyValue {
  let step = work.next()
  while (!step.done) {
    const answer = connection.answerTo(step.value)
    step = 'error' in answer ? work.throw(answer.error) : work.next(answer.value)
  }
  return step.value
}

function stepOf(step: Recorded, self: Relation, existing: Relation | null): Step {
  switch (step.kind) {
    case 'find': {
      const { found, identifier } = step
      if (found !== null && found !== existing) throw new NotRecordable('finds what the node made')
      return { kind: 'find', identifier: wordingOf(identifier), found: found !== null }
    }
    case 'send':
      return { kind: 'send', sql: wordingOf(step.sql), autoBegin: step.autoBegin }
    case 'query':
      return { kind: 'query', sql: wordingOf(step.sql), autoBegin: step.autoBegin }
    case 'commit':
      return step
    case 'drop':
      return { kind: 'drop', relation: likenessOf(step.relation, self, existing) }
    case 'rename':
      return { kind: 'rename', from: likenessOf(step.from, self, existing), to: likenessOf(step.to, self, existing) }
    case 'write':
      return { kind: 'write', text: wordingOf(step.text) }
    case 'log': {
      const { level, message, nodeId } = step
      if (nodeId !== undefined && nodeId !== MARKS.uniqueId) throw new NotRecordable('a log line of another node')
      return { kind: 'log', level, message: wordingOf(message), ofNode: nodeId !== undefined }
    }
  }
}

/** `model`, of which nothing but the id is known. */
class MarkedModel extends PyObject {
  readonly $type = 'dict'
  override readonly $mapping = true
  readonly #uniqueId: string

  constructor(uniqueId: string) {
    super()
    this.#uniqueId = uniqueId
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'unique_id') return this.#uniqueId
    // Only a batch of a microbatch model has one, and those are not recorded.
    if (name === 'batch') return undefined
    throw new NotRecordable(`looks at model.${name}`)
  }

  override $item(key: PyValue): PyValue | undefined {
    return this.$attr(typeof key === 'string' ? key : '')
  }

  override $truth(): boolean {
    return true
  }

  override $iter(): Iterator<PyValue> {
    throw new NotRecordable('looks at model')
  }

  override $len(): number {
    throw new NotRecordable('looks at model')
  }
}

/** The node's config, which notes what is asked of it. */
class RecordedConfig extends ConfigObject {
  readonly #keys: Set<string>

  constructor(node: ModelNode, keys: Set<string>) {
    super(node.config, node.unique_id, () => {
      throw new NotRecordable('looks at model')
    })
    this.#keys = keys
  }

  override value(key: string): PyValue | undefined {
    if (key === 'snapshot_table_column_names') throw new NotRecordable(`looks at ${key}`)
    this.#keys.add(key)
    const value = super.value(key)
    const isSet = value !== undefined && value !== null
    if (isSet && NAMES_OF_COLUMNS.includes(key)) throw new NotRecordable(`looks at ${key}`)
    return value
  }
}

class RecordedAdapter extends PyObject {
  readonly $type = 'RuntimeDatabaseWrapper'
  readonly #adapter: PyObject
  readonly #tape: Tape

  constructor(adapter: PyObject, tape: Tape) {
    super()
    this.#adapter = adapter
    this.#tape = tape
  }

  override $attr(name: string): PyValue | undefined {
    const method = this.#adapter.$attr?.(name)
    if (ADAPTER_METHODS.has(name)) return method
    if (!COLUMN_METHODS.has(name) || !(method instanceof PyFunction)) throw new NotRecordable(`calls adapter.${name}`)
    const tape = this.#tape
    return new PyFunction(name, (args, kwargs) => {
      const result = method.$call(args, kwargs)
      return new Pending(function* () {
        tape.asksForColumns = true
        try {
          return yield* settle(result)
        } finally {
          tape.asksForColumns = false
        }
      })
    })
  }
}

/** `load_result` of a list of columns; of anything else the answer is not known. */
function columnsOnly(load: PyValue | undefined): PyFunction {
  return new PyFunction('load_result', (args, kwargs) => {
    if (args[0] !== COLUMN_RESULT || !(load instanceof PyFunction)) throw new NotRecordable('looks at a result')
    return load.$call(args, kwargs)
  })
}

class RefusingSet extends Set<string> {
  override has(): boolean {
    throw new NotRecordable('warns once')
  }
}
