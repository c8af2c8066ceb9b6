import { TdbtError } from '../../core/index.ts'

interface SqlPosition {
  readonly line: number
  readonly column: number
}

export interface StatementFailure {
  /** The whole text that was asked for. */
  readonly sql: string
  /** Lines of it before the statement that failed. */
  readonly line: number
}

/** What a failed statement is to the user: T5008 cancelled, T5001 where the database is gone, else T5003 with DuckDB's words and its kind of error in `found`. */
export function statementError(thrown: unknown, failure: StatementFailure): TdbtError {
  if (thrown instanceof TdbtError) return thrown
  const { sql } = failure
  const message = shiftLines(messageOf(thrown), failure.line)
  const kind = errorKind(message)
  if (kind === 'INTERRUPT') return new TdbtError('T5008', 'The statement was cancelled', { sql, ...causeOf(thrown) })
  if (kind === 'FATAL' || kind === 'INTERNAL' || kind === 'Connection') {
    return new TdbtError(kind === 'INTERNAL' ? 'T5003' : 'T5001', message, { sql, found: kind, ...causeOf(thrown) })
  }
  return new TdbtError('T5003', message, {
    sql,
    found: kind,
    sqlPosition: position(message, sql),
    hint: hintOf(kind, message),
    ...causeOf(thrown),
  })
}

export function messageOf(thrown: unknown): string {
  // Of a file that only this process knows, its name and the options it is read with say nothing to the user.
  const message = ownWords(thrown)
    .replace(/^Failed to extract statements: /, '')
    .replace(/\n\s*(?:Column \S+ is being converted|Possible (?:solutions|fixes):)(?=[\s\S]*tdbt-duckdb-)[\s\S]*$/, '')
    .trimEnd()
  return withoutPasswords(message)
}

function ownWords(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** An attached server's failure comes with the words it was attached by. */
function withoutPasswords(message: string): string {
  return message
    .replace(/\b(password|passwd|pwd|token)\s*=\s*(?:'[^']*'|[^\s'"&;)]+)/gi, '$1=***')
    .replace(/(:\/\/[^\s:/@]+):[^\s@]+@/g, '$1:***@')
}

/** The driver's own error, unless its words are not for logs. */
function causeOf(thrown: unknown): { readonly cause?: unknown } {
  const message = ownWords(thrown)
  return withoutPasswords(message) === message ? { cause: thrown } : {}
}

/** `Binder` of `Binder Error: …`; undefined where there is no such beginning. */
export function errorKind(message: string): string | undefined {
  return /^([\w ]+?) Error:/i.exec(message)?.[1]
}

/** DuckDB counts lines within the statement; the user within the text. */
function shiftLines(message: string, lines: number): string {
  if (lines === 0) return message
  return message.replace(/^LINE (\d+): (.*)\n( *)\^/m, (_, line: string, source: string, indent: string) => {
    const shown = String(Number(line) + lines)
    const shift = shown.length - line.length
    return `LINE ${shown}: ${source}\n${' '.repeat(Math.max(0, indent.length + shift))}^`
  })
}

/** The place that the caret under the message's `LINE n:` points to; a line that was cut is looked up in the text. */
function position(message: string, sql: string): SqlPosition | undefined {
  const match = /^(LINE (\d+): )(.*)\n( *)\^/m.exec(message)
  if (match === null) return undefined
  const [, prefix = '', number, shown = '', indent = ''] = match
  const line = Number(number)
  const source = sql.split('\n')[line - 1]
  if (source === undefined) return undefined
  const offset = indent.length - prefix.length
  if (offset < 0) return undefined
  const bare = shown.replace(/^\.\.\./, '').replace(/\.\.\.$/, '')
  const at = source.indexOf(bare)
  const cut = shown.startsWith('...') ? 3 : 0
  return { line, column: Math.max(at, 0) + offset - cut + 1 }
}

function hintOf(kind: string | undefined, message: string): string | undefined {
  if (kind === 'Constraint' && /duplicate key/i.test(message))
    return 'Find the rows with one key. Where the statement deletes the old row first, in the same transaction, use MERGE: DuckDB may still count it.'
  if (kind === 'Out of Memory') return 'Lower `threads`, or raise `memory_limit` in the profile’s `settings`.'
  if (/extension "?\w+"? .*(?:not (?:found|loaded|exist)|needs to be|could not be)/i.test(message))
    return 'Name the extension under `extensions` of the profile: its name, or the path of its file.'
  return undefined
}

/** Whether DuckDB refuses since another process has the file open, or the file is of another kind or version. */
export function openError(thrown: unknown, path: string): TdbtError {
  if (thrown instanceof TdbtError) return thrown
  const message = messageOf(thrown)
  const cause = causeOf(thrown)
  const lock = /Could not set lock on file.*?(?:Conflicting lock is held in (.+?)(?: by user .+?)?(?:\.| See|$))/s.exec(
    message,
  )
  if (lock !== null || /Could not set lock|being used by another process/.test(message)) {
    const holder = lock?.[1] === undefined ? '' : ` (${lock[1].trim()})`
    return new TdbtError('T5005', `The database ${path} is open in another process${holder}`, {
      ...cause,
      found: message.split('\n')[0],
      hint: 'DuckDB lets one process at a time write to a file. Wait until it ends or close it, or raise `retries.connect_attempts` of the profile.',
    })
  }
  if (/different database version|serialization|storage version|newer version|older version/i.test(message)) {
    return new TdbtError('T5001', `The database ${path} was written by a version of DuckDB that this one cannot read`, {
      ...cause,
      found: message.split('\n')[0],
      hint: 'Export it with the DuckDB that wrote it (EXPORT DATABASE), or build into a new file.',
    })
  }
  if (/not a valid DuckDB database file/.test(message)) {
    return new TdbtError('T5001', `${path} is no DuckDB database`, {
      ...cause,
      found: message.split('\n')[0],
      hint: 'Set `path` of the profile to a database file; one that does not exist is made.',
    })
  }
  if (/No such file or directory|Cannot open file|Permission denied/.test(message)) {
    return new TdbtError('T5001', `The database ${path} cannot be opened: ${message}`, {
      ...cause,
      hint: 'Make the folder, or set `path` of the profile to one that this user may write to.',
    })
  }
  return new TdbtError('T5001', `The database ${path} cannot be opened: ${message}`, cause)
}
