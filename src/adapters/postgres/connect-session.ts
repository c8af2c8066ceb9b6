import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import pg, { type ClientConfig } from 'pg'
import { TdbtError } from '../../core/index.ts'
import type { PostgresCredentials } from './credentials.ts'
import { connectionError, errorFields, isRetryable, isServerError } from './server-error.ts'
import { type Submittable, type WireConnection, WireQuery } from './wire-query.ts'

/** What a session needs of a connection, so that PGlite can be behind it as well as a socket. */
export interface Wire {
  /** As the server says it: I idle, T in a transaction, E in one that failed. */
  readonly status: 'I' | 'T' | 'E'
  readonly alive: boolean
  /** Whether `cancel` costs the whole connection. */
  readonly cancelEndsConnection: boolean
  /** Whether `sendAhead` sends while an earlier query is still being answered. */
  readonly pipelines: boolean
  onNotice: ((severity: string, message: string) => void) | null
  submit(query: Submittable): void
  /** Sends a query behind those that are being answered, in one write with what else is sent in this turn. Only where the wire pipelines. */
  sendAhead(query: WireQuery): void
  /** Settles when the server has answered all and is ready for the next query, or the connection is gone; undefined where it is so already. */
  ready(): Promise<void> | undefined
  /** Asks the server to stop what runs. */
  cancel(): Promise<void>
  /** Brings the settings of a fresh connection back. */
  reset(): Promise<void>
  end(): Promise<void>
}

export interface ConnectOptions {
  readonly credentials: PostgresCredentials
  readonly applicationName: string
  /** What brings a used session back to a fresh one's state: Redshift has no DISCARD ALL. */
  readonly resetSql: string
  /** Whether several queries may be on their way at once; default true. */
  readonly pipelines?: boolean
  /** Remembers between connections of one engine which TLS attempt worked. */
  readonly tlsMemo: { attempt: number }
  /** A byte stream other than a socket: PGlite's worker. */
  readonly stream?: () => Duplex
  /** Further statements that every fresh or reset connection runs. */
  readonly initSql?: readonly string[]
}

type PgConnection = WireConnection & {
  on(event: string, listener: (message: Record<string, unknown>) => void): unknown
  readonly stream: Duplex
}

/**
 * Opens one connection; tries again `retries` times where that may help. Throws T5001 or T5002; T5008 as soon as `signal` aborts, however
 * long the server lets it wait.
 */
export async function connect(options: ConnectOptions, signal?: AbortSignal): Promise<Wire> {
  const { credentials } = options
  for (let attempt = 0; ; attempt++) {
    try {
      signal?.throwIfAborted()
      return await connectOnce(options, signal)
    } catch (error) {
      if (signal?.aborted) throw new TdbtError('T5008', 'Interrupted while connecting', { cause: error })
      if (attempt >= credentials.retries || !isRetryable(error)) {
        throw connectionError(error, {
          place: placeOf(credentials),
          user: credentials.user,
          database: credentials.database,
        })
      }
      await pause(attempt === 0 ? 200 : attempt * attempt * 1000, signal)
    }
  }
}

/** Waits, or is done at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** `host:port`, or the folder of the socket. */
export function placeOf(credentials: PostgresCredentials): string {
  return credentials.host.startsWith('/') ? credentials.host : `${credentials.host}:${credentials.port}`
}

async function connectOnce(options: ConnectOptions, signal: AbortSignal | undefined): Promise<Wire> {
  const attempts = await tlsAttempts(options.credentials)
  const first = Math.min(options.tlsMemo.attempt, attempts.length - 1)
  for (let index = first; ; index++) {
    try {
      const wire = await PgWire.open(options, attempts[index] ?? false, signal)
      options.tlsMemo.attempt = index
      return wire
    } catch (error) {
      if (signal?.aborted || index + 1 >= attempts.length || !mayDifferWithTls(error)) throw error
    }
  }
}

