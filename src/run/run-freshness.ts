import { macroVariables, ResponseObject, type Scope, SqlResults } from '../compile/index.ts'
import { createGlobals, Table } from '../context/index.ts'
import {
  type AdapterResponse,
  type FreshnessThreshold,
  isEscalated,
  type Json,
  type JsonObject,
  type SourceNode,
  TdbtError,
} from '../core/index.ts'
import { compileTemplate, drive, PyDict, type PyValue, pyStr, type Resumable } from '../jinja/index.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'

const PERIOD_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 }

/** A point in time with the microseconds that a Date would lose. */
interface Moment {
  readonly seconds: number
  /** As artifacts write it: `2024-01-01T10:00:00.123456Z`. */
  readonly text: string
}

/** Reads a timestamp as Python prints it; without a zone it is UTC. Throws T4001 for what is none. */
function momentOf(text: string, what: string): Moment {
  const match = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text.trim(),
  )
  const date = /^\d{4,}-\d\d-\d\d$/.exec(text.trim())
  if (match === null && date === null) {
    throw new TdbtError(
      'T4001',
      `Expected a timestamp value when querying field '${what}' but received value of type '${text}' instead`,
      { hint: 'Cast the loaded_at_field to a timestamp.' },
    )
  }
  if (match === null)
    return { seconds: Date.parse(`${text.trim()}T00:00:00Z`) / 1000, text: `${text.trim()}T00:00:00+00:00` }
  const [, day, time, fraction = '', zone = 'Z'] = match
  const offset = zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')
  const whole = Date.parse(`${day}T${time}${offset}`) / 1000
  const micro = fraction.padEnd(6, '0')
  const utc = new Date(whole * 1000).toISOString().slice(0, 19)
  return {
    seconds: whole + Number(`0.${micro}`),
    // As Python writes a time of UTC, since dbt does.
    text: Number(micro) === 0 ? `${utc}+00:00` : `${utc}.${micro}+00:00`,
  }
}

type Limit = FreshnessThreshold['warn_after']

function exceeded(limit: Limit, ageSeconds: number): boolean {
  if (!limit?.count || !limit.period) return false
  return ageSeconds > limit.count * (PERIOD_SECONDS[limit.period] ?? Number.POSITIVE_INFINITY)
}

/** dbt's status of an age. */
function freshnessStatus(threshold: FreshnessThreshold, ageSeconds: number): 'pass' | 'warn' | 'error' {
  if (exceeded(threshold.error_after, ageSeconds)) return 'error'
  return exceeded(threshold.warn_after, ageSeconds) ? 'warn' : 'pass'
}

/** Null where `error_after: null` took a limit away; a limit that was never given has its keys. */
function limitJson(limit: Limit): Json {
  return limit === null ? null : { count: limit?.count ?? null, period: limit?.period ?? null }
}

/** The artifact's `criteria`. */
function criteriaOf(threshold: FreshnessThreshold): JsonObject {
  const criteria: Record<string, Json> = {
    warn_after: limitJson(threshold.warn_after),
    error_after: limitJson(threshold.error_after),
  }
  criteria['filter'] = threshold.filter
  return criteria
}

interface Answer {
  readonly loadedAt: PyValue
  readonly snapshottedAt: PyValue
  readonly response: AdapterResponse
}

/** Told by dbt of macros written before 1.5. */
function warnOfBareTable(work: NodeWork): void {
  const { emit, invocation } = work.runtime
  const event = 'CollectFreshnessReturnSignature'
  const warning = new TdbtError('T1015', "A 'collect_freshness' macro returns the rows alone", {
    expected: "the whole result: {{ return(load_result('collect_freshness')) }}",
    event,
  })
  if (isEscalated(event, invocation.flags)) throw warning
  emit({ type: 'warning', error: warning })
}

function answerOf(work: NodeWork, result: PyValue, macroName: string): Answer {
  if (result instanceof Table) warnOfBareTable(work)
  const table = result instanceof PyDict ? result.getString('table') : result
  const response = result instanceof PyDict ? result.getString('response') : undefined
  if (!(table instanceof Table) || table.rows.length !== 1) {
    throw new TdbtError('T4001', `Got an invalid result from "${macroName}" macro: expected one row`)
  }
  const cells = [...(table.rows[0] ?? [])]
  return {
    loadedAt: cells[0] ?? null,
    snapshottedAt: cells[1] ?? null,
    response: response instanceof ResponseObject ? response.response : {},
  }
}

