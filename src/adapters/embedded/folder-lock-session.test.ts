import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LOCK_FILE, lockFolder } from './folder-lock-session.ts'
import { isRunning, isSameProcess, thisProcess } from './process-identity-session.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tdbt-lock-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function leave(record: object, ageSeconds = 0): void {
  const path = join(folder, LOCK_FILE)
  writeFileSync(path, `${JSON.stringify(record)}\n`)
  const then = new Date(Date.now() - ageSeconds * 1000)
  utimesSync(path, then, then)
}

test('one at a time; released, it is free and leaves nothing', async () => {
  const lock = await lockFolder(folder)
  expect(JSON.parse(readFileSync(join(folder, LOCK_FILE), 'utf8'))).toMatchObject({ pid: process.pid })
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'T5005' })
  await lock.release()
  await lock.release()
  expect(readdirSync(folder)).toEqual([])
  await (await lockFolder(folder)).release()
})

test('a lock whose process is gone is taken over', async () => {
  // A number that no process has: past the highest that systems give out.
  leave({ ...thisProcess(), pid: 2 ** 30, id: 'x', since: '' })
  const lock = await lockFolder(folder)
  await lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('so is one whose number belongs to another process by now', async () => {
  leave({ ...thisProcess(), startedAt: 'long ago', id: 'x', since: '' })
  await (await lockFolder(folder)).release()
})

test('another machine’s lock holds while its heart beats', async () => {
  leave({ pid: 1, startedAt: '1', space: 'other-machine', id: 'x', since: '2024-01-01' })
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'T5005',
    details: { found: 'process 1 on other-machine, since 2024-01-01' },
  })
  leave({ pid: 1, startedAt: '1', space: 'other-machine', id: 'x', since: '2024-01-01' }, 60)
  await (await lockFolder(folder)).release()
})

test('a torn file is no lock once its writer had time to finish', async () => {
  const path = join(folder, LOCK_FILE)
  writeFileSync(path, '{"pid": 1')
  const then = new Date(Date.now() - 5000)
  utimesSync(path, then, then)
  await (await lockFolder(folder)).release()
})

test('of many at once, one wins', async () => {
  leave({ ...thisProcess(), pid: 2 ** 30, id: 'x', since: '' })
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
  const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  expect(won).toHaveLength(1)
  for (const lock of won) await lock.release()
})

test('this process runs, and is itself', () => {
  expect(isRunning(process.pid)).toBe(true)
  expect(isRunning(2 ** 30)).toBe(false)
  expect(isSameProcess(thisProcess())).toBe(true)
})
