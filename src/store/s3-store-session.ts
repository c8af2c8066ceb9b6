import { TdbtError } from '../core/index.ts'
import { checkKey } from './check-key.ts'
import { pauseMs } from './retry.ts'
import { readText, type S3Answer, type S3Client } from './s3-request-session.ts'
import { writeS3Object } from './s3-write-session.ts'
import { xmlText, xmlValue, xmlValues } from './s3-xml.ts'
import type { ReadOptions, Store, StoreEntry } from './store.ts'

/** A prefix of a bucket as a store. `folder` is empty or ends in `/`. */
export function openS3Store(client: S3Client, folder: string): Store {
  const full = (key: string): string => `${folder}${checkKey(key)}`
  const stat = (key: string): Promise<StoreEntry | null> => statObject(client, full(key), key)
  return {
    scheme: 's3',
    url: client.place(folder),
    locate: (key) => client.place(full(key)),
    list: (prefix = '', options = {}) => listObjects(client, folder, prefix, options.signal),
    stat,
    read: (key, options) => readObject(client, full(key), options),
    write: (key, chunks, options) => writeS3Object(client, { key: full(key), name: key }, chunks, options),
    async delete(key) {
      if ((await stat(key)) === null) return false
      const { message } = await client.send({ method: 'DELETE', key: full(key) })
      message.resume()
      return true
    },
  }
}

async function statObject(client: S3Client, key: string, name: string): Promise<StoreEntry | null> {
  const { status, headers, message } = await client.send({ method: 'HEAD', key, accept: [404] })
  message.resume()
  if (status === 404) return null
  return {
    key: name,
    size: Number(headers['content-length'] ?? 0),
    etag: unquoted(headers['etag']),
    modified: new Date(headers['last-modified'] ?? 0),
  }
}

async function* listObjects(
  client: S3Client,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoreEntry> {
  let token: string | undefined
  do {
    const query = {
      'list-type': '2',
      prefix: `${folder}${prefix}`,
      ...(token === undefined ? {} : { 'continuation-token': token }),
    }
    const { message } = await client.send({ method: 'GET', key: '', query, signal })
    const xml = await readText(message)
    for (const object of xmlValues(xml, 'Contents')) {
      const key = xmlText(xmlValue(object, 'Key'))
      // A key that ends in a slash is how some tools draw a folder.
      if (!key.startsWith(folder) || key === folder || key.endsWith('/')) continue
      yield {
        key: key.slice(folder.length),
        size: Number(xmlText(xmlValue(object, 'Size'))),
        etag: unquoted(xmlText(xmlValue(object, 'ETag'))),
        modified: new Date(xmlText(xmlValue(object, 'LastModified'))),
      }
    }
    const next = xmlText(xmlValue(xml, 'NextContinuationToken'))
    token = xmlText(xmlValue(xml, 'IsTruncated')) === 'true' && next !== '' ? next : undefined
  } while (token !== undefined)
}

async function* readObject(client: S3Client, key: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
  const { range, signal } = options
  let at = range?.start ?? 0
  let etag: string | undefined
  for (let breaks = 0; ; ) {
    const answer = await open(client, key, { at, end: range?.end, etag, signal })
    if (answer === null) return
    etag ??= answer.headers['etag']
    try {
      for await (const chunk of answer.message) {
        if (!Buffer.isBuffer(chunk)) continue
        at += chunk.byteLength
        breaks = 0
        yield chunk
      }
      return
    } catch (error) {
      signal?.throwIfAborted()
      breaks += 1
      if (breaks >= client.retry.attempts) {
        throw new TdbtError('T8021', `The connection broke again and again while ${client.place(key)} was read.`, {
          found: error instanceof Error ? error.message : String(error),
          cause: error,
          hint: 'Look at the network and run again.',
        })
      }
      await client.retry.sleep(pauseMs(client.retry, breaks), signal)
    } finally {
      answer.message.destroy()
    }
  }
}

/** The answer from byte `at` on; null where the object ends there. */
async function open(
  client: S3Client,
  key: string,
  from: {
    readonly at: number
    readonly end: number | undefined
    readonly etag: string | undefined
    readonly signal: AbortSignal | undefined
  },
): Promise<S3Answer | null> {
  const ranged = from.at > 0 || from.end !== undefined
  const answer = await client.send({
    method: 'GET',
    key,
    headers: {
      ...(ranged ? { range: `bytes=${from.at}-${from.end ?? ''}` } : {}),
      ...(from.etag === undefined ? {} : { 'if-match': from.etag }),
    },
    signal: from.signal,
    accept: [412, 416],
  })
  if (answer.status === 416) {
    answer.message.resume()
    return null
  }
  if (answer.status === 412) {
    answer.message.resume()
    throw new TdbtError('T8025', `${client.place(key)} was replaced while it was read.`, {
      hint: 'Run again: it begins with the new one.',
    })
  }
  if (ranged && answer.status !== 206) {
    answer.message.destroy()
    throw new TdbtError('T8025', `The server gave the whole of ${client.place(key)} where a part was asked for.`, {
      found: `HTTP ${answer.status}`,
      expected: 'HTTP 206',
    })
  }
  return answer
}

function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"|"$/g, '')
}
