import type { Resumable } from './values.ts'

/** Runs a resumable computation to its end: awaits each promise it yields and hands back the result, or throws into it. */
export async function drive<T>(work: Resumable<T>): Promise<T> {
  let step = work.next()
  while (!step.done) {
    let settled: { readonly value: unknown } | { readonly error: unknown }
    try {
      settled = { value: await step.value }
    } catch (error) {
      settled = { error }
    }
    step = 'error' in settled ? work.throw(settled.error) : work.next(settled.value)
  }
  return step.value
}
