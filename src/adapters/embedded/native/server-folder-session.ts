import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TdbtError } from '../../../core/index.ts'
import { type RunAs, SHARED_FOLDER } from './run-as-session.ts'

const run = promisify(execFile)

/** Where one embedded server keeps its things. */
export interface ServerFolder {
  /** The folder that the profile names; holds the lock and the log. */
  readonly home: string
  /** Postgres's data directory. */
  readonly data: string
  /** Folder of the unix socket. */
  readonly socket: string
  readonly log: string
}

/** Unix sockets have room for about 107 bytes of path, 103 on macOS, with `/.s.PGSQL.5432` at the end. */
const MAX_SOCKET_FOLDER_BYTES = 88

/** Makes the folder, for its owner alone and out of git's sight, and says where things go. */
export async function prepareFolder(home: string, runAs: RunAs): Promise<ServerFolder> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  await writeFile(join(home, '.gitignore'), '*\n')
  let base = home
  if (runAs.user !== null && !(await canEnter(home, runAs))) {
    // As in /root: the server's user cannot pass through the folders above.
    base = join(SHARED_FOLDER, shortHash(home))
    await mkdir(base, { recursive: true, mode: 0o700 })
    await chmod(SHARED_FOLDER, 0o755)
    await writeFile(join(home, 'location'), `${base}\n`)
  }
  const socket = await socketFolder(base, runAs)
  if (runAs.user !== null) {
    for (const path of [base, socket]) await chown(path, runAs.user.uid, runAs.user.gid)
  }
  return { home, data: join(base, 'data'), socket, log: join(home, 'server.log') }
}

async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  if (runAs.user === null) return true
  await chown(folder, runAs.user.uid, runAs.user.gid)
  try {
    await run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...runAs.user, cwd: '/' })
    return true
  } catch {
    return false
  }
}

/** `<folder>/run`, or a folder of a short name under /tmp where the path is too long for a socket. Mode 0700, and ours. */
async function socketFolder(base: string, runAs: RunAs): Promise<string> {
  const near = join(base, 'run')
  if (Buffer.byteLength(near) <= MAX_SOCKET_FOLDER_BYTES) {
    await mkdir(near, { recursive: true, mode: 0o700 })
    return near
  }
  const uid = process.getuid?.() ?? 0
  const name = `tdbt-${uid}-${shortHash(base)}`
  const far = [tmpdir(), '/tmp']
    .map((folder) => join(folder, name))
    .find((path) => path.length <= MAX_SOCKET_FOLDER_BYTES)
  if (far === undefined) throw new TdbtError('T5004', 'No folder is short enough for the embedded server’s socket')
  try {
    await mkdir(far, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const found = await lstat(far)
    // /tmp is everyone's: a folder of that name that someone else put there could hold someone else's server.
    const ours = found.isDirectory() && (found.uid === uid || found.uid === runAs.user?.uid)
    if (!ours || (found.mode & 0o077) !== 0) {
      throw new TdbtError('T5004', `The socket folder ${far} belongs to someone else`, {
        hint: `Delete ${far}, or set TMPDIR to a folder of your own.`,
      })
    }
  }
  return far
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** The last lines of the server's log: why it did not start. */
export async function logTail(path: string, lines = 12): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    return text.trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}

/** What a running server writes into its data directory. */
export interface PostmasterFile {
  readonly pid: number
  readonly port: number
  readonly socket: string
}

/** The data directory's postmaster.pid, or null when there is none that can be read. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | null> {
  try {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
    const pid = Number(lines[0])
    return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]) || 5432, socket: lines[4] ?? '' } : null
  } catch {
    return null
  }
}
