import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type EventSink, TdbtError } from '../../core/index.ts'
import type { Adapter, Engine, Session } from '../interface.ts'
import { ResourcePool } from '../resource-pool.ts'
import type { DuckdbCredentials, ExtensionSource } from './credentials.ts'
import { type Wire, zoneOf } from './duckdb-connection.ts'
import { DuckdbSession } from './duckdb-session.ts'
import { stringLiteral } from './quote.ts'
import { messageOf, openError, statementError } from './statement-error.ts'
import { WriteLock } from './write-lock.ts'

export interface DuckdbEngineOptions {
  readonly adapter: Adapter
  readonly credentials: DuckdbCredentials
  readonly database: string
  readonly threads: number
  readonly emit: EventSink
  /** Folder in which relative file names of SQL are looked for; null: the process's own. */
  readonly searchPath: string | null
  readonly open: () => Promise<DuckDBInstance>
}

/** Sessions of one database in this process: each its own connection, writers one after the other. */
export class DuckdbEngine implements Engine {
  readonly adapter: Adapter
  readonly maxSessions: number
  readonly #options: DuckdbEngineOptions
  readonly #pool: ResourcePool<Wire>
  readonly #sessions = new Set<Session>()
  readonly #lock = new WriteLock()
  #instance: Promise<DuckDBInstance> | null = null
  #closing: Promise<void> | null = null

  constructor(options: DuckdbEngineOptions) {
    this.#options = options
    this.adapter = options.adapter
    this.maxSessions = Math.max(1, options.threads)
    this.#pool = new ResourcePool<Wire>({
      // One more than the threads: whoever holds a session for the run as a whole does not take a worker's.
      max: this.maxSessions + 1,
      open: () => this.#connect(),
      close: async (wire) => disconnect(wire),
      usable: (wire) => wire.alive,
    })
  }

  async acquire(name: string, signal?: AbortSignal): Promise<Session> {
    let wire = await this.#pool.acquire(signal)
    const lent = wire
    const session: Session = new DuckdbSession({
      name,
      wire,
      emit: this.#options.emit,
      lock: this.#lock,
      disableTransactions: this.#options.credentials.disableTransactions,
      renew: async () => {
        wire = await this.#renew(lent)
        return wire
      },
      giveBack: async () => {
        this.#sessions.delete(session)
        await this.#pool.give(lent)
      },
    })
    this.#sessions.add(session)
    return session
  }

  async describe(): Promise<readonly (readonly [label: string, value: string])[]> {
    const session = await this.acquire('debug')
    const { credentials, database } = this.#options
    try {
      const { rows } = await session.execute('select version()')
      const extensions = credentials.extensions.map((extension) => extension.name)
      return [
        ['path', credentials.path],
        ['database', database],
        ...(extensions.length === 0 ? [] : [['extensions', extensions.join(', ')] as const]),
        ['server', `DuckDB ${String(rows[0]?.[0] ?? '')}`],
      ]
    } finally {
      await session.release()
    }
  }

  async cancelAll(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.cancel()))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.cancelAll()
    // What still runs ends by the interrupt; its connection must not go before.
    const releases = [...this.#sessions].map((session) => session.release())
    await Promise.allSettled(releases)
    await this.#pool.close()
    if (this.#instance === null) return
    const instance = await this.#instance.catch(() => null)
    instance?.closeSync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #connect(): Promise<Wire> {
    this.#instance ??= this.#openDatabase().catch((error: unknown) => {
      // A later caller may have more luck, say once the other process is gone.
      this.#instance = null
      throw error
    })
    const connection = await (await this.#instance).connect()
    try {
      await this.#prepare(connection)
      return { connection, zone: await zoneOf(connection), alive: true }
    } catch (error) {
      connection.disconnectSync()
      throw error
    }
  }

  async #openDatabase(): Promise<DuckDBInstance> {
    const { credentials, searchPath } = this.#options
    const instance = await this.#options.open()
    const connection = await instance.connect()
    try {
      if (searchPath !== null) await connection.run(`set global file_search_path = ${stringLiteral(searchPath)}`)
      for (const extension of credentials.extensions) await loadExtension(connection, extension)
      for (const sql of credentials.setup) {
        try {
          await connection.run(sql)
        } catch (error) {
          throw sql.startsWith('ATTACH')
            ? attachError(error, sql)
            : statementError(error, { sql: 'create secret …', line: 0 })
        }
      }
      connection.disconnectSync()
      return instance
    } catch (error) {
      connection.disconnectSync()
      instance.closeSync()
      throw error
    }
  }

  /** Runs the profile's settings. */
  async #prepare(connection: DuckDBConnection): Promise<void> {
    for (const sql of this.#options.credentials.settings) {
      try {
        await connection.run(sql)
      } catch (error) {
        throw new TdbtError('T1006', `A setting of the profile is refused: ${messageOf(error)}`, {
          hint: 'Correct `settings` in the profile.',
          cause: error,
        })
      }
    }
  }

  /** A new connection in the old one's place: what was set on it and its temporary tables are gone. */
  async #renew(wire: Wire): Promise<Wire> {
    const fresh = await this.#connect()
    wire.connection.disconnectSync()
    Object.assign(wire, fresh)
    return wire
  }
}

function disconnect(wire: Wire): void {
  wire.alive = false
  wire.connection.disconnectSync()
}

/** Loads an extension that is there; else installs it, which needs the network. */
async function loadExtension(connection: DuckDBConnection, extension: ExtensionSource): Promise<void> {
  try {
    await connection.run(extension.load)
  } catch (error) {
    try {
      if (extension.install === null) throw error
      await connection.run(extension.install)
      await connection.run(extension.load)
    } catch (cause) {
      throw new TdbtError('T5001', `DuckDB’s extension ${extension.name} cannot be loaded: ${messageOf(cause)}`, {
        hint: 'Give the path of its file under `extensions`: the PyPI packages duckdb-extension-… of version 1.5.5 hold it.',
        cause,
      })
    }
  }
}

function attachError(error: unknown, sql: string): TdbtError {
  const path = /'((?:[^']|'')*)'/.exec(sql)?.[1] ?? sql
  // Whatever else stands in the path of a server may be a password.
  return openError(error, /[=@]/.test(path) ? 'under `attach`' : path)
}
