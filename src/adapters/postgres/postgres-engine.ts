import type { EventSink } from '../../core/index.ts'
import type { Adapter, Engine, Session } from '../interface.ts'
import { ResourcePool } from '../resource-pool.ts'
import type { ColumnType } from './column-types.ts'
import type { Wire } from './connect-session.ts'
import { PostgresSession, type SessionOptions } from './postgres-session.ts'

export interface PostgresEngineOptions {
  readonly adapter: Adapter
  readonly threads: number
  readonly emit: EventSink
  readonly place: string
  readonly connect: (signal?: AbortSignal) => Promise<Wire>
  /** What `debug` shows beside the server's version. */
  readonly facts: readonly (readonly [label: string, value: string])[]
  /** One session at a time, as PGlite has one backend. */
  readonly single?: boolean
  readonly libpqAddress?: string | undefined
  /** Runs after all connections are closed: the embedded server stops here. */
  readonly onClose?: () => Promise<void>
  readonly session?: Pick<SessionOptions, 'guard' | 'copyFrom'>
}

/** Sessions over Postgres's wire, for a server anywhere, the embedded one, or PGlite. */
export class PostgresEngine implements Engine {
  readonly adapter: Adapter
  readonly maxSessions: number
  readonly libpqAddress: string | undefined
  readonly #options: PostgresEngineOptions
  readonly #pool: ResourcePool<Wire>
  readonly #sessions = new Set<Session>()
  readonly #types = new Map<string, ColumnType>()
  #closing: Promise<void> | null = null

  constructor(options: PostgresEngineOptions) {
    this.#options = options
    this.adapter = options.adapter
    this.libpqAddress = options.libpqAddress
    this.maxSessions = options.single ? 1 : Math.max(1, options.threads)
    this.#pool = new ResourcePool<Wire>({
      // One more than the threads: whoever holds a session for the run as a whole does not take a worker's.
      max: options.single ? 1 : this.maxSessions + 1,
      open: options.connect,
      close: (wire) => wire.end(),
      usable: (wire) => wire.alive,
    })
  }

  async acquire(name: string, signal?: AbortSignal): Promise<Session> {
    const wire = await this.#pool.acquire(signal)
    const session: Session = new PostgresSession({
      ...this.#options.session,
      name,
      wire,
      place: this.#options.place,
      emit: this.#options.emit,
      types: this.#types,
      giveBack: async () => {
        this.#sessions.delete(session)
        await this.#pool.give(wire)
      },
    })
    this.#sessions.add(session)
    return session
  }

  async describe(): Promise<readonly (readonly [label: string, value: string])[]> {
    const session = await this.acquire('debug')
    try {
      const { rows } = await session.execute('select version()')
      return [...this.#options.facts, ['server', String(rows[0]?.[0] ?? '')]]
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
    try {
      await this.#pool.close()
    } finally {
      await this.#options.onClose?.()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
