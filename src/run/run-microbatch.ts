import { type Batch as CompileBatch, getRelation, type Runtime } from '../compile/index.ts'
import {
  asTdbtError,
  TdbtError as Failure,
  isJsonObject,
  type JsonObject,
  type ModelNode,
  type TdbtError,
} from '../core/index.ts'
import { drive, makeModules, PyDict, PyObject, type PyValue, pyGetAttr } from '../jinja/index.ts'
import { type Batch, type BatchSize, batchesOf, batchId, batchLabel, batchSizeOf } from './batches.ts'
import { runModel } from './run-model.ts'
import { NodeClock, type NodeOutcome, type NodeWork, withConnection } from './run-state.ts'

/** A date config or flag as a time in UTC; null when absent. Throws T1009 for what is no date. */
export function dateOf(value: unknown, what: string): Date | null {
  if (value === null || value === undefined || value === '') return null
  const text = String(value).trim()
  const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : zoned(text))
  if (Number.isNaN(time))
    throw new Failure('T1009', `${what} is no date: ${text}`, { expected: 'YYYY-MM-DD or YYYY-MM-DD HH:MM:SS' })
  return new Date(time)
}

function zoned(text: string): string {
  const iso = text.replace(' ', 'T')
  return /(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`
}

/** A time as Python's datetime in UTC, for templates. */
function pythonDatetime(time: Date, now: () => Date): PyValue {
  const datetime = pyGetAttr(makeModules(now).getString('datetime') ?? new PyDict(), 'datetime')
  const parse = pyGetAttr(datetime, 'fromisoformat')
  const text = time.toISOString().replace('.000Z', '+00:00').replace('Z', '+00:00')
  return parse instanceof PyObject ? ((parse.$call?.([text], new Map()) as PyValue | undefined) ?? null) : null
}

function compileBatch(runtime: Runtime, batch: Batch, size: BatchSize, incremental: boolean): CompileBatch {
  const id = batchId(batch.start, size)
  const { now } = runtime.invocation
  return {
    start: batch.start,
    end: batch.end,
    label: batchLabel(batch.start, size),
    id,
    incremental,
    variable: {
      id,
      event_time_start: pythonDatetime(batch.start, now),
      event_time_end: pythonDatetime(batch.end, now),
    },
  }
}

function batchJson(batch: Batch): readonly [string, string] {
  const text = (time: Date) => time.toISOString().replace('.000Z', '+00:00').replace('Z', '+00:00')
  return [text(batch.start), text(batch.end)]
}

export interface MicrobatchOptions {
  /** Batches that a run before this one failed at: only these are run again. */
  readonly retry: readonly Batch[] | null
}

/** Whether the model's table is there, and whether it may be added to. */
async function stateOf(work: NodeWork, node: ModelNode): Promise<{ exists: boolean; incremental: boolean }> {
  const relation = await drive(getRelation(work.scope, node.database, node.schema, node.alias))
  const fullRefresh = node.config.full_refresh ?? work.runtime.invocation.flags.fullRefresh
  return { exists: relation !== null, incremental: relation !== null && relation.type === 'table' && !fullRefresh }
}

/** The node for one batch: pre-hooks run before the first alone, post-hooks after the last. */
function nodeForBatch(node: ModelNode, index: number, count: number, batch: CompileBatch): ModelNode {
  return {
    ...node,
    config: {
      ...node.config,
      'pre-hook': index === 0 ? (node.config['pre-hook'] ?? []) : [],
      'post-hook': index === count - 1 ? (node.config['post-hook'] ?? []) : [],
      __dbt_internal_microbatch_event_time_start: batch.variable.event_time_start,
      __dbt_internal_microbatch_event_time_end: batch.variable.event_time_end,
    },
  }
}

/**
 * Runs a microbatch model, oldest batch first, each in a transaction of its own. When the first fails the others are not tried; else every other batch is, so that
 * what can be built is, and `retry` has only the failed ones to do.
 */
export async function runMicrobatch(work: NodeWork, node: ModelNode, options: MicrobatchOptions): Promise<NodeOutcome> {
  const { runtime } = work
  const size = batchSizeOf(node.config['batch_size'], node.name)
  const before = await stateOf(work, node)
  const { flags } = runtime.invocation
  const batches =
    options.retry ??
    batchesOf({
      modelName: node.name,
      size,
      incremental: before.incremental,
      from: runtime.sample?.start ?? dateOf(flags.eventTimeStart, '--event-time-start'),
      to: runtime.sample?.end ?? dateOf(flags.eventTimeEnd, '--event-time-end'),
      begin: dateOf(node.config['begin'], `begin of ${node.name}`),
      lookback: typeof node.config['lookback'] === 'number' ? node.config['lookback'] : 1,
      now: runtime.invocation.startedAt,
    })
  // The table's own connection did nothing but look; each batch has one of its own.
  await work.scope.connection.close(true)
  const successful: Batch[] = []
  const failed: Batch[] = []
  let firstError: TdbtError | undefined
  for (const [index, batch] of batches.entries()) {
    runtime.signal?.throwIfAborted()
    const compile = compileBatch(runtime, batch, size, index === 0 ? before.incremental : true)
    const label = `batch ${compile.label} of ${node.schema}.${node.alias}`
    if (failed.length > 0 && successful.length === 0) {
      failed.push(batch)
      continue
    }
    log(runtime, node, 'info', `Batch ${index + 1} of ${batches.length} START ${label}`)
    try {
      const outcome = await withConnection(
        runtime,
        { name: node.unique_id, packageName: node.package_name, node: { ...node } },
        (scope) => {
          const own: NodeWork = { runtime, scope, clock: new NodeClock(runtime.invocation.now), executedPath: null }
          return runModel(own, nodeForBatch(node, index, batches.length, compile), compile)
        },
      )
      successful.push(batch)
      log(
        runtime,
        node,
        'info',
        `Batch ${index + 1} of ${batches.length} OK ${label} ${outcome.message ?? ''}`.trimEnd(),
      )
    } catch (thrown) {
      const error = asTdbtError(thrown)
      firstError ??= error
      failed.push(batch)
      log(runtime, node, 'error', `Batch ${index + 1} of ${batches.length} ERROR ${label}\n${error.message}`)
      if (runtime.signal?.aborted) throw error
    }
  }
  return { ...summary(successful, failed), ...(firstError === undefined ? {} : { error: firstError }) }
}

function log(runtime: Runtime, node: ModelNode, level: 'info' | 'error', message: string): void {
  runtime.emit({ type: 'log', level, message, nodeId: node.unique_id })
}

function summary(successful: readonly Batch[], failed: readonly Batch[]): NodeOutcome {
  const batchResults: JsonObject = { successful: successful.map(batchJson), failed: failed.map(batchJson) }
  if (failed.length === 0) return { status: 'success', message: 'SUCCESS', failures: 0, batchResults }
  if (successful.length === 0) return { status: 'error', message: 'ERROR', failures: 0, batchResults }
  const total = successful.length + failed.length
  return {
    status: 'partial success',
    message: `PARTIAL SUCCESS (${successful.length}/${total})`,
    failures: 0,
    batchResults,
  }
}

/** The failed batches that an earlier run recorded for a node, as `retryBatches` gives them. */
export function retriedBatches(
  recorded: readonly (readonly [start: string, end: string])[] | undefined,
): readonly Batch[] | null {
  if (recorded === undefined) return null
  return recorded.flatMap(([start, end]) => {
    const from = dateOf(start, 'batch start')
    const to = dateOf(end, 'batch end')
    return from === null || to === null ? [] : [{ start: from, end: to }]
  })
}

/** `--sample` as a window: `3 days` back from now, or `{"start": …, "end": …}`. Throws T0002 for anything else. */
export function sampleWindow(
  sample: string | null,
  now: Date,
): { readonly start: Date; readonly end: Date } | undefined {
  if (sample === null || sample === '') return undefined
  const relative = /^(\d+)\s*(hour|day|month|year)s?$/.exec(sample.trim())
  if (relative !== null) {
    const [, count = '0', unit = 'day'] = relative
    const amount = Number(count)
    const start = monthsBefore(now, unit === 'month' ? amount : unit === 'year' ? 12 * amount : 0)
    if (unit === 'hour') start.setUTCHours(start.getUTCHours() - amount)
    else if (unit === 'day') start.setUTCDate(start.getUTCDate() - amount)
    return { start, end: now }
  }
  const parsed = parseObject(sample)
  const start = dateOf(parsed?.['start'], 'start of --sample')
  const end = dateOf(parsed?.['end'], 'end of --sample')
  if (start !== null && end !== null) return { start, end }
  throw new Failure('T0002', `--sample cannot be read: ${sample}`, {
    expected: "a span such as '3 days', or {'start': '2024-01-01', 'end': '2024-02-01'}",
  })
}

/** The same day so many months earlier, or the last of a month that has no such day. */
function monthsBefore(time: Date, months: number): Date {
  const result = new Date(time)
  result.setUTCMonth(result.getUTCMonth() - months)
  if (result.getUTCDate() !== time.getUTCDate()) result.setUTCDate(0)
  return result
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text.replaceAll("'", '"').replace(/([{,]\s*)(start|end)\s*:/g, '$1"$2":'))
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}
