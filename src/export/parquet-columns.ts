import type { ResultColumn } from '../adapters/interface.ts'

/** How a column of an engine's CSV becomes a column of a Parquet file. */
export interface ParquetColumn {
  readonly name: string
  /** DuckDB's type as the CSV is read. */
  readonly read: string
  /** DuckDB's type in the file; null for a decimal whose scale only the values tell. */
  readonly write: string | null
  /** How `read` becomes `write`, where a cast is not enough. */
  readonly convert: 'none' | 'cast' | 'hex'
}

const TYPES: Readonly<Record<string, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  // Parquet has no integers of 128 bits: DuckDB would make floats of them.
  hugeint: 'DECIMAL(38,0)',
  utinyint: 'UTINYINT',
  usmallint: 'USMALLINT',
  uinteger: 'UINTEGER',
  ubigint: 'UBIGINT',
  oid: 'UINTEGER',
  real: 'FLOAT',
  float: 'FLOAT',
  'double precision': 'DOUBLE',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  'timestamp without time zone': 'TIMESTAMP',
  timestamp: 'TIMESTAMP',
  timestamp_s: 'TIMESTAMP_S',
  timestamp_ms: 'TIMESTAMP_MS',
  timestamp_ns: 'TIMESTAMP_NS',
  'timestamp with time zone': 'TIMESTAMPTZ',
  'time without time zone': 'TIME',
  time: 'TIME',
  uuid: 'UUID',
}

/**
 * The types of a Parquet file for the columns of a query: integers, floats, decimals of the same precision and scale, dates, timestamps with and without
 * zone, times, booleans, UUIDs and bytes as themselves; text, JSON, intervals, arrays and all else as text. `types` overrules by column.
 */
export function parquetColumns(
  columns: readonly ResultColumn[],
  types: Readonly<Record<string, string>>,
): readonly ParquetColumn[] {
  return columns.map((column) => {
    const { name } = column
    const asked = types[name]
    if (asked !== undefined) return { name, read: 'VARCHAR', write: asked.toUpperCase(), convert: 'cast' }
    if (column.kind === 'bytes') return { name, read: 'VARCHAR', write: 'BLOB', convert: 'hex' }
    const decimal = decimalType(column.type)
    if (decimal === 'open') return { name, read: 'VARCHAR', write: null, convert: 'cast' }
    const type = decimal ?? TYPES[withoutPrecision(column.type)] ?? 'VARCHAR'
    return { name, read: type, write: type, convert: 'none' }
  })
}

/** `timestamp(3) without time zone` is one of its kind. */
function withoutPrecision(type: string): string {
  return type
    .toLowerCase()
    .replace(/\(\d+\)/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** `numeric(12,2)` → DECIMAL(12,2); `open` for a numeric without precision, and for those that DECIMAL cannot hold as they are declared. */
function decimalType(type: string): string | 'open' | undefined {
  const match = /^(?:numeric|decimal)(?:\((\d+)(?:,\s*(-?\d+))?\))?$/i.exec(type.trim())
  if (match === null) return undefined
  if (match[1] === undefined) return 'open'
  const precision = Number(match[1])
  const scale = Number(match[2] ?? 0)
  return precision <= 38 && scale >= 0 && scale <= precision ? `DECIMAL(${precision},${scale})` : 'open'
}
