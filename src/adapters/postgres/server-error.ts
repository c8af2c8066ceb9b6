import { TdbtError } from '../../core/index.ts'
import { positionLines, sqlPosition } from './error-position.ts'

/** The fields of the server's error message that tdbt reads; `pg` puts them on the Error it throws. */
export interface ServerErrorFields {
  readonly message: string
  readonly severity?: string | undefined
  /** SQLSTATE for the server's errors; an errno name (`ECONNREFUSED`) for the socket's. */
  readonly code?: string | undefined
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly position?: string | undefined
  readonly internalPosition?: string | undefined
  readonly internalQuery?: string | undefined
  readonly where?: string | undefined
}

const FIELDS = ['severity', 'code', 'detail', 'hint', 'position', 'internalPosition', 'internalQuery', 'where'] as const

/** Reads what was thrown; anything that is not an Error becomes a message of its text. */
export function errorFields(thrown: unknown): ServerErrorFields {
  if (!(thrown instanceof Error)) return { message: String(thrown) }
  const out: { message: string } & Partial<Record<(typeof FIELDS)[number], string>> = { message: thrown.message }
  for (const field of FIELDS) {
    const value: unknown = Reflect.get(thrown, field)
    if (typeof value === 'string') out[field] = value
  }
  // A refused connection to a name with several addresses is an AggregateError with an empty message.
  if (out.message === '' && thrown instanceof AggregateError) {
    out.message = thrown.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ')
  }
  return out
}

/** True for an error that the server sent (it has a severity), false for one of the socket or the driver. */
export function isServerError(fields: ServerErrorFields): boolean {
  return fields.severity !== undefined
}

/** True when the session is of no more use: the socket broke, or the server ended it (class 08, 57P01 to 57P05). */
function isConnectionLoss(fields: ServerErrorFields): boolean {
  if (!isServerError(fields)) return true
  if (fields.severity === 'FATAL' || fields.severity === 'PANIC') return true
  return fields.code !== undefined && (fields.code.startsWith('08') || /^57P0[1-5]$/.test(fields.code))
}

/**
 * The server's message as Postgres clients and so dbt print it: the message without its severity, the line with a caret, then
 * DETAIL, HINT, QUERY and CONTEXT.
 */
export function serverMessage(fields: ServerErrorFields, sql: string): string {
  const lines = [fields.message]
  if (fields.position !== undefined) lines.push(...positionLines(sql, Number(fields.position)))
  else if (fields.internalPosition !== undefined && fields.internalQuery !== undefined) {
    lines.push(...positionLines(fields.internalQuery, Number(fields.internalPosition)))
  }
  if (fields.detail !== undefined) lines.push(`DETAIL:  ${fields.detail}`)
  if (fields.hint !== undefined) lines.push(`HINT:  ${fields.hint}`)
  if (fields.internalQuery !== undefined) lines.push(`QUERY:  ${fields.internalQuery}`)
  if (fields.where !== undefined) lines.push(`CONTEXT:  ${fields.where}`)
  return lines.join('\n').trimEnd()
}

export interface StatementFailure {
  readonly sql: string
  /** Characters that were sent before `sql` in the same text. */
  readonly prefixLength?: number
  /** Where the server is, for messages: `127.0.0.1:5432`. */
  readonly place: string
  /** This session asked the server to stop it. */
  readonly cancelled: boolean
}

