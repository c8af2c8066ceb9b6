import type { NodeResult } from '../core/index.ts'
import type { Result } from './site/data.ts'

/** Statuses from good to bad, the order in which counts are shown. */
export const RESULT_ORDER = [
  'success',
  'pass',
  'warn',
  'partial success',
  'fail',
  'error',
  'runtime error',
  'skipped',
  'no-op',
]

/** The last result of a node as the site shows it. */
export function resultOf(result: NodeResult | undefined): Result | null {
  if (result === undefined) return null
  return {
    status: result.status,
    seconds: result.execution_time,
    message: result.message ?? '',
    failures: result.failures,
  }
}
