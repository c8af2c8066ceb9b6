import { createHash } from 'node:crypto'
import { TdbtError } from '../core/index.ts'
import { readText, type S3Answer, type S3Client } from './s3-request-session.ts'
import { xmlEscape, xmlText, xmlValue } from './s3-xml.ts'
import type { StoreEntry, WriteOptions } from './store.ts'

/** What is shorter goes in one request; of what is longer, each part has so many bytes (S3 wants at least 5 MiB). */
const PART_BYTES = 8 << 20
/** S3 takes 10,000 parts: they grow by one unit every thousand, which is enough for 440 GB. */
const PARTS_A_STEP = 1000
/** Parts on their way at once; so many are held in memory. */
const LANES = 3

export interface S3Place {
  /** Full key in the bucket. */
  readonly key: string
  /** Key as the store's user says it. */
  readonly name: string
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

interface Part {
  readonly number: number
  readonly etag: string
  readonly md5: Buffer
}

/** Writes one object: in one request, or in parts that appear as one object at the end. Parts of a write that fails are taken away. */
export async function writeS3Object(
  client: S3Client,
  place: S3Place,
  chunks: Chunks,
  options: WriteOptions = {},
): Promise<StoreEntry> {
  if (options.ifNoneMatch !== undefined) await refuseIfThere(client, place.key)
  const bodies = gather(chunks, options.signal)
  try {
    const first = await bodies.next()
    const body = first.done ? Buffer.alloc(0) : first.value
    const second = await bodies.next()
    if (second.done) return await putWhole(client, place, body, options)
    return await putParts(client, place, [body, second.value], bodies, options)
  } finally {
    await bodies.return(undefined)
  }
}

async function refuseIfThere(client: S3Client, key: string): Promise<void> {
  const { status, message } = await client.send({ method: 'HEAD', key, accept: [404] })
  message.resume()
  if (status !== 404) throw there(client, key)
}

async function* gather(chunks: Chunks, signal: AbortSignal | undefined): AsyncGenerator<Buffer, undefined, undefined> {
  let held: Uint8Array[] = []
  let size = 0
  let parts = 0
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    for (let at = 0; at < chunk.byteLength; ) {
      const wanted = PART_BYTES * (1 + Math.floor(parts / PARTS_A_STEP))
      const piece = chunk.subarray(at, at + wanted - size)
      held.push(piece)
      at += piece.byteLength
      size += piece.byteLength
      if (size < wanted) continue
      yield Buffer.concat(held)
      parts += 1
      held = []
      size = 0
    }
  }
  signal?.throwIfAborted()
  if (size > 0) yield Buffer.concat(held)
}

async function putWhole(
  client: S3Client,
  { key, name }: S3Place,
  body: Buffer,
  options: WriteOptions,
): Promise<StoreEntry> {
  const answer = await client.send({
    method: 'PUT',
    key,
    body,
    headers: objectHeaders(options),
    signal: options.signal,
    accept: [409, 412],
  })
  answer.message.resume()
  const md5 = createHash('md5').update(body).digest('hex')
  if (answer.status >= 400) return await ownOrThere(client, { key, name }, answer, md5, body.byteLength)
  return { key: name, size: body.byteLength, etag: etagOf(answer) ?? md5, modified: dateOf(answer) }
}

async function putParts(
  client: S3Client,
  place: S3Place,
  begun: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
  options: WriteOptions,
): Promise<StoreEntry> {
  const { key } = place
  const { signal } = options
  const uploadId = await beginUpload(client, key, options)
  const parts: Part[] = []
  const lanes = new Set<Promise<void>>()
  let size = 0
  const put = async (body: Buffer): Promise<void> => {
    const number = parts.length + lanes.size + 1
    size += body.byteLength
    const lane = uploadPart(client, key, uploadId, number, body, signal).then((part) => {
      parts.push(part)
      lanes.delete(lane)
    })
    // Told where it is waited for; until then it must not end the process.
    lane.catch(() => {})
    lanes.add(lane)
    if (lanes.size >= LANES) await Promise.race(lanes)
  }
  try {
    for (const body of begun) await put(body)
    for await (const body of rest) await put(body)
    await Promise.all(lanes)
    return await completeUpload(client, place, uploadId, { parts, size, options })
  } catch (error) {
    await Promise.allSettled(lanes)
    await abortUpload(client, key, uploadId)
    throw error
  }
}