/** TLS settings in the order libpq tries them for the mode; false is without. */
async function tlsAttempts(credentials: PostgresCredentials): Promise<readonly (TlsOptions | false)[]> {
  if (credentials.host.startsWith('/')) return [false] // libpq never speaks TLS on a unix socket
  if (credentials.sslMode === 'disable') return [false]
  const read = async (key: string, path: string | null): Promise<Buffer | undefined> => {
    if (path === null) return undefined
    try {
      return await readFile(path)
    } catch (error) {
      throw new TdbtError('T1006', `\`${key}\` of the profile cannot be read: ${path}`, {
        hint: 'Check the path and its permissions.',
        cause: error,
      })
    }
  }
  const system = credentials.sslRootCert === 'system'
  const ca = system ? undefined : await read('sslrootcert', credentials.sslRootCert)
  const cert = await read('sslcert', credentials.sslCert)
  const key = await read('sslkey', credentials.sslKey)
  const tls: TlsOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
  // Who verifies nothing needs no authorities: without a list Node would read its own, which takes it 20 ms.
  const unverified = {
    ...(ca === undefined && cert === undefined ? { ca: [] } : {}),
    ...tls,
    rejectUnauthorized: false,
  }
  // libpq: `require` with a root certificate at hand verifies it as verify-ca would.
  const mode = credentials.sslMode === 'require' && ca !== undefined ? 'verify-ca' : credentials.sslMode
  switch (mode) {
    case 'allow':
      return [false, unverified]
    case 'prefer':
      return [unverified, false]
    case 'require':
      return [unverified]
    case 'verify-ca':
      return [{ ...tls, rejectUnauthorized: true, checkServerIdentity: () => undefined }]
    case 'verify-full':
      return [{ ...tls, rejectUnauthorized: true }]
  }
}

/** True for a refusal that may go away with or without TLS: no TLS there, a failed handshake, a pg_hba line for the other kind. */
function mayDifferWithTls(error: unknown): boolean {
  const fields = errorFields(error)
  if (isServerError(fields)) return fields.code === '28000'
  return /SSL|TLS|certificate/i.test(`${fields.message} ${fields.code ?? ''}`)
}

class PgWire implements Wire {
  status: 'I' | 'T' | 'E' = 'I'
  alive = true
  onNotice: ((severity: string, message: string) => void) | null = null
  readonly cancelEndsConnection = false
  readonly pipelines: boolean
  readonly #client: pg.Client
  readonly #connection: PgConnection
  readonly #options: ConnectOptions
  readonly #tls: TlsOptions | false
  /** Queries that the server has not answered in full. */
  #inFlight = 0
  /** Those of them that are written already, while `pg` still works on an earlier one. */
  #ahead: WireQuery[] = []
  #corked = false
  #waiting: (() => void)[] = []
  #initSql: readonly string[] = []

