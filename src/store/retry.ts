/** How often and how patiently something is tried again. */
export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** The first pause; each further one is twice as long, up to `maxMs`, less a random part of up to a half. */
  readonly baseMs: number
  readonly maxMs: number
  readonly random: () => number
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** The pause before try number `attempt + 1`; `askedMs` is what the server asked for, up to a minute. */
export function pauseMs(policy: RetryPolicy, attempt: number, askedMs = 0): number {
  const full = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1))
  return Math.max(Math.round(full * (1 - policy.random() / 2)), Math.min(askedMs, 60_000))
}

/** Resolves after the time, or rejects with the signal's reason. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 6, baseMs: 200, maxMs: 10_000, random: Math.random, sleep }
