import { TdbtError } from '../core/index.ts'

export type BatchSize = 'hour' | 'day' | 'month' | 'year'

/** A batch of a microbatch model: from `start`, up to but without `end`, in UTC. */
export interface Batch {
  readonly start: Date
  readonly end: Date
}

const SIZES: readonly string[] = ['hour', 'day', 'month', 'year']

/** A batch_size config as a size. Throws T1009 for anything else. */
export function batchSizeOf(value: unknown, modelName: string): BatchSize {
  if (typeof value === 'string' && SIZES.includes(value)) return value as BatchSize
  throw new TdbtError('T1009', `Microbatch model '${modelName}' does not have a 'batch_size' config.`, {
    found: String(value),
    expected: `one of ${SIZES.join(', ')}`,
  })
}

/** The start of the hour, day, month or year in UTC. */
export function truncate(time: Date, size: BatchSize): Date {
  const year = time.getUTCFullYear()
  switch (size) {
    case 'hour':
      return new Date(Date.UTC(year, time.getUTCMonth(), time.getUTCDate(), time.getUTCHours()))
    case 'day':
      return new Date(Date.UTC(year, time.getUTCMonth(), time.getUTCDate()))
    case 'month':
      return new Date(Date.UTC(year, time.getUTCMonth(), 1))
    case 'year':
      return new Date(Date.UTC(year, 0, 1))
  }
}

/** So many sizes before or after the start of the period that `time` is in. */
export function offset(time: Date, size: BatchSize, count: number): Date {
  const start = truncate(time, size)
  switch (size) {
    case 'hour':
      return new Date(start.getTime() + count * 3_600_000)
    case 'day':
      return new Date(start.getTime() + count * 86_400_000)
    case 'month':
      return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + count, 1))
    case 'year':
      return new Date(Date.UTC(start.getUTCFullYear() + count, 0, 1))
  }
}

/** The first start of a period that is not before `time`. */
export function ceiling(time: Date, size: BatchSize): Date {
  const start = truncate(time, size)
  return start.getTime() === time.getTime() ? time : offset(start, size, 1)
}

export interface BatchWindow {
  readonly modelName: string
  readonly size: BatchSize
  /** Whether the model already has its table and is not refreshed in full. */
  readonly incremental: boolean
  /** `--event-time-start`, `--event-time-end`, or the sample's window. */
  readonly from: Date | null
  readonly to: Date | null
  /** The model's `begin`. */
  readonly begin: Date | null
  readonly lookback: number
  readonly now: Date
}

/** The batches that a run of a microbatch model works through, oldest first, by dbt's rules. */
export function batchesOf(window: BatchWindow): readonly Batch[] {
  const { size } = window
  const end = ceiling(window.to ?? window.now, size)
  const batches: Batch[] = []
  let start = firstStart(window, end)
  let next = offset(start, size, 1)
  batches.push({ start, end: next })
  while (next < end) {
    start = next
    next = offset(start, size, 1)
    batches.push({ start, end: next })
  }
  batches[batches.length - 1] = { start, end }
  return batches
}

function firstStart(window: BatchWindow, end: Date): Date {
  const { size } = window
  if (window.from !== null) return truncate(window.from, size)
  if (!window.incremental) {
    if (window.begin === null) {
      throw new TdbtError('T1009', `Microbatch model '${window.modelName}' requires a 'begin' configuration.`)
    }
    return truncate(window.begin, size)
  }
  // An end on the border of a period belongs to the period before it.
  const onBorder = truncate(end, size).getTime() === end.getTime()
  return offset(end, size, -(window.lookback + (onBorder ? 1 : 0)))
}

/** `2024-09-17T16`, `2024-09-17`, `2024-09`, `2024`: names of batches in files and messages. */
export function batchLabel(start: Date, size: BatchSize): string {
  const text = start.toISOString()
  switch (size) {
    case 'hour':
      return text.slice(0, 13)
    case 'day':
      return text.slice(0, 10)
    case 'month':
      return text.slice(0, 7)
    case 'year':
      return text.slice(0, 4)
  }
}

/** dbt's id of a batch: the label without dashes. */
export function batchId(start: Date, size: BatchSize): string {
  return batchLabel(start, size).replaceAll('-', '')
}
