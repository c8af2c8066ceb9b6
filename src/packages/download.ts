import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TdbtError } from '../core/index.ts'

export type Fetch = (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>

const ATTEMPTS = 3
const PAUSE_MS = 500
const TIMEOUT_MS = 60_000

/**
 * The bytes behind an http(s) or file URL. What may pass (no connection, an answer of 500 and above) is tried three times. Throws
 * T1017, with the host and the reason; `what` names the thing for the message.
 */
export async function download(
  url: string,
  what: string,
  options: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<Buffer> {
  const host = hostOf(url)
  if (url.startsWith('file:')) return await readFile(fileURLToPath(url))
  let reason = ''
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    options.signal.throwIfAborted()
    try {
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)])
      const response = await options.fetch(url, { signal })
      if (response.ok) return Buffer.from(await response.arrayBuffer())
      reason = `HTTP ${response.status}${response.statusText ? ` ${response.statusText}` : ''}`
      if (response.status < 500) break
    } catch (cause) {
      options.signal.throwIfAborted()
      reason = reasonOf(cause)
    }
    if (attempt < ATTEMPTS) await setTimeout(PAUSE_MS * attempt)
  }
  throw new TdbtError('T1017', `${what} cannot be fetched from ${host}`, {
    found: reason,
    hint: 'Check the connection and the address. Without a network, list the package as `local:` or `git:`, or install it from a tarball.',
  })
}

function hostOf(url: string): string {
  try {
    return new URL(url).host || 'this machine'
  } catch (cause) {
    throw new TdbtError('T1017', `'${url}' is not an address`, { expected: 'https://… or file:///…', cause })
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  // fetch says only "fetch failed"; the cause has the system's words.
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message
}