  static async open(options: ConnectOptions, tls: TlsOptions | false, signal: AbortSignal | undefined): Promise<Wire> {
    const wire = new PgWire(options, tls)
    const stop = (): void => void wire.#connection.stream.destroy(new Error('Interrupted'))
    signal?.addEventListener('abort', stop, { once: true })
    try {
      await wire.#start()
    } catch (error) {
      wire.#connection.stream.destroy()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
    return wire
  }

  private constructor(options: ConnectOptions, tls: TlsOptions | false) {
    const { credentials } = options
    this.#options = options
    this.pipelines = options.pipelines ?? true
    this.#tls = tls
    const config: ClientConfig = {
      host: credentials.host,
      port: credentials.port,
      user: credentials.user,
      database: credentials.database,
      ssl: tls,
      application_name: options.applicationName,
      connectionTimeoutMillis: credentials.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: credentials.keepAliveIdleMs,
      ...(credentials.password === null ? {} : { password: credentials.password }),
      ...startupOptions(credentials),
      ...(options.stream === undefined ? {} : { stream: options.stream }),
    }
    this.#client = new pg.Client(config)
    // pg types its connection away; it is the documented place for messages that Client does not pass on.
    this.#connection = (this.#client as unknown as { connection: PgConnection }).connection
  }

  async #start(): Promise<void> {
    const parameters = new Map<string, string>()
    this.#connection.on('parameterStatus', (message) => {
      parameters.set(String(message['parameterName']), String(message['parameterValue']))
    })
    this.#connection.on('readyForQuery', (message) => {
      const status = message['status']
      this.status = status === 'T' || status === 'E' ? status : 'I'
      if (this.#inFlight > 0) this.#inFlight -= 1
      // `pg` takes one query at a time: it learns of the next one now, and hears its answers as soon as it is done with this one.
      const next = this.#ahead.shift()
      if (next !== undefined) this.#client.query(next as unknown as pg.Submittable)
      if (this.#inFlight === 0) this.#settle()
    })
    this.#client.on('notice', (notice) => this.onNotice?.(notice.severity ?? 'NOTICE', notice.message ?? ''))
    this.#client.on('error', (error) => this.#lost(error))
    this.#client.on('end', () => this.#lost(new Error('Connection terminated unexpectedly')))
    await this.#client.connect()
    const init = [...(this.#options.initSql ?? [])]
    // As psycopg2 does: what reads the cells relies on both.
    if (!(parameters.get('DateStyle') ?? 'ISO').startsWith('ISO')) init.push("set datestyle to 'ISO'")
    if (parameters.get('standard_conforming_strings') === 'off') init.push('set standard_conforming_strings to on')
    const { role, statementTimeout } = this.#options.credentials
    if (statementTimeout !== null) init.push(`set statement_timeout to '${statementTimeout.replaceAll("'", "''")}'`)
    if (role !== null) init.push(`set role ${role}`)
    this.#initSql = init
    for (const sql of init) await this.#run(sql)
  }

  async #run(sql: string): Promise<void> {
    const query = new WireQuery(sql, null)
    this.submit(query)
    try {
      await query.outcome
    } finally {
      await this.ready()
    }
  }

  submit(query: Submittable): void {
    this.#inFlight += 1
    query.callback = () => {}
    this.#client.query(query as unknown as pg.Submittable)
  }

  sendAhead(query: WireQuery): void {
    const { stream } = this.#connection
    if (!this.#corked) {
      this.#corked = true
      stream.cork()
      process.nextTick(() => {
        this.#corked = false
        stream.uncork()
      })
    }
    if (this.#inFlight === 0 || !this.alive) {
      this.submit(query)
      return
    }
    this.#inFlight += 1
    query.callback = () => {}
    query.submit(this.#connection)
    this.#ahead.push(query)
  }

  ready(): Promise<void> | undefined {
    if (this.#inFlight === 0 || !this.alive) return undefined
    return new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** `pg` fails the query it knows of; those that it was not told of yet are ours to fail. */
  #lost(error: Error): void {
    this.alive = false
    for (const query of this.#ahead.splice(0)) query.handleError(error)
    this.#settle()
  }

  #settle(): void {
    this.#inFlight = 0
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  async reset(): Promise<void> {
    await this.#run(this.#options.resetSql)
    for (const sql of this.#initSql) await this.#run(sql)
  }

  async cancel(): Promise<void> {
    const { processID, secretKey } = this.#client as unknown as { processID: number; secretKey: number }
    await sendCancel(this.#options.credentials, this.#tls, processID, secretKey)
  }

  async end(): Promise<void> {
    if (!this.alive) {
      this.#connection.stream.destroy()
      return
    }
    this.alive = false
    if (this.#inFlight > 0) {
      // Goodbye would wait behind the statement that runs.
      this.#connection.stream.destroy()
      this.#settle()
      return
    }
    const timer = setTimeout(() => this.#connection.stream.destroy(), 2000)
    try {
      await this.#client.end()
    } finally {
      clearTimeout(timer)
    }
  }
}

/** dbt-postgres sends search_path as a start-up option with its spaces escaped, so that it outlives RESET and DISCARD. */
function startupOptions(credentials: PostgresCredentials): { options: string } | Record<string, never> {
  const parts: string[] = []
  if (credentials.searchPath !== null) parts.push(`-c search_path=${credentials.searchPath.replaceAll(' ', '\\ ')}`)
  if (credentials.options !== null) parts.push(credentials.options)
  return parts.length === 0 ? {} : { options: parts.join(' ') }
}

const CANCEL_TIMEOUT_MS = 5000

/** The protocol's cancel request, on a connection of its own as the protocol wants it. Settles when the server closed it. */
function sendCancel(
  credentials: PostgresCredentials,
  tls: TlsOptions | false,
  processId: number,
  secretKey: number,
): Promise<void> {
  return new Promise((resolve) => {
    const connection = new pg.Connection({ ssl: tls } as unknown as ClientConfig) as unknown as {
      readonly stream: Duplex
      connect(port: number | string, host?: string): void
      requestSsl(): void
      cancel(processId: number, secretKey: number): void
      on(event: string, listener: () => void): void
    }
    const timer = setTimeout(() => connection.stream.destroy(), CANCEL_TIMEOUT_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    connection.on('connect', () => {
      if (tls === false) connection.cancel(processId, secretKey)
      else connection.requestSsl()
    })
    connection.on('sslconnect', () => connection.cancel(processId, secretKey))
    // A server that is gone has nothing left to cancel.
    connection.on('error', done)
    connection.on('end', done)
    if (credentials.host.startsWith('/')) connection.connect(`${credentials.host}/.s.PGSQL.${credentials.port}`)
    else connection.connect(credentials.port, credentials.host)
  })
}
