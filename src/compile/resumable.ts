import { type CallResult, Pending, type PyValue, type Resumable } from '../jinja/index.ts'

/** Waits for a promise inside resumable code. */
export function* wait<T>(promise: Promise<T>): Resumable<T> {
  return (yield promise) as T
}

/** The value of a call, run to its end when it is pending. */
export function* settle(result: CallResult): Resumable<PyValue> {
  return result instanceof Pending ? yield* result.run() : result
}

/** A host function's result that has to wait. */
export function pending(run: () => Resumable<PyValue>): Pending {
  return new Pending(run)
}
