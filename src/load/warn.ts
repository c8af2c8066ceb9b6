import { isEscalated, type TdbtError } from '../core/index.ts'
import type { LoadJob } from './job.ts'

/** Tells what a load did not do as asked. With --warn-error, or its options naming the code, it is thrown, and nothing of the load stays. */
export function warn({ emit, invocation }: LoadJob, warning: TdbtError): void {
  if (isEscalated(warning.code, invocation.flags)) throw warning
  emit({ type: 'warning', error: warning })
}