/** What a failed statement is to the user: T5001 lost connection, T5006 timeout, T5008 cancelled, else T5003. */
export function statementError(thrown: unknown, failure: StatementFailure): TdbtError {
  if (thrown instanceof TdbtError) return thrown
  const { sql } = failure
  const fields = withoutPrefix(errorFields(thrown), failure.prefixLength ?? 0)
  if (failure.cancelled && (fields.code === '57014' || isConnectionLoss(fields))) {
    return new TdbtError('T5008', 'The statement was cancelled', { sql, cause: thrown })
  }
  const message = serverMessage(fields, sql)
  if (fields.code === '57014') {
    const timedOut = /statement timeout/.test(fields.message)
    return new TdbtError(timedOut ? 'T5006' : 'T5008', message, {
      sql,
      found: fields.code,
      hint: timedOut ? 'Raise `statement_timeout` of the profile, or make the query cheaper.' : undefined,
      cause: thrown,
    })
  }
  if (isConnectionLoss(fields)) {
    return new TdbtError('T5001', `The connection to ${failure.place} was lost: ${fields.message}`, {
      sql,
      ...(fields.code === undefined ? {} : { found: fields.code }),
      hint: 'Look at the server’s log for why it ended the session, then run again.',
      cause: thrown,
    })
  }
  const position = fields.position === undefined ? undefined : sqlPosition(sql, Number(fields.position))
  return new TdbtError('T5003', message, { sql, found: fields.code, sqlPosition: position, cause: thrown })
}

function withoutPrefix(fields: ServerErrorFields, prefixLength: number): ServerErrorFields {
  if (fields.position === undefined || prefixLength === 0) return fields
  return { ...fields, position: String(Number(fields.position) - prefixLength) }
}

export interface ConnectionAttempt {
  readonly place: string
  readonly user: string
  readonly database: string
}

/** SQLSTATEs of a server that is there and says no to this user, role or database. */
const REFUSED = /^(28|3D000|42704|42501|22023$|0P)/

/** What a failed connection is to the user: T5002 when the server refuses the user, role or database, else T5001. */
export function connectionError(thrown: unknown, attempt: ConnectionAttempt): TdbtError {
  if (thrown instanceof TdbtError) return thrown
  const fields = errorFields(thrown)
  const details = { found: fields.code, cause: thrown }
  if (isServerError(fields) && fields.code !== undefined && REFUSED.test(fields.code)) {
    const hint =
      fields.code === '3D000'
        ? `Create the database, or set \`dbname\` of the profile to one that exists on ${attempt.place}.`
        : fields.code.startsWith('28')
          ? 'Check `user` and `password` of the profile, and the server’s pg_hba.conf.'
          : 'Check `role`, `search_path` and `options` of the profile.'
    return new TdbtError('T5002', `${attempt.place} refused user "${attempt.user}": ${serverMessage(fields, '')}`, {
      ...details,
      hint,
    })
  }
  if (/password must be a string|SASL/i.test(fields.message)) {
    return new TdbtError(
      'T5002',
      `${attempt.place} asks for a password and the profile gives none that fits: ${fields.message}`,
      {
        ...details,
        hint: 'Set `password` of the profile.',
      },
    )
  }
  return new TdbtError(
    'T5001',
    `No connection to ${attempt.place}: ${fields.message || fields.code || 'unknown error'}`,
    {
      ...details,
      hint: connectionHint(fields, attempt.place),
    },
  )
}

function connectionHint(fields: ServerErrorFields, place: string): string {
  switch (fields.code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `Start Postgres, or set \`host\` and \`port\` of the profile to where it listens; nothing does on ${place}.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Check `host` of the profile: the name does not resolve.'
    case '53300':
      return 'Lower `threads`, or raise max_connections of the server.'
    case '57P03':
      return 'The server is starting or stopping; run again in a moment.'
    default:
      if (/timeout/.test(fields.message)) return 'Check `host`, `port` and firewalls, or raise `connect_timeout`.'
      if (/SSL|certificate|self.signed/i.test(fields.message))
        return 'Check `sslmode` and `sslrootcert` of the profile.'
      return 'Check `host` and `port` of the profile and that the server runs.'
  }
}

/** Whether trying again may help: the network, or a server that is starting or full. Not for a wrong password or database. */
export function isRetryable(thrown: unknown): boolean {
  if (thrown instanceof TdbtError) return false
  const fields = errorFields(thrown)
  if (!isServerError(fields)) {
    if (/timeout|ended|terminated|closed/i.test(fields.message)) return true
    return fields.code !== undefined && /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOENT)/.test(fields.code)
  }
  return fields.code !== undefined && (/^(08|57P0)/.test(fields.code) || fields.code === '53300')
}
