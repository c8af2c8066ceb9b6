import { resolve } from 'node:path'
import { TdbtError } from '../../../core/index.ts'
import type { Adapter, Engine, OpenOptions } from '../../interface.ts'
import { connect } from '../../postgres/connect-session.ts'
import type { PostgresCredentials } from '../../postgres/credentials.ts'
import { quoteIdentifier } from '../../postgres/dialect.ts'
import { PostgresEngine } from '../../postgres/postgres-engine.ts'
import { WireQuery } from '../../postgres/wire-query.ts'
import type { EmbeddedSettings } from '../embedded-settings.ts'
import { lockFolder } from '../folder-lock-session.ts'
import { findBinaries, usableBinaries } from './binaries-session.ts'
import { type Endpoint, type NativeServer, SUPERUSER, startNativeServer } from './native-server-session.ts'
import { findRunAs } from './run-as-session.ts'
import { prepareFolder } from './server-folder-session.ts'

/** Starts (or attaches to) the project's own Postgres and gives an engine on it. Throws T5004, and T5005 when another process has it. */
export async function openNative(adapter: Adapter, options: OpenOptions, settings: EmbeddedSettings): Promise<Engine> {
  const found = findBinaries()
  if ('missing' in found) {
    throw new TdbtError('T5004', `The native backend cannot start: ${found.missing}`, {
      hint: 'Install tdbt with its optional dependencies, or set `backend: pglite` in the profile.',
    })
  }
  const home = resolve(options.projectRoot, settings.nativePath)
  const runAs = await findRunAs(await usableBinaries(found), options.env)
  const folder = await prepareFolder(home, runAs)
  const lock = await lockFolder(home)
  let server: NativeServer | null = null
  try {
    server = await startNativeServer({
      runAs,
      folder,
      fsync: settings.fsync,
      maxConnections: Math.max(50, settings.threads + 20),
      lingerSeconds: settings.lingerSeconds,
      env: options.env,
      ping: (endpoint) => withConnection(endpoint, 'select 1').then(() => {}),
    })
    const { endpoint, attached, pid } = server
    if (attached) {
      options.emit({
        type: 'log',
        level: 'info',
        message: `Attached to the embedded Postgres that a killed run left (process ${pid})`,
      })
      // What that run was doing must not go on beside this one.
      await withConnection(
        endpoint,
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
    }
    await ensureDatabase(endpoint, settings.database)
    return engine(adapter, options, settings, {
      endpoint,
      facts: [
        ['backend', `native (Postgres ${runAs.binaries.version}, as ${runAs.label})`],
        ['folder', home],
        ['socket', endpoint.host],
        ['process', String(pid)],
        ['database', settings.database],
      ],
      onClose: once(async () => {
        try {
          await server?.stop()
        } finally {
          await lock.release()
        }
      }),
    })
  } catch (error) {
    await server?.stop().catch(() => {})
    await lock.release()
    throw error
  }
}

interface Running {
  readonly endpoint: Endpoint
  readonly facts: readonly (readonly [string, string])[]
  readonly onClose: () => Promise<void>
}

function engine(adapter: Adapter, options: OpenOptions, settings: EmbeddedSettings, running: Running): Engine {
  const connectOptions = {
    credentials: {
      ...credentialsOf(running.endpoint, settings.database),
      statementTimeout: settings.statementTimeout,
      searchPath: settings.searchPath,
    },
    applicationName: settings.applicationName ?? options.applicationName,
    resetSql: 'discard all',
    tlsMemo: { attempt: 0 },
  }
  return new PostgresEngine({
    adapter,
    threads: settings.threads,
    emit: options.emit,
    place: `the embedded Postgres in ${settings.nativePath}`,
    connect: (signal) => connect(connectOptions, signal),
    facts: running.facts,
    onClose: running.onClose,
  })
}

function credentialsOf(endpoint: Endpoint, database: string): PostgresCredentials {
  return {
    host: endpoint.host,
    port: endpoint.port,
    user: SUPERUSER,
    password: endpoint.password ?? '',
    database,
    connectTimeoutMs: 10_000,
    keepAliveIdleMs: 0,
    role: null,
    searchPath: null,
    sslMode: 'disable',
    sslCert: null,
    sslKey: null,
    sslRootCert: null,
    applicationName: null,
    retries: 0,
    statementTimeout: null,
    options: null,
  }
}

/** Runs one statement on a connection of its own; the first cell of each row. */
async function withConnection(endpoint: Endpoint, sql: string, parameters: string[] | null = null): Promise<unknown[]> {
  const wire = await connect({
    credentials: credentialsOf(endpoint, 'postgres'),
    applicationName: 'tdbt',
    resetSql: 'discard all',
    tlsMemo: { attempt: 0 },
  })
  try {
    const query = new WireQuery(sql, parameters)
    wire.submit(query)
    return (await query.outcome).result?.rows.map((row) => row[0]) ?? []
  } finally {
    await wire.ready()
    await wire.end()
  }
}

async function ensureDatabase(endpoint: Endpoint, database: string): Promise<void> {
  if (database === 'postgres') return
  const found = await withConnection(endpoint, 'select 1 from pg_database where datname = $1', [database])
  if (found.length === 0) await withConnection(endpoint, `create database ${quoteIdentifier(database)}`)
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