async function beginUpload(client: S3Client, key: string, options: WriteOptions): Promise<string> {
  const { 'if-none-match': _later, ...headers } = objectHeaders(options)
  const answer = await client.send({ method: 'POST', key, query: { uploads: '' }, headers, signal: options.signal })
  const id = xmlText(xmlValue(await readText(answer.message), 'UploadId'))
  if (id !== '') return id
  throw new TdbtError('T8025', `The server began no upload of ${client.place(key)}.`, { expected: 'an UploadId' })
}

async function uploadPart(
  client: S3Client,
  key: string,
  uploadId: string,
  number: number,
  body: Buffer,
  signal: AbortSignal | undefined,
): Promise<Part> {
  const answer = await client.send({
    method: 'PUT',
    key,
    query: { partNumber: String(number), uploadId },
    body,
    signal,
  })
  answer.message.resume()
  const md5 = createHash('md5').update(body).digest()
  return { number, etag: etagOf(answer) ?? md5.toString('hex'), md5 }
}

async function completeUpload(
  client: S3Client,
  { key, name }: S3Place,
  uploadId: string,
  { parts, size, options }: { readonly parts: readonly Part[]; readonly size: number; readonly options: WriteOptions },
): Promise<StoreEntry> {
  const sorted = [...parts].sort((a, b) => a.number - b.number)
  const list = sorted
    .map(
      (part) => `<Part><PartNumber>${part.number}</PartNumber><ETag>&quot;${xmlEscape(part.etag)}&quot;</ETag></Part>`,
    )
    .join('')
  const answer = await client.send({
    method: 'POST',
    key,
    query: { uploadId },
    body: Buffer.from(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`),
    headers: options.ifNoneMatch === undefined ? {} : { 'if-none-match': options.ifNoneMatch },
    signal: options.signal,
    accept: [404, 409, 412],
  })
  const text = await readText(answer.message)
  const whole = createHash('md5')
    .update(Buffer.concat(sorted.map((part) => part.md5)))
    .digest('hex')
  const expected = `${whole}-${sorted.length}`
  // A first try may have done it without its answer coming through: the upload is then gone, and the object is ours.
  if (answer.status >= 400) return await ownOrThere(client, { key, name }, answer, expected, size)
  // S3 may begin to answer 200 and find an error afterwards.
  const code = xmlValue(text, 'Code')
  if (code !== undefined) {
    throw new TdbtError('T8025', `S3 could not put the parts of ${client.place(key)} together.`, {
      found: xmlText(code),
      hint: 'Run again.',
    })
  }
  return {
    key: name,
    size,
    etag: xmlText(xmlValue(text, 'ETag')).replace(/^"|"$/g, '') || expected,
    modified: dateOf(answer),
  }
}

async function abortUpload(client: S3Client, key: string, uploadId: string): Promise<void> {
  // A lifecycle rule of the bucket clears what stays behind; the first error is what counts.
  await client
    .send({ method: 'DELETE', key, query: { uploadId }, accept: [404] })
    .then(({ message }) => message.resume())
    .catch(() => {})
}

/** A repeated request that was refused since its first try had succeeded; else the refusal. */
async function ownOrThere(
  client: S3Client,
  { key, name }: S3Place,
  answer: S3Answer,
  etag: string,
  size: number,
): Promise<StoreEntry> {
  if (answer.attempt > 1) {
    const { status, headers, message } = await client.send({ method: 'HEAD', key, accept: [404] })
    message.resume()
    const found = (headers['etag'] ?? '').replace(/"/g, '')
    if (status !== 404 && found === etag) {
      return { key: name, size, etag, modified: new Date(headers['last-modified'] ?? 0) }
    }
  }
  if (answer.status === 404) {
    throw new TdbtError('T8025', `The upload of ${client.place(key)} was ended by someone else.`, {
      hint: 'Run again.',
    })
  }
  throw there(client, key)
}

function there(client: S3Client, key: string): TdbtError {
  return new TdbtError('T8024', `${client.place(key)} is there already.`, {
    found: 'an object',
    expected: 'none',
    hint: 'Delete it, or choose another name.',
  })
}

function objectHeaders({ contentType, ifNoneMatch }: WriteOptions): Readonly<Record<string, string>> {
  return {
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
  }
}

function etagOf({ headers }: S3Answer): string | undefined {
  const etag = headers['etag']?.replace(/"/g, '')
  return etag === '' ? undefined : etag
}

function dateOf({ headers }: S3Answer): Date {
  const date = new Date(headers['date'] ?? '')
  return Number.isNaN(date.getTime()) ? new Date() : date
}
