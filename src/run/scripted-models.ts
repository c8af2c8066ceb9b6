import type { QueryResult } from '../adapters/interface.ts'
import {
  type CompiledEntry,
  changedRuntime,
  createScope,
  knownRelation,
  noteDropped,
  noteRenamed,
  type Runtime,
  writeExecuted,
} from '../compile/index.ts'
import type { Relation } from '../context/index.ts'
import type { AdapterResponse, MacroNode, ManifestNode, ModelNode, NodeConfig } from '../core/index.ts'
import { makeModules } from '../jinja/index.ts'
import { materializeRelations } from './materialize.ts'
import { recordScript } from './record-script.ts'
import type { NodeWork } from './run-state.ts'
import { type NamedLike, type StatementScript, timeOfDay, type Words, worded } from './statement-script.ts'

/** What the config says under the keys that a recording looked at, and what it came to. */
interface Case {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
  readonly script: StatementScript | null
}

/** Kinds of settings per kind of node that are recorded; where every node has its own, recording each would be work for nothing. */
const MOST_CASES = 12

/** What suffixes and times of day may add to a name; longer names are cut, which a script cannot do. */
const ROOM_FOR_SUFFIX = 30

const PLAIN_NAME = /^[^"'`\\\uE000-\uE0FF]+$/

/** A node about to be played. */
interface Subject {
  readonly work: NodeWork
  readonly node: ModelNode
  readonly compiled: CompiledEntry
  /** The moment that names of temporary tables are made of. */
  readonly startedAt: Date
  readonly words: Words
  readonly self: Relation
  readonly existing: Relation | null
}

/** What came of a subject so far. */
interface Progress {
  /** Statements sent; the answers to those sent ahead come later. */
  readonly sent: { readonly sql: string; result: QueryResult | undefined }[]
  /** The answer to the statement that counts. */
  main: { result: QueryResult | undefined } | undefined
  /** The columns of its tables, once they were asked for: of all the same. */
  columns: string | undefined
  told: number
}

/**
 * Models whose materialization is a script by now. A built-in materialization does the same for all nodes of equal settings in an equal state of the
 * database, but for the names and the SQL: its macros run once for each such kind (`recordScript`), and the others do what those did. Whatever does
 * not fit is left to the macros.
 */
export class ScriptedModels {
  readonly #runtime: Runtime
  readonly #onPlayed: (uniqueId: string) => void
  readonly #cases = new Map<string, Case[]>()
  readonly #macros = new Map<string, MacroNode | null>()

  constructor(runtime: Runtime, onPlayed: (uniqueId: string) => void = () => undefined) {
    this.#runtime = runtime
    this.#onPlayed = onPlayed
  }

  /** Materializes a model by its script; undefined where the macros have to, in which case nothing was done. Throws what the macros would throw. */
  async materialize(work: NodeWork, node: ManifestNode, compiled: CompiledEntry): Promise<AdapterResponse | undefined> {
    const macro = this.#macroOf(node)
    if (macro === null || node.resource_type !== 'model') return undefined
    const subject = this.#subject(work, node, compiled)
    if (subject === null) return undefined
    const script = this.#script(subject, macro)
    if (script === null) return undefined
    return await this.#play(subject, script, macro)
  }

  /** The built-in materialization of a model in SQL. */
  #macroOf(node: ManifestNode): MacroNode | null {
    if (node.resource_type !== 'model' || node.language !== 'sql') return null
    const name = String(node.config.materialized ?? 'view')
    const known = this.#macros.get(name)
    if (known !== undefined) return known
    const { project, rootPackage, userPackages } = this.#runtime
    const found = project.library.findMaterialization(name, project.adapter.dispatchPrefixes, rootPackage)
    const isBuiltIn = found !== undefined && !userPackages.has(found.package_name)
    const macro = isBuiltIn && found.supported_languages?.includes('sql') !== false ? found : null
    this.#macros.set(name, macro)
    return macro
  }

  #subject(work: NodeWork, node: ModelNode, compiled: CompiledEntry): Subject | null {
    const sql = compiled.node.compiled_code
    const { database, schema, alias } = node
    if (database === null || sql === null || sql.trim() === '' || hasHooks(node.config)) return null
    const { dialect } = this.#runtime.project.adapter
    if (alias.length + ROOM_FOR_SUFFIX > dialect.maxIdentifierLength) return null
    if (![database, schema, alias].every((name) => PLAIN_NAME.test(name))) return null
    const self = work.runtime.relations.ofNode(node)
    const existing = existingOf(work, self)
    if (existing === undefined) return null
    const startedAt = this.#runtime.invocation.now()
    const time = timeOfDay(startedAt)
    return {
      work,
      node,
      compiled,
      startedAt,
      self,
      existing,
      words: { texts: [database, schema, alias, node.unique_id, sql, time], columns: [] },
    }
  }

  #script({ work, node, self, existing }: Subject, macro: MacroNode): StatementScript | null {
    const kind = [macro.unique_id, node.package_name, shapeOf(self), existing === null ? '' : shapeOf(existing)].join(
      ' ',
    )
    let cases = this.#cases.get(kind)
    if (cases === undefined) {
      cases = []
      this.#cases.set(kind, cases)
    }
    const { config } = node
    const known = cases.find(({ keys, values }) => keys.every((key, at) => isSame(settingOf(config, key), values[at])))
    if (known !== undefined) return known.script
    if (cases.length >= MOST_CASES) return null
    const { script, configKeys } = recordScript({ runtime: work.runtime, macro, node, existing })
    const keys = [...configKeys]
    cases.push({ keys, values: keys.map((key) => settingOf(config, key)), script })
    return script
  }

  async #play(subject: Subject, script: StatementScript, macro: MacroNode): Promise<AdapterResponse> {
    const { work, node, existing } = subject
    const { connection } = work.scope
    const progress: Progress = { sent: [], main: undefined, columns: undefined, told: 0 }
    let current: Subject | 'otherwise' = subject
    let step = 0
    connection.allowAhead()
    try {
      for (; step < script.steps.length && current !== 'otherwise'; step++) {
        current = await take(current, script, step, progress)
      }
    } catch (error) {
      // With the macros that it would have passed.
      const recorded = recordScript({ runtime: work.runtime, macro, node, existing, failure: { step, error } })
      throw recorded.failure ?? error
    }
    await connection.settle()
    if (current === 'otherwise') return await goOn(subject, progress)
    for (const each of script.relations) {
      work.runtime.cache.add(relationOf(each, subject).incorporate({ dbtCreated: true }))
    }
    this.#onPlayed(node.unique_id)
    return progress.main?.result?.response ?? {}
  }
}

