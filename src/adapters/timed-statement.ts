import type { EventSink } from '../core/index.ts'

/** Carries out a statement and tells the log how long it took. A failure is told by whoever hears of it. */
export async function timedStatement<T>(emit: EventSink, session: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await work()
  statementDone(emit, session, startedAt)
  return result
}

/** Tells the log how long a statement took that began at `startedAt`, by `performance.now()`. */
export function statementDone(emit: EventSink, session: string, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2)
  emit({ type: 'log', level: 'debug', message: `SQL finished in ${seconds} seconds`, nodeId: session })
}
