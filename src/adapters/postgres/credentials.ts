import { type Json, type JsonObject, type TargetConfig, TdbtError } from '../../core/index.ts'

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

/** What it takes to connect: dbt-postgres's keys after defaults and aliases. */
export interface PostgresCredentials {
  /** A host name, or the folder of a unix socket (it starts with `/`). */
  readonly host: string
  readonly port: number
  readonly user: string
  /** null: `.pgpass`, or a server that trusts. */
  readonly password: string | null
  readonly database: string
  readonly connectTimeoutMs: number
  readonly keepAliveIdleMs: number
  readonly role: string | null
  readonly searchPath: string | null
  readonly sslMode: SslMode
  readonly sslCert: string | null
  readonly sslKey: string | null
  readonly sslRootCert: string | null
  readonly applicationName: string | null
  readonly retries: number
  /** A number is milliseconds; text is what the server understands (`5min`). */
  readonly statementTimeout: string | null
  /** Further start-up options, `-c name=value …`. */
  readonly options: string | null
}

/**
 * Reads a target's credentials under dbt-postgres's names and aliases (`pass` = `password`, `dbname` = `database`). Required: host and
 * user; `port` defaults to `defaultPort`. Throws T1006 naming the key that is missing or of the wrong kind.
 */
export function readCredentials(target: TargetConfig, defaultPort: number): PostgresCredentials {
  const read = reader(target)
  const mode = read.text('sslmode') ?? 'prefer'
  const sslMode = SSL_MODES.find((each) => each === mode)
  if (sslMode === undefined) throw read.invalid('sslmode', mode, SSL_MODES.join(', '))
  const method = read.text('method')
  if (method !== null && method !== 'database') throw read.invalid('method', method, 'database (user and password)')
  const port = read.number('port') ?? defaultPort
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw read.invalid('port', port, 'a number from 0 to 65535')
  const timeout = read.scalar('statement_timeout')
  return {
    host: read.required('host'),
    port,
    user: read.required('user'),
    password: read.secret('password') ?? read.secret('pass'),
    database: target.database || read.required('dbname', 'database'),
    connectTimeoutMs: (read.number('connect_timeout') ?? 10) * 1000,
    keepAliveIdleMs: (read.number('keepalives_idle') ?? 0) * 1000,
    role: read.text('role'),
    searchPath: read.text('search_path'),
    sslMode,
    sslCert: read.text('sslcert'),
    sslKey: read.text('sslkey'),
    sslRootCert: read.text('sslrootcert'),
    applicationName: read.text('application_name'),
    retries: read.number('retries') ?? 1,
    statementTimeout: timeout === null ? null : String(timeout),
    options: read.text('options'),
  }
}

function reader(target: TargetConfig) {
  const credentials: JsonObject = target.credentials
  const where = `target "${target.targetName}" of profile "${target.profileName}"`
  const invalid = (key: string, value: Json, expected: string): TdbtError =>
    new TdbtError('T1006', `\`${key}\` of ${where} cannot be right`, {
      found: JSON.stringify(value),
      expected,
      hint: 'Correct it in the profile.',
    })
  const scalar = (key: string): string | number | null => {
    const value = credentials[key] ?? null
    if (value === null || value === '') return null
    if (typeof value === 'string' || typeof value === 'number') return value
    throw invalid(key, value, 'text or a number')
  }
  const text = (key: string): string | null => {
    const value = scalar(key)
    return value === null ? null : String(value)
  }
  return {
    invalid,
    scalar,
    text,
    secret: (key: string): string | null => {
      const value = credentials[key] ?? null
      if (value === null) return null
      if (typeof value === 'string' || typeof value === 'number') return String(value)
      throw new TdbtError('T1006', `\`${key}\` of ${where} cannot be right`, {
        expected: 'text',
        hint: 'Quote it in the profile.',
      })
    },
    number: (key: string): number | null => {
      const value = scalar(key)
      if (value === null) return null
      const number = Number(value)
      if (!Number.isFinite(number) || number < 0) throw invalid(key, value, 'a number')
      return number
    },
    required: (...keys: readonly string[]): string => {
      for (const key of keys) {
        const value = text(key)
        if (value !== null) return value
      }
      throw new TdbtError('T1006', `'${keys[0]}' is a required property of ${where}`, {
        hint: `Add \`${keys[0]}:\` to the target in the profile.`,
      })
    },
  }
}
