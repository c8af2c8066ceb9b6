import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, openSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { findBinaries, usableBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'
import { findRunAs } from '../../src/adapters/embedded/native/run-as-session.ts'

const run = promisify(execFile)

/** A Postgres for tests, over TCP with a password. */
export interface TestPostgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** What it is: which binaries, or whose server. */
  readonly label: string
  /** The postmaster's process, when this helper started it. */
  readonly pid: number | null
  url(database: string): string
  /** Makes an empty database with a name of its own and gives the name. */
  createDatabase(prefix: string): Promise<string>
  /** Runs statements; the rows of the last, as objects. */
  query(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>
  /** Drops the databases made here and stops the server, if it was started here. */
  stop(): Promise<void>
}

export interface TestPostgresOptions {
  /** Makes a server of our own with TLS, also where TDBT_TEST_POSTGRES is set. PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

interface Programs {
  readonly label: string
  readonly initdb: readonly string[]
  readonly postgres: readonly string[]
  readonly user: { readonly uid: number; readonly gid: number } | null
}

/**
 * TDBT_TEST_POSTGRES (a URL of a server that trusts us to make databases), else Debian's or Homebrew's Postgres, else the binaries of
 * the embedded engine (TDBT_TEST_BINARIES=embedded goes straight to them), on a temporary folder and a free port. Rejects, saying what was looked for, when there is none.
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const given = process.env['TDBT_TEST_POSTGRES']
  if (given && options.tls === undefined) {
    const url = new URL(given)
    return client({
      host: url.hostname,
      port: Number(url.port || 5432),
      user: decodeURIComponent(url.username || 'postgres'),
      password: decodeURIComponent(url.password),
      label: `TDBT_TEST_POSTGRES ${url.host}`,
      pid: null,
      shutDown: async () => {},
    })
  }
  return await startServer(await findPrograms(), options)
}

async function findPrograms(): Promise<Programs> {
  const roots = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'].flatMap((base) =>
    existsSync(base) ? readdirSync(base).map((name) => join(base, name, 'bin')) : [],
  )
  const bins = roots.filter((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres'))).sort()
  const bin = process.env['TDBT_TEST_BINARIES'] === 'embedded' ? undefined : bins.at(-1)
  if (bin !== undefined) {
    return {
      label: bin,
      initdb: [join(bin, 'initdb')],
      postgres: [join(bin, 'postgres')],
      user: await unprivileged(),
    }
  }
  const found = findBinaries()
  if ('missing' in found) {
    throw new Error(
      `No Postgres for the tests: TDBT_TEST_POSTGRES is not set, no server is installed, and ${found.missing}`,
    )
  }
  const runAs = await findRunAs(await usableBinaries(found), process.env)
  const programs = join(runAs.binaries.root, 'bin')
  return {
    label: `embedded binaries ${runAs.binaries.version}`,
    initdb: [...runAs.prefix, join(programs, 'initdb')],
    postgres: [...runAs.prefix, join(programs, 'postgres')],
    user: runAs.user,
  }
}

/** Postgres refuses to run as root: user postgres, else nobody. */
async function unprivileged(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = lines.find(([name]) => name === 'postgres') ?? lines.find(([name]) => name === 'nobody')
  return { uid: Number(entry?.[2] ?? 65_534), gid: Number(entry?.[3] ?? 65_534) }
}

async function startServer(programs: Programs, options: TestPostgresOptions): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-test-pg-'))
  const data = join(folder, 'data')
  const password = randomBytes(8).toString('hex')
  const secret = join(folder, 'secret')
  await writeFile(secret, password)
  await chmod(folder, 0o755)
  const as = programs.user ?? {}
  if (programs.user !== null) {
    for (const path of [folder, secret]) await chown(path, programs.user.uid, programs.user.gid)
  }
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' }
  const [initdb = '', ...initArgs] = programs.initdb
  const flags = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '-A', 'scram-sha-256']
  await run(initdb, [...initArgs, ...flags, `--pwfile=${secret}`], { ...as, cwd: '/', env })
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: '60',
    timezone: 'UTC',
    ...(await tlsSettings(folder, programs, options)),
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [postgres = '', ...postgresArgs] = programs.postgres
  const log = join(folder, 'log')
  const output = openSync(log, 'a')
  const child = spawn(postgres, [...postgresArgs, '-D', data, ...args], {
    ...as,
    cwd: '/',
    env,
    stdio: ['ignore', output, output],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const onExit = (): void => {
    child.kill('SIGQUIT')
  }
  process.once('exit', onExit)
  const server = client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    label: programs.label,
    pid: child.pid ?? null,
    shutDown: async () => {
      process.off('exit', onExit)
      child.kill('SIGINT')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  })
  for (let attempt = 0; ; attempt++) {
    try {
      await server.query('select 1')
      return server
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) {
        const text = await readFile(log, 'utf8').catch(() => '')
        child.kill('SIGQUIT')
        throw new Error(`The test server did not start (${programs.label}): ${text || String(error)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function tlsSettings(
  folder: string,
  programs: Programs,
  options: TestPostgresOptions,
): Promise<Record<string, string>> {
  if (options.tls === undefined) return {}
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') }
  for (const name of ['cert', 'key'] as const) {
    await writeFile(files[name], options.tls[name], { mode: 0o600 })
    if (programs.user !== null) await chown(files[name], programs.user.uid, programs.user.gid)
  }
  return { ssl: 'on', ssl_cert_file: files.cert, ssl_key_file: files.key }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly label: string
  readonly pid: number | null
  readonly shutDown: () => Promise<void>
}

function client({ shutDown, ...place }: Place): TestPostgres {
  const made: string[] = []
  const query = async (sql: string, database = 'postgres'): Promise<readonly Record<string, unknown>[]> => {
    const connection = new pg.Client({ ...place, database, connectionTimeoutMillis: 5000 })
    connection.on('error', () => {})
    await connection.connect()
    try {
      const result = await connection.query(sql)
      const last = Array.isArray(result) ? result.at(-1) : result
      return last?.rows ?? []
    } finally {
      await connection.end()
    }
  }
  return {
    ...place,
    query,
    url: (database) =>
      `postgres://${encodeURIComponent(place.user)}:${encodeURIComponent(place.password)}@${place.host}:${place.port}/${database}`,
    createDatabase: async (prefix) => {
      const name = `${prefix}_${randomBytes(4).toString('hex')}`
      await query(`create database "${name}"`)
      made.push(name)
      return name
    },
    stop: async () => {
      for (const name of made) await query(`drop database if exists "${name}" with (force)`).catch(() => {})
      await shutDown()
    },
  }
}
