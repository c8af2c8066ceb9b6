import { createHash } from 'node:crypto'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { AwsV4Signer } from 'aws4fetch'
import { asTdbtError, type EventSink, TdbtError } from '../core/index.ts'
import type { AwsKeys, AwsSettings } from './aws-settings.ts'
import { pauseMs, type RetryPolicy } from './retry.ts'
import { isTransient, s3Error } from './s3-error.ts'

/** A connection on which nothing comes or goes for so long counts as broken. */
const IDLE_MS = 60_000
/** Of an answer that tells an error, no more than this is read. */
const MAX_ERROR_BYTES = 1 << 16

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Full key in the bucket; empty for the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal | undefined
  /** Statuses that are answers, not errors, besides 2xx. */
  readonly accept?: readonly number[]
}

export interface S3Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body, to be read to its end or destroyed. */
  readonly message: IncomingMessage
  /** Which try it was, from 1. */
  readonly attempt: number
}

/** Sends requests to one bucket: signed, tried again when the server is busy or the connection drops. */
export interface S3Client {
  /** `s3://bucket/key`, for messages. */
  place(key: string): string
  /** Throws s3Error's errors, and T8021 when there is no connection. */
  send(request: S3Request): Promise<S3Answer>
  readonly retry: RetryPolicy
}

export interface S3ClientOptions {
  readonly settings: AwsSettings
  readonly bucket: string
  readonly credentials: () => Promise<AwsKeys | null>
  readonly retry: RetryPolicy
  readonly emit?: EventSink | undefined
}

/** Connections are kept for the next request and hold no process. */
export function openS3Client(options: S3ClientOptions): S3Client {
  const { settings, bucket, retry } = options
  const base = baseUrl(settings, bucket)
  const secure = base.startsWith('https:')
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 16 })
    : new HttpAgent({ keepAlive: true, maxSockets: 16 })
  const signingKeys = new Map<string, ArrayBuffer>()
  const place = (key: string): string => `s3://${bucket}/${key}`

  const once = async (request: S3Request, keys: AwsKeys | null): Promise<IncomingMessage> => {
    const body = request.body ?? new Uint8Array()
    const url = new URL(`${base}${encodePath(request.key)}${encodeQuery(request.query)}`)
    const plain = {
      ...request.headers,
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      ...(request.method === 'PUT' || request.method === 'POST' ? { 'content-length': String(body.byteLength) } : {}),
    }
    const headers = keys === null ? plain : await signed(request.method, url, plain, keys)
    return await exchange({ secure, url, method: request.method, headers, body, agent, signal: request.signal })
  }
  const signed = async (
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    keys: AwsKeys,
  ): Promise<Readonly<Record<string, string>>> => {
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers,
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
      service: 's3',
      region: settings.region,
      cache: signingKeys,
    })
    return Object.fromEntries((await signer.sign()).headers)
  }

  const send = async (request: S3Request): Promise<S3Answer> => {
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted()
      const keys = await options.credentials()
      let why: TdbtError
      let askedMs = 0
      try {
        const message = await once(request, keys)
        const status = message.statusCode ?? 0
        if ((status >= 200 && status < 300) || request.accept?.includes(status)) {
          return { status, headers: headersOf(message), message, attempt }
        }
        const body = await readText(message)
        askedMs = Number(message.headers['retry-after'] ?? 0) * 1000 || 0
        why = s3Error({
          status,
          body,
          bucketRegion: headersOf(message)['x-amz-bucket-region'],
          place: place(request.key),
          attempts: attempt,
          secrets: keys === null ? [] : [keys.secretAccessKey, keys.sessionToken ?? keys.secretAccessKey],
        })
        if (!isTransient(status, body)) throw why
      } catch (error) {
        request.signal?.throwIfAborted()
        if (error instanceof TdbtError) throw error
        why = unreachable(error, base, attempt)
        if (isHopeless(error)) throw why
      }
      if (attempt >= retry.attempts) throw why
      const pause = pauseMs(retry, attempt, askedMs)
      options.emit?.({
        type: 'log',
        level: 'debug',
        message: `${request.method} ${place(request.key)} is tried again in ${pause} ms: ${why.details.found ?? why.message}`,
      })
      await retry.sleep(pause, request.signal)
    }
  }
  return { place, send, retry }
}

/** The body as text, cut where it is longer than any error is. */
export async function readText(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of message) {
    if (!Buffer.isBuffer(part)) continue
    parts.push(part)
    size += part.byteLength
    if (size > MAX_ERROR_BYTES && (message.statusCode ?? 0) >= 300) break
  }
  return Buffer.concat(parts).toString('utf8')
}

function baseUrl(settings: AwsSettings, bucket: string): string {
  const endpoint = settings.endpoint ?? `https://s3.${settings.region}.amazonaws.com`
  return settings.pathStyle ? `${endpoint}/${bucket}/` : `${endpoint.replace('://', `://${bucket}.`)}/`
}

function encodePath(key: string): string {
  return key.split('/').map(encodeStrict).join('/')
}

function encodeQuery(query: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** Everything but the unreserved characters, as the signature counts them. */
function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function headersOf(message: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value ?? '')]))
}

function exchange(options: {
  readonly secure: boolean
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly agent: HttpAgent | HttpsAgent
  readonly signal: AbortSignal | undefined
}): Promise<IncomingMessage> {
  const { url, method, headers, body, agent, signal } = options
  return new Promise((resolve, reject) => {
    const start = options.secure ? httpsRequest : httpRequest
    const sent = start(url, { method, headers, agent, ...(signal === undefined ? {} : { signal }) }, resolve)
    sent.setTimeout(IDLE_MS, () => sent.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A name that does not exist will not exist in a second, nor will a certificate be right. */
function isHopeless(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'ENOTFOUND' || code.startsWith('ERR_TLS') || code.startsWith('CERT_') || code.includes('SELF_SIGNED')
}

function unreachable(error: unknown, base: string, attempts: number): TdbtError {
  const found =
    asTdbtError(error).message || (error instanceof Error && 'code' in error ? String(error.code) : 'no answer')
  return new TdbtError(
    'T8021',
    `S3 at ${new URL(base).host} cannot be reached${attempts > 1 ? ` (${attempts} tries)` : ''}.`,
    {
      found,
      cause: error,
      hint: 'Look at the endpoint, the network and whether the server runs.',
    },
  )
}
