import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TdbtError } from '../../../core/index.ts'
import type { Adapter, Engine, OpenOptions } from '../../interface.ts'
import { connect, type Wire } from '../../postgres/connect-session.ts'
import { PostgresEngine } from '../../postgres/postgres-engine.ts'
import { statementError } from '../../postgres/server-error.ts'
import { type Submittable, WireQuery } from '../../postgres/wire-query.ts'
import type { EmbeddedSettings } from '../embedded-settings.ts'
import { lockFolder } from '../folder-lock-session.ts'
import { copyFromBlob, hasCopyFromStdin } from './copy-statement.ts'
import { durationMs } from './duration.ts'
import { pgliteVersion, prepareData } from './pglite-data-session.ts'
import { type PgliteThread, startPglite, stopped } from './pglite-process-session.ts'
import { PgliteStream } from './pglite-stream-session.ts'

/** PGlite over the project's folder as an engine of one session at a time. Throws T5004, and T5005 when another process has the folder. */
export async function openPglite(adapter: Adapter, options: OpenOptions, settings: EmbeddedSettings): Promise<Engine> {
  const home = resolve(options.projectRoot, settings.pglitePath)
  const version = await pgliteVersion()
  const timeoutMs = readTimeout(settings)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(home)
  try {
    const data = await prepareData(home, settings.database)
    // Started here, so that what is wrong with the folder shows at once and not in the first model.
    const state = { thread: await startPglite(data, settings.database), fresh: true, wire: null as PgliteWire | null }
    return new PostgresEngine({
      adapter: { ...adapter, capabilities: { ...adapter.capabilities, maxSessions: 1 } },
      threads: 1,
      single: true,
      emit: options.emit,
      place: `PGlite in ${settings.pglitePath}`,
      connect: async () => {
        if (!state.fresh) {
          // Two threads over one data directory would ruin it: the old one is gone before the new one opens.
          await state.thread.terminate()
          state.thread = await startPglite(data, settings.database)
        }
        state.fresh = false
        state.wire = await PgliteWire.open(state.thread, options, settings, timeoutMs)
        return state.wire
      },
      facts: [
        ['backend', `pglite ${version}`],
        ['folder', home],
        ['database', settings.database],
      ],
      session: {
        guard: refuseCopyFromStdin,
        copyFrom: async (sql, chunks) => {
          if (state.wire === null) throw new TdbtError('T0001', 'copyFrom without a session')
          return await state.wire.copyFrom(sql, chunks)
        },
      },
      onClose: async () => {
        try {
          await state.thread.close()
        } finally {
          await lock.release()
        }
      },
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

function readTimeout(settings: EmbeddedSettings): number | null {
  if (settings.statementTimeout === null) return null
  const ms = durationMs(settings.statementTimeout)
  if (ms === null) {
    throw new TdbtError('T1006', '`statement_timeout` of the profile cannot be right', {
      found: settings.statementTimeout,
      expected: 'a number of milliseconds, or one with a unit: 30s, 5min',
    })
  }
  return ms === 0 ? null : ms
}

function refuseCopyFromStdin(sql: string): void {
  if (!hasCopyFromStdin(sql)) return
  throw new TdbtError('T5007', 'PGlite cannot run COPY … FROM STDIN inside a statement text', {
    sql,
    hint: 'Load the data as a seed or a load, or set `backend: native`.',
  })
}

/** A connection to the thread: what a socket would bring by itself (timeouts, cancelling) is done by ending the thread. */
class PgliteWire implements Wire {
  readonly cancelEndsConnection = true
  /** One backend in the process: there is no way to save. */
  readonly pipelines = false
  readonly #inner: Wire
  readonly #thread: PgliteThread
  readonly #stream: PgliteStream
  readonly #timeoutMs: number | null

  static async open(
    thread: PgliteThread,
    options: OpenOptions,
    settings: EmbeddedSettings,
    timeoutMs: number | null,
  ): Promise<PgliteWire> {
    const stream = new PgliteStream(thread)
    thread.onExit = () => stream.destroy(new Error('PGlite’s thread ended'))
    const inner = await connect({
      credentials: {
        host: 'pglite',
        port: 5432,
        user: 'postgres',
        password: '',
        database: settings.database,
        connectTimeoutMs: 60_000,
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
      },
      applicationName: settings.applicationName ?? options.applicationName,
      resetSql: 'discard all',
      tlsMemo: { attempt: 0 },
      stream: () => stream,
      initSql: settings.searchPath === null ? [] : [`set search_path to ${settings.searchPath}`],
    })
    return new PgliteWire(inner, thread, stream, timeoutMs)
  }

  private constructor(inner: Wire, thread: PgliteThread, stream: PgliteStream, timeoutMs: number | null) {
    this.#inner = inner
    this.#thread = thread
    this.#stream = stream
    this.#timeoutMs = timeoutMs
  }

  get status(): 'I' | 'T' | 'E' {
    return this.#inner.status
  }

  get alive(): boolean {
    return this.#inner.alive
  }

  get onNotice(): Wire['onNotice'] {
    return this.#inner.onNotice
  }

  set onNotice(listener: Wire['onNotice']) {
    this.#inner.onNotice = listener
  }

  submit(query: Submittable): void {
    this.#inner.submit(query)
    if (this.#timeoutMs === null) return
    const timer = setTimeout(() => {
      void this.#stop('statement timeout')
    }, this.#timeoutMs)
    void Promise.resolve(this.#inner.ready()).then(() => clearTimeout(timer))
  }

  sendAhead(query: WireQuery): void {
    this.submit(query)
  }

  ready(): Promise<void> | undefined {
    return this.#inner.ready()
  }

  cancel(): Promise<void> {
    return this.#stop('user request')
  }

  async #stop(reason: string): Promise<void> {
    this.#stream.destroy(stopped(reason))
    await this.#thread.terminate()
    await this.#inner.ready()
  }

  reset(): Promise<void> {
    return this.#inner.reset()
  }

  async end(): Promise<void> {
    const usable = this.#inner.alive
    await this.#inner.end()
    if (usable) await this.#thread.close()
    else await this.#thread.terminate()
  }

  /** COPY FROM STDIN through PGlite's blob; all data is in memory until the statement ends. */
  async copyFrom(sql: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    const statement = copyFromBlob(sql)
    if (statement === null) throw new TdbtError('T5007', 'Not a COPY … FROM STDIN statement', { sql })
    const data: Uint8Array[] = []
    for await (const chunk of chunks) data.push(Uint8Array.from(chunk))
    try {
      return await this.#thread.copy(statement, data)
    } catch (error) {
      throw statementError(error, { sql, place: 'PGlite', cancelled: false })
    } finally {
      // The copy went past the connection: an empty query brings it the state of the transaction.
      if (this.#inner.alive) {
        const query = new WireQuery('', null)
        this.#inner.submit(query)
        await query.outcome.catch(() => {})
        await this.#inner.ready()
      }
    }
  }
}
