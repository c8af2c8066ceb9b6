import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { openStore, type Store } from './index.ts'

const dir = mkdtempSync(join(tmpdir(), 'tdbt-store-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const open = (place: string): Promise<Store> => openStore(place, { env: {}, base: dir })
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}
async function keys(store: Store, prefix = ''): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of store.list(prefix)) found.push(key)
  return found
}
async function code(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return thrown instanceof TdbtError ? thrown.code : String(thrown)
}

test('a file is written, listed, read, told of and deleted', async () => {
  const store = await open('round')
  const written = await store.write('a/b.txt', [ascii('hello '), ascii('there')])
  expect(written).toMatchObject({ key: 'a/b.txt', size: 11 })
  expect(await store.stat('a/b.txt')).toEqual(written)
  expect(await text(store.read('a/b.txt'))).toBe('hello there')
  expect(await text(store.read('a/b.txt', { range: { start: 2, end: 4 } }))).toBe('llo')
  expect(await text(store.read('a/b.txt', { range: { start: 20 } }))).toBe('')
  expect(store.locate('a/b.txt')).toBe(join(dir, 'round/a/b.txt'))
  expect(store.url).toBe(`file://${dir}/round/`)
  expect(await store.delete('a/b.txt')).toBe(true)
  expect(await store.delete('a/b.txt')).toBe(false)
  expect(await store.stat('a/b.txt')).toBeNull()
  expect(await code(text(store.read('a/b.txt')))).toBe('T8023')
})

test('keys come in the order that object stores have; hidden leftovers of writers are none', async () => {
  const store = await open('order')
  for (const key of ['a/c', 'a-b', 'a.txt', 'b', 'Z', 'a/b/d']) await store.write(key, [ascii(key)])
  writeFileSync(join(dir, 'order', '.b.0123456789ab.tdbt-tmp'), 'half')
  expect(await keys(store)).toEqual(['Z', 'a-b', 'a.txt', 'a/b/d', 'a/c', 'b'])
  expect(await keys(store, 'a/')).toEqual(['a/b/d', 'a/c'])
  expect(await keys(store, 'a')).toEqual(['a-b', 'a.txt', 'a/b/d', 'a/c'])
  expect(await keys(await open('nowhere'))).toEqual([])
})

test('links to files and folders are followed', async () => {
  const store = await open('links')
  await store.write('real/x', [ascii('x')])
  await symlink(join(dir, 'links/real'), join(dir, 'links/alias'))
  await symlink(join(dir, 'links/gone'), join(dir, 'links/broken'))
  expect(await keys(store)).toEqual(['alias/x', 'real/x'])
})

test('a write that fails leaves the old file and no other', async () => {
  const store = await open('atomic')
  await store.write('f', [ascii('old')])
  const broken = function* (): Generator<Uint8Array> {
    yield ascii('new')
    expect(readFileSync(join(dir, 'atomic/f'), 'utf8')).toBe('old')
    throw new Error('the source broke')
  }
  await expect(store.write('f', broken())).rejects.toThrow('the source broke')
  expect(readdirSync(join(dir, 'atomic'))).toEqual(['f'])
  expect(readFileSync(join(dir, 'atomic/f'), 'utf8')).toBe('old')
  const stop = new AbortController()
  const aborted = function* (): Generator<Uint8Array> {
    yield ascii('n')
    stop.abort(new Error('Ctrl-C'))
    yield ascii('n')
  }
  await expect(store.write('f', aborted(), { signal: stop.signal })).rejects.toThrow('Ctrl-C')
  expect(readdirSync(join(dir, 'atomic'))).toEqual(['f'])
})

test('what a killed writer left is cleared when it is old', async () => {
  const store = await open('stale')
  await mkdir(join(dir, 'stale'))
  const old = join(dir, 'stale/.f.000000000000.tdbt-tmp')
  const young = join(dir, 'stale/.f.111111111111.tdbt-tmp')
  for (const path of [old, young]) writeFileSync(path, 'half')
  utimesSync(old, new Date('2020-01-01'), new Date('2020-01-01'))
  await store.write('f', [ascii('whole')])
  expect([existsSync(old), existsSync(young)]).toEqual([false, true])
})

test('ifNoneMatch: one of many writers wins', async () => {
  const store = await open('once')
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) => store.write('f', [ascii(`writer ${n}`)], { ifNoneMatch: '*' })),
  )
  const won = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []))
  expect(won).toHaveLength(1)
  expect(await text(store.read('f'))).toBe(`writer ${won[0]}`)
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('T8024')
  expect(readdirSync(join(dir, 'once'))).toEqual(['f'])
})

test.each(['../out', 'a/../../out', '/etc/passwd', 'a/', '', 'a\0b', './a'])('key %j is none', async (key) => {
  const store = await open('round')
  await expect((async () => await store.write(key, [ascii('x')]))()).rejects.toMatchObject({ code: 'T8020' })
})

test('errors of the file system have a code and a next step', async () => {
  const store = await open('errors')
  await store.write('file', [ascii('x')])
  expect(await code(store.write('file/below', [ascii('x')]))).toBe('T8020')
  await store.write('folder/x', [ascii('x')])
  expect(await code(store.write('folder', [ascii('x')]))).toBe('T8020')
  expect(await code(text(store.read('folder')))).toBe('T8023')
  if (process.getuid?.() === 0) return
  await chmod(join(dir, 'errors/file'), 0)
  expect(await code(text(store.read('file')))).toBe('T8022')
})

test('a device is no file', async () => {
  const store = await open('/dev')
  expect(await store.stat('null')).toBeNull()
  expect(await code(text(store.read('null')))).toBe('T8023')
})
