import type { Dialect, ResultColumn } from '../adapters/interface.ts'
import type { CsvSpec, ExportSpec } from '../core/index.ts'
import { TdbtError } from '../core/index.ts'

/** Null in the CSV that goes between an engine and what reads it here; values like it are quoted. */
export const WIRE_NULL = '\\N'

/** The rows of a relation, or of a query in parentheses, as one query. `list` are expressions, `orderBy` columns already quoted. */
export function rowsSql(from: string, list: readonly string[], orderBy: readonly string[]): string {
  return `select ${list.join(', ')} from ${from} as exported${orderBy.length === 0 ? '' : ` order by ${orderBy.join(', ')}`}`
}

/** COPY of a query as CSV without header, for what reads it here. */
export function wireCopySql(query: string): string {
  return `copy (${query}) to stdout (format csv, null '${WIRE_NULL}')`
}

/** Columns as the user's CSV shows them: booleans are `true` and `false`, not Postgres's `t` and `f`. */
export function csvList(dialect: Dialect, columns: readonly ResultColumn[]): readonly string[] {
  return columns.map(({ name, kind }) => {
    const quoted = dialect.quote(name)
    return kind === 'boolean' ? `cast(${quoted} as varchar(5)) as ${quoted}` : quoted
  })
}

/** Types that Postgres's binary format brings to DuckDB as they are. */
const BINARY =
  /^(?:smallint|integer|bigint|real|double precision|boolean|uuid|bytea|text|character varying(?:\(\d+\))?|timestamp(?:\(\d\))? with(?:out)? time zone|time without time zone)$/

/**
 * Columns for DuckDB's postgres extension: what has no type of its own there goes as text; what it would silently get wrong (a numeric that is NaN, a date
 * without end) is made to fail in the server.
 */
export function attachedList(dialect: Dialect, columns: readonly ResultColumn[]): readonly string[] {
  return columns.map(({ name, type }) => {
    const quoted = dialect.quote(name)
    const failing = `cast(cast(${quoted} as text) || ' cannot be' as ${type})`
    if (/^numeric\(/.test(type)) return `case when ${quoted} = 'NaN' then ${failing} else ${quoted} end as ${quoted}`
    if (type === 'date')
      return `case when isfinite(${quoted}) or ${quoted} is null then ${quoted} else ${failing} end as ${quoted}`
    return BINARY.test(type) ? quoted : `cast(${quoted} as text) as ${quoted}`
  })
}

/** COPY of a query as the CSV that the user asked for. */
export function csvCopySql(query: string, csv: CsvSpec): string {
  const options = [
    'format csv',
    `header ${csv.header}`,
    `delimiter '${csv.delimiter.replaceAll("'", "''")}'`,
    `null '${csv.nullText.replaceAll("'", "''")}'`,
    ...(csv.quoteAll ? ['force_quote *'] : []),
  ]
  return `copy (${query}) to stdout (${options.join(', ')})`
}

/** `order_by` as SQL: partition columns first, so that each partition comes in one piece. Throws T8030 for a column that is not there. */
export function orderBySql(
  dialect: Dialect,
  spec: ExportSpec,
  columns: readonly ResultColumn[],
  owner: string,
): readonly string[] {
  const names = columns.map((column) => column.name)
  const quoted = (name: string, key: string): string => {
    if (names.includes(name)) return dialect.quote(name)
    throw new TdbtError('T8030', `${owner}: '${key}' names a column that is not there`, {
      found: name,
      expected: names.join(', '),
      hint: 'Correct the name.',
    })
  }
  return [
    ...spec.partitionBy.map((name) => quoted(name, 'partition_by')),
    ...spec.orderBy.map((entry) => {
      const match = /^(.*?)(?:\s+(asc|desc))?$/i.exec(entry.trim())
      const direction = match?.[2] === undefined ? '' : ` ${match[2].toLowerCase()}`
      return `${quoted(match?.[1] ?? entry, 'order_by')}${direction}`
    }),
  ]
}