function metadataAnswer(result: PyValue): Answer {
  const table = result instanceof PyDict ? result.getString('table') : undefined
  const response = result instanceof PyDict ? result.getString('response') : undefined
  const row = table instanceof Table ? [...(table.rows[0] ?? [])] : []
  const cell = (name: string): PyValue =>
    row[table instanceof Table ? table.columnNames.findIndex((each) => each.toLowerCase() === name) : -1] ?? null
  return {
    loadedAt: cell('last_modified'),
    snapshottedAt: cell('snapshotted_at'),
    response: response instanceof ResponseObject ? response.response : {},
  }
}

function* ask(work: NodeWork, node: SourceNode, threshold: FreshnessThreshold): Resumable<Answer> {
  const { scope, runtime } = work
  const source = runtime.relations.ofSource(node)
  if (node.loaded_at_query !== null && node.loaded_at_query !== undefined) {
    const query = yield* renderQuery(scope, node, node.loaded_at_query)
    const result = yield* scope.executeMacro('collect_freshness_custom_sql', { source, loaded_at_query: query })
    return answerOf(work, result, 'collect_freshness_custom_sql')
  }
  if (node.loaded_at_field !== null && node.loaded_at_field !== undefined) {
    const result = yield* scope.executeMacro('collect_freshness', {
      source,
      loaded_at_field: node.loaded_at_field,
      filter: threshold.filter,
    })
    return answerOf(work, result, 'collect_freshness')
  }
  if (runtime.project.adapter.capabilities.metadataFreshness) {
    const result = yield* scope.executeMacro('get_relation_last_modified', {
      information_schema: source.informationSchema(null),
      relations: [source],
    })
    return metadataAnswer(result)
  }
  throw new TdbtError(
    'T4001',
    `Could not compute freshness for source ${node.name}: no 'loaded_at_field' provided and ${runtime.project.adapter.type} adapter does not support metadata-based freshness checks.`,
    { nodeId: node.unique_id, hint: `Set loaded_at_field (or loaded_at_query) for ${node.source_name}.${node.name}.` },
  )
}

function* renderQuery(scope: Scope, node: SourceNode, query: string): Resumable<string> {
  const { runtime } = scope
  const variables = macroVariables(scope, new SqlResults())
  variables.set('this', runtime.relations.ofSource(node))
  const globals = createGlobals({
    library: runtime.project.library,
    packageName: node.package_name,
    flavour: 'resumable',
    variables,
  })
  return yield* compileTemplate(query, { file: node.original_file_path }).renderResumable(globals)
}

/** Asks how old a source's newest row is, and judges it by the source's thresholds. */
export async function runFreshness(work: NodeWork, node: SourceNode): Promise<NodeOutcome> {
  const threshold = node.freshness
  if (threshold === null) throw new TdbtError('T0001', `${node.unique_id} has no freshness`)
  await work.clock.time('compile', async () => undefined)
  const answer = await work.clock.time('execute', () => drive(ask(work, node, threshold)))
  const snapshotted = momentOf(pyStr(answer.snapshottedAt), 'snapshotted_at')
  const loaded =
    answer.loadedAt === null
      ? { seconds: Date.parse('0001-01-01T00:00:00Z') / 1000, text: '0001-01-01T00:00:00Z' }
      : momentOf(pyStr(answer.loadedAt), 'max_loaded_at')
  const age = Math.round((snapshotted.seconds - loaded.seconds) * 1e6) / 1e6
  const status = freshnessStatus(threshold, age)
  return {
    status,
    message: null,
    adapterResponse: answer.response,
    freshness: {
      unique_id: node.unique_id,
      status,
      max_loaded_at: loaded.text,
      snapshotted_at: snapshotted.text,
      max_loaded_at_time_ago_in_s: age,
      criteria: criteriaOf(threshold),
      adapter_response: { ...answer.response } as JsonObject,
      timing: [],
      thread_id: '',
      execution_time: 0,
    },
  }
}
