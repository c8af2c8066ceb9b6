import type { JsonObject } from '../core/index.ts'
import type { LoadedFile } from './job.ts'

/** What a load did: an entry of target/load_results.json. */
export interface LoadReport {
  readonly unique_id: string
  readonly relation_name: string
  readonly mode: string
  readonly status: 'loaded' | 'nothing new'
  readonly batch_id: number
  readonly loaded_at: string
  /** Rows that the origin had for this load, counted there (files: records, rejects included). */
  readonly rows_origin: number
  readonly rows_loaded: number
  readonly rows_rejected: number
  /** incremental with a key: rows that took the place of older ones. */
  readonly rows_updated: number | null
  /** Rows newly marked as deleted. */
  readonly rows_deleted: number | null
  /** Rows in the table after the load. */
  readonly rows_table: number
  /** Set where check: hash was asked for; both sides had it. */
  readonly hash: string | null
  readonly watermark: string | null
  readonly format: string
  readonly bytes: number
  readonly files: readonly LoadedFile[]
  readonly seconds: number
}

/** The report as an adapter response: `LOAD 1500000`, and the figures. */
export function reportResponse(report: LoadReport): JsonObject & { readonly _message: string } {
  const rejected = report.rows_rejected > 0 ? `, ${report.rows_rejected} rejected` : ''
  return {
    _message: report.status === 'nothing new' ? 'nothing new' : `LOAD ${report.rows_loaded}${rejected}`,
    code: 'LOAD',
    rows_affected: report.rows_loaded,
    rows_origin: report.rows_origin,
    rows_rejected: report.rows_rejected,
    rows_table: report.rows_table,
    batch_id: report.batch_id,
    mode: report.mode,
    watermark: report.watermark,
    hash: report.hash,
    bytes: report.bytes,
    files: report.files.length,
  }
}