/** Carries out one step; `otherwise` where what is found is not what was found while recording. */
async function take(
  subject: Subject,
  script: StatementScript,
  index: number,
  progress: Progress,
): Promise<Subject | 'otherwise'> {
  const { work, node, words, self, existing } = subject
  const { scope, runtime } = work
  const { connection } = scope
  const step = script.steps[index]
  switch (step?.kind) {
    case undefined:
      return subject
    case 'find': {
      const found = runtime.cache.find(self.database, self.schema, worded(step.identifier, words))
      return found === (step.found ? (existing ?? undefined) : undefined) ? subject : 'otherwise'
    }
    case 'send': {
      const sql = worded(step.sql, words)
      const sent: Progress['sent'][number] = { sql, result: undefined }
      progress.sent.push(sent)
      if (index === script.main) progress.main = sent
      const answered = (result: QueryResult): void => {
        sent.result = result
      }
      const options = { autoBegin: step.autoBegin }
      if (!(await connection.sendAhead(sql, options, answered))) answered(await connection.execute(sql, options))
      return subject
    }
    case 'query': {
      const sql = worded(step.sql, words)
      const result = await connection.execute(sql, { autoBegin: step.autoBegin, fetch: true })
      progress.sent.push({ sql, result })
      return withColumns(subject, result, progress)
    }
    case 'commit':
      await connection.commit()
      return subject
    case 'drop':
      noteDropped(scope, relationOf(step.relation, subject))
      return subject
    case 'rename':
      noteRenamed(scope, relationOf(step.from, subject), relationOf(step.to, subject))
      return subject
    case 'write':
      await writeExecuted(scope, node, null, worded(step.text, words), (path) => {
        work.executedPath = path
      })
      return subject
    case 'log': {
      const { level, message, ofNode } = step
      const event = { type: 'log', level, message: worded(message, words) } as const
      runtime.emit(ofNode ? { ...event, nodeId: node.unique_id } : event)
      progress.told += 1
      return subject
    }
  }
}

