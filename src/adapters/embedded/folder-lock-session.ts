import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, TdbtError } from '../../core/index.ts'
import { isSameProcess, type ProcessIdentity, processSpace, thisProcess } from './process-identity-session.ts'

/** The one user of an embedded engine's folder. */
export interface FolderLock {
  /** Lets others in; idempotent. */
  release(): Promise<void>
}

interface LockRecord extends ProcessIdentity {
  readonly id: string
  readonly since: string
}

/** Name of the lock's file in the folder: one line of JSON, whose `pid` the watchdog of the native server reads too. */
export const LOCK_FILE = 'owner.json'

const HEARTBEAT_MS = 5000
const HEARTBEAT_LOST_MS = 30_000
const STEAL_STALE_MS = 10_000
const ATTEMPTS = 50

/**
 * Makes this process the folder's only user. A lock whose process is gone is taken over; one of another machine or container is,
 * once its heartbeat has stopped for 30 seconds. Throws T5005 while another process (or another engine of this one) has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE)
  const record: LockRecord = { ...thisProcess(), id: randomUUID(), since: new Date().toISOString() }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await writeFile(path, `${JSON.stringify(record)}\n`, { flag: 'wx', mode: 0o600 })
      return hold(path, record.id)
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
    const owner = await readOwner(path)
    if (owner?.alive) throw inUse(folder, owner.record)
    await takeAway(folder, path)
  }
  throw new TdbtError('T5005', `The folder ${folder} could not be locked`, {
    hint: `If nothing uses it, delete ${path}.`,
  })
}

function hold(path: string, id: string): FolderLock {
  const timer = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {})
  }, HEARTBEAT_MS)
  timer.unref()
  let released: Promise<void> | null = null
  const release = async (): Promise<void> => {
    clearInterval(timer)
    const owner = await readOwner(path)
    if (owner?.record.id === id) await rm(path, { force: true })
  }
  return {
    release: () => {
      released ??= release()
      return released
    },
  }
}

/** Removes a dead owner's file. One process at a time may, or two could each remove the other's new lock. */
async function takeAway(folder: string, path: string): Promise<void> {
  const steal = join(folder, `${LOCK_FILE}.taking`)
  try {
    await mkdir(steal)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    const age = await ageMs(steal)
    if (age !== undefined && age > STEAL_STALE_MS) await rmdir(steal).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 50))
    return
  }
  try {
    const owner = await readOwner(path)
    if (owner !== undefined && !owner.alive) await unlink(path)
  } finally {
    await rmdir(steal).catch(() => {})
  }
}

async function readOwner(path: string): Promise<{ record: LockRecord; alive: boolean } | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  const record = parseRecord(text)
  const age = (await ageMs(path)) ?? 0
  // A file without a record: its writer died, or is about to write.
  if (record === undefined)
    return { record: { pid: 0, startedAt: '', space: '', id: '', since: '' }, alive: age < 1000 }
  const here = record.space === processSpace()
  return { record, alive: here ? isSameProcess(record) : age < HEARTBEAT_LOST_MS }
}

function parseRecord(text: string): LockRecord | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value)) return undefined
    const { pid, startedAt, space, id, since } = value
    if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof space !== 'string') return undefined
    return { pid, startedAt, space, id: String(id), since: String(since) }
  } catch {
    return undefined
  }
}

async function ageMs(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs
  } catch {
    return undefined
  }
}

function inUse(folder: string, owner: LockRecord): TdbtError {
  const same = owner.pid === process.pid && owner.space === processSpace()
  return new TdbtError(
    'T5005',
    `The embedded engine in ${folder} is in use by ${same ? 'this very' : 'another'} process`,
    {
      found: `process ${owner.pid} on ${owner.space.split(' ')[0] || 'this machine'}, since ${owner.since}`,
      hint: same
        ? 'Close the first engine before opening a second on the same folder.'
        : 'Wait for it to end or end it, or give this run a target with another `path`; for several users at once, use a Postgres server.',
    },
  )
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
