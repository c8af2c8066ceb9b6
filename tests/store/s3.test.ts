import { createHash, randomBytes } from 'node:crypto'
import { createServer, request, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TdbtError } from '../../src/core/index.ts'
import { openStore, type RetryPolicy, type Store } from '../../src/store/index.ts'
import { startTestS3, type TestS3 } from '../support/s3-server.ts'

const started = await startTestS3()
if ('missing' in started) console.log(`SKIPPED tests/store/s3.test.ts: ${started.missing}`)
const server: TestS3 | null = 'missing' in started ? null : started

const quick: Partial<RetryPolicy> = { baseMs: 1, maxMs: 2, attempts: 4 }
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

async function bytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
async function keys(store: Store, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of store.list(prefix)) found.push(key)
  return found
}
async function failure(work: Promise<unknown>): Promise<TdbtError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TdbtError) return error
  throw new Error(`no TdbtError: ${String(error)}`)
}

/** What happens to the requests on their way, in turn; `pass` when the list is at its end. */
type Fault = 'pass' | '503' | 'drop' | 'drop after' | 'cut'

/** Stands between client and server and does harm. */
async function faultyProxy(target: string): Promise<{ url: string; faults: Fault[]; seen: string[]; close(): void }> {
  const faults: Fault[] = []
  const seen: string[] = []
  const proxy: Server = createServer((incoming, outgoing) => {
    const fault = faults.shift() ?? 'pass'
    seen.push(`${incoming.method} ${fault}`)
    if (fault === 'drop') {
      incoming.socket.destroy()
      return
    }
    if (fault === '503') {
      incoming.resume()
      incoming.on('end', () => {
        outgoing.writeHead(503, { 'content-type': 'application/xml' })
        outgoing.end('<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>')
      })
      return
    }
    const { port, hostname } = new URL(target)
    const sent = request(
      { port, hostname, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        if (fault === 'drop after') {
          answer.resume()
          answer.on('end', () => incoming.socket.destroy())
          return
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        if (fault !== 'cut') {
          answer.pipe(outgoing)
          return
        }
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.byteLength
          outgoing.write(chunk)
          if (size > 200_000) incoming.socket.destroy()
        })
      },
    )
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = (): void => {
    proxy.closeAllConnections()
    proxy.close()
  }
  return { url: `http://127.0.0.1:${port}`, faults, seen, close }
}

describe.skipIf(server === null)(`S3 (${server?.label ?? 'none'})`, () => {
  const s3 = server as TestS3
  let bucket = ''
  let store: Store

  beforeAll(async () => {
    bucket = await s3.createBucket('store')
    store = await openStore(`s3://${bucket}/area/`, { env: s3.env, base: '/', retry: quick })
  })
  afterAll(async () => {
    await s3?.stop()
  })

  test('an object is written, listed, read, told of and deleted', async () => {
    const written = await store.write('a/b.txt', [ascii('hello '), ascii('there')], { contentType: 'text/plain' })
    expect(written).toMatchObject({ key: 'a/b.txt', size: 11 })
    expect(String(await bytes(store.read('a/b.txt')))).toBe('hello there')
    const stat = await store.stat('a/b.txt')
    expect(stat).toMatchObject({ key: 'a/b.txt', size: 11, etag: written.etag })
    expect(stat?.etag).toBe(createHash('md5').update('hello there').digest('hex'))
    expect(store.locate('a/b.txt')).toBe(`s3://${bucket}/area/a/b.txt`)
    expect(await keys(store, 'a/')).toEqual(['a/b.txt'])
    expect(await store.delete('a/b.txt')).toBe(true)
    expect(await store.delete('a/b.txt')).toBe(false)
    expect(await store.stat('a/b.txt')).toBeNull()
    expect((await failure(bytes(store.read('a/b.txt')))).code).toBe('T8023')
  })

  test.each([
    'plus+and space.csv',
    'Zoë & Ünal/日付=2024-01-01/x.parquet',
    "o'brien (1)!*.csv",
    'per%cent/100%25.txt',
    'a;b,c@d:e$f~g.txt',
  ])('key %s survives', async (key) => {
    await store.write(key, [ascii(key)])
    expect(String(await bytes(store.read(key)))).toBe(key)
    expect(await keys(store)).toContain(key)
    expect(await store.delete(key)).toBe(true)
  })

  test('ranges, and nothing past the end', async () => {
    await store.write('digits', [ascii('0123456789')])
    expect(String(await bytes(store.read('digits', { range: { start: 2, end: 4 } })))).toBe('234')
    expect(String(await bytes(store.read('digits', { range: { start: 7 } })))).toBe('789')
    expect(String(await bytes(store.read('digits', { range: { start: 10 } })))).toBe('')
    await store.write('empty', [])
    expect(await store.stat('empty')).toMatchObject({ size: 0 })
    expect(String(await bytes(store.read('empty')))).toBe('')
  })

  test('20 MB go in parts, and come back the same', async () => {
    const parts = Array.from({ length: 20 }, () => randomBytes(1_000_000))
    const written = await store.write('big.bin', parts)
    expect(written.size).toBe(20_000_000)
    expect(written.etag).toMatch(/^[0-9a-f]{32}-3$/)
    expect(await store.stat('big.bin')).toMatchObject({ size: 20_000_000, etag: written.etag })
    const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
    expect(sha(await bytes(store.read('big.bin')))).toBe(sha(Buffer.concat(parts)))
  })

  test('a write that fails in the middle leaves the old object, and no parts', async () => {
    await store.write('kept', [ascii('old')])
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(9_000_000)
      yield randomBytes(9_000_000)
      throw new Error('the source broke')
    }
    await expect(store.write('kept', chunks())).rejects.toThrow('the source broke')
    expect(String(await bytes(store.read('kept')))).toBe('old')
    const stop = new AbortController()
    const aborted = async function* (): AsyncGenerator<Uint8Array> {
      yield randomBytes(9_000_000)
      stop.abort(new Error('Ctrl-C'))
      yield randomBytes(9_000_000)
    }
    await expect(store.write('kept', aborted(), { signal: stop.signal })).rejects.toThrow('Ctrl-C')
    expect(String(await bytes(store.read('kept')))).toBe('old')
  })

  test('ifNoneMatch: one of many writers wins', async () => {
    const writers = Array.from({ length: 5 }, (_, n) =>
      store.write('once', [ascii(`writer ${n}`)], { ifNoneMatch: '*' }),
    )
    const outcomes = await Promise.allSettled(writers)
    const won = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []))
    expect(won).toHaveLength(1)
    expect(String(await bytes(store.read('once')))).toBe(`writer ${won[0]}`)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('T8024')
    expect((await failure(store.write('once', [ascii('late')], { ifNoneMatch: '*' }))).code).toBe('T8024')
  })

  test('more than a page of keys, in order', async () => {
    const pages = await openStore(`s3://${bucket}/pages`, { env: s3.env, base: '/' })
    const wanted = Array.from({ length: 1100 }, (_, n) => `k${String(n).padStart(4, '0')}`)
    for (let at = 0; at < wanted.length; at += 20) {
      await Promise.all(wanted.slice(at, at + 20).map((key) => pages.write(key, [ascii('x')])))
    }
    expect(await keys(pages)).toEqual(wanted)
    expect(await keys(pages, 'k109')).toEqual(wanted.slice(1090))
  })

  test('refusals say what is wrong, and no secret', async () => {
    const place = `s3://${bucket}/area/`
    const wrong = async (env: Record<string, string>): Promise<TdbtError> => {
      const other = await openStore(place, { env: { ...s3.env, ...env }, base: '/', retry: quick })
      return await failure(other.write('x', [ascii('x')]))
    }
    const badSecret = await wrong({ AWS_SECRET_ACCESS_KEY: 'not-the-secret' })
    expect(badSecret.code).toBe('T8022')
    expect(badSecret.details.found).toContain('SignatureDoesNotMatch')
    expect(badSecret.details.hint).toContain('secret')
    expect(JSON.stringify([badSecret.message, badSecret.details])).not.toContain('not-the-secret')
    const badKey = await wrong({ AWS_ACCESS_KEY_ID: 'nobody' })
    expect(badKey.code).toBe('T8022')
    const noBucket = await openStore('s3://no-such-bucket/x', { env: s3.env, base: '/', retry: quick })
    expect((await failure(keys(noBucket))).code).toBe('T8023')
    const nobody = await openStore(place, {
      env: { ...s3.env, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
      base: '/',
      retry: quick,
    })
    const unreachable = await failure(keys(nobody))
    expect(unreachable.code).toBe('T8021')
    expect(unreachable.message).toContain('127.0.0.1:1')
    expect(unreachable.message).toContain('4 tries')
  })

  describe('through a bad network', () => {
    let proxy: Awaited<ReturnType<typeof faultyProxy>>
    let shaky: Store
    beforeAll(async () => {
      proxy = await faultyProxy(s3.endpoint)
      shaky = await openStore(`s3://${bucket}/shaky`, {
        env: { ...s3.env, AWS_ENDPOINT_URL_S3: proxy.url },
        base: '/',
        retry: quick,
      })
    })
    afterAll(() => proxy.close())

    test('503 and dropped connections are tried again', async () => {
      proxy.faults.push('503', 'drop', 'drop after')
      await shaky.write('a', [ascii('a')])
      expect(proxy.seen.splice(0)).toEqual(['PUT 503', 'PUT drop', 'PUT drop after', 'PUT pass'])
      expect(String(await bytes(shaky.read('a')))).toBe('a')
    })

    test('a read goes on where it broke', async () => {
      const data = randomBytes(3_000_000)
      await shaky.write('long', [data])
      proxy.seen.splice(0)
      proxy.faults.push('cut', 'drop', 'cut', 'pass')
      expect((await bytes(shaky.read('long'))).equals(data)).toBe(true)
      expect(proxy.seen.splice(0)).toEqual(['GET cut', 'GET drop', 'GET cut', 'GET pass'])
    })

    test('a write that succeeded without its answer coming through is no conflict', async () => {
      // HEAD of the check, PUT whose answer is lost, PUT again (refused: it is there), HEAD to see whose it is.
      proxy.faults.push('pass', 'drop after')
      expect(await shaky.write('mine', [ascii('mine')], { ifNoneMatch: '*' })).toMatchObject({ size: 4 })
    })

    test('parts are tried again too, and the end of an upload whose answer was lost', async () => {
      const data = randomBytes(17_000_000)
      proxy.faults.push('503', 'pass', 'drop', '503', 'pass', 'drop after')
      await shaky.write('parts', [data])
      expect((await bytes(shaky.read('parts'))).equals(data)).toBe(true)
      proxy.seen.splice(0)
      // POST uploads, three parts, POST complete.
      proxy.faults.push('pass', 'pass', 'pass', 'pass', 'drop after')
      const written = await shaky.write('parts', [data])
      expect(written.size).toBe(17_000_000)
      expect((await bytes(shaky.read('parts'))).equals(data)).toBe(true)
    })

    test('when it does not get better, the old object stays and the error says so', async () => {
      await shaky.write('steady', [ascii('old')])
      proxy.faults.push('503', '503', '503', '503')
      const error = await failure(shaky.write('steady', [ascii('new')]))
      expect(error.code).toBe('T8021')
      expect(error.details.found).toContain('SlowDown')
      proxy.faults.splice(0)
      expect(String(await bytes(shaky.read('steady')))).toBe('old')
    })
  })
})
