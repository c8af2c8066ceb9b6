import type { PyValue } from '../jinja/index.ts'

/** The batch of a microbatch model that is being built. */
export interface Batch {
  readonly start: Date
  readonly end: Date
  /** Of its files: `2024-09-17`. */
  readonly label: string
  readonly id: string
  /** False in the batch that makes the table: there is_incremental() is false. */
  readonly incremental: boolean
  /** `model.batch`: id, event_time_start, event_time_end as datetimes. */
  readonly variable: { readonly id: string; readonly event_time_start: PyValue; readonly event_time_end: PyValue }
}