/** While recording all tables had the same columns: where they have not, and where a name needs more than quotes, the answer is `otherwise`. */
function withColumns(subject: Subject, { columns, rows }: QueryResult, progress: Progress): Subject | 'otherwise' {
  const text = JSON.stringify(rows)
  if (progress.columns === text) return subject
  const isFirst = progress.columns === undefined
  progress.columns = text
  const place = columns.findIndex(({ name }) => name === 'column_name')
  const names = rows.map((row) => row[place])
  const isPlain = (name: unknown): name is string => typeof name === 'string' && PLAIN_NAME.test(name)
  if (!isFirst || names.length === 0 || !names.every(isPlain)) return 'otherwise'
  return { ...subject, words: { ...subject.words, columns: names } }
}

/** Leaves the rest to the macros: what was sent, answered and told up to here they find done. */
async function goOn({ work, node, compiled, startedAt }: Subject, { sent, told }: Progress): Promise<AdapterResponse> {
  const { connection, packageName } = work.scope
  let passed = 0
  const runtime = changedRuntime(work.runtime, {
    modules: makeModules(() => startedAt),
    emit: (event) => {
      if (event.type === 'log' && passed < told) passed += 1
      else work.runtime.emit(event)
    },
  })
  connection.resumeAfter(sent.flatMap(({ sql, result }) => (result === undefined ? [] : [{ sql, result }])))
  const own: NodeWork = { ...work, runtime, scope: createScope(runtime, connection, packageName) }
  try {
    const results = await materializeRelations(own, { node, compiled })
    return results.main()?.response ?? {}
  } finally {
    work.executedPath = own.executedPath
  }
}

/** The relation in a node's place, null for none; undefined where a script cannot be sure of it. */
function existingOf({ scope }: NodeWork, self: Relation): Relation | null | undefined {
  const { database, schema, identifier } = self
  let found: Relation | null | undefined
  try {
    found = knownRelation(scope, database, schema, identifier)
  } catch {
    // The macros fail at it too, and know where.
    return undefined
  }
  const isSamePlace = (other: Relation): boolean =>
    other.database === database && other.schema === schema && other.identifier === identifier
  return found === null || found === undefined || isSamePlace(found) ? found : undefined
}

function relationOf({ base, identifier, type }: NamedLike, { self, existing, words }: Subject): Relation {
  const relation = base === 'existing' ? (existing ?? self) : self
  return relation.incorporate({ path: { identifier: worded(identifier, words) }, type })
}

/** What a relation is besides its names. */
function shapeOf({ fields }: Relation): string {
  const { type, includePolicy, quotePolicy, dbtCreated, path: _, dialect: __, requireAlias: ___, ...rest } = fields
  const isPlain = rest.limit === null && rest.eventTimeFilter === null && rest.external === null
  const policies = [includePolicy, quotePolicy].map((each) => `${each.database}${each.schema}${each.identifier}`)
  return `${type} ${policies.join(' ')} ${dbtCreated} ${isPlain ? '' : JSON.stringify(rest)}`
}

/** What `config.get` would be given, as it stands in the config; absent is not the same as null. */
function settingOf(config: NodeConfig, key: string): unknown {
  const written = key === 'pre_hook' || key === 'post_hook' ? key.replace('_', '-') : key
  const settings: Readonly<Record<string, unknown>> = config
  return Object.hasOwn(settings, written) ? (settings[written] ?? null) : undefined
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  return JSON.stringify(one) === JSON.stringify(other)
}

function hasHooks(config: NodeConfig): boolean {
  const isThere = (hooks: unknown): boolean =>
    Array.isArray(hooks) ? hooks.length > 0 : hooks !== undefined && hooks !== null
  return isThere(config['pre-hook']) || isThere(config['post-hook'])
}
