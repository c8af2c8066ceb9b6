import { TdbtError } from '../core/index.ts'
import type { GeneratedRow, GeneratedTable } from './generate.ts'
import type { ColumnSpec, GeneratorSpec } from './spec.ts'

/** Rows at the beginning of each table that are looked at before any is written. */
const SAMPLE_ROWS = 5

const WHOLE: Readonly<Record<string, bigint>> = {
  smallint: 1n << 15n,
  int2: 1n << 15n,
  integer: 1n << 31n,
  int: 1n << 31n,
  int4: 1n << 31n,
  bigint: 1n << 63n,
  int8: 1n << 63n,
}
const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i
const DAY = /^\s*\d{4}-\d\d-\d\d/
const BOOLEAN = /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** Whether a type holds whole numbers only. */
export function isWholeType(type: string): boolean {
  return WHOLE[type.trim().toLowerCase()] !== undefined
}

/** Why a text can't be a value of an SQL type, in the types that are known here; null when it can, or the type is another. */
export function whyNotOfType(type: string, text: string): string | null {
  const [, name = '', inside = ''] = /^\s*([a-z][a-z0-9_ ]*?)\s*(?:\(([^)]*)\))?\s*$/i.exec(type.toLowerCase()) ?? []
  const limit = WHOLE[name]
  if (limit !== undefined) {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) return 'is no whole number'
    const value = BigInt(text.trim().replace(/^\+/, ''))
    return value >= -limit && value < limit ? null : `is out of the range of ${name}`
  }
  switch (name) {
    case 'numeric':
    case 'decimal': {
      if (!NUMBER.test(text)) return 'is no number'
      const [precision, scale = 0] = inside.split(',').map(Number)
      return precision && Math.abs(Number(text)) >= 10 ** (precision - scale) ? `is too large for ${type}` : null
    }
    case 'real':
    case 'float':
    case 'double precision':
    case 'double':
      return NUMBER.test(text) ? null : 'is no number'
    case 'boolean':
    case 'bool':
      return BOOLEAN.test(text) ? null : 'is neither true nor false'
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp with time zone':
    case 'timestamp without time zone':
      return DAY.test(text) && !Number.isNaN(Date.parse(text.trim().slice(0, 10))) ? null : 'is no date'
    case 'varchar':
    case 'character varying':
    case 'char':
    case 'character':
      return inside !== '' && [...text].length > Number(inside) ? `is longer than ${type}` : null
    case 'uuid':
      return UUID.test(text) ? null : 'is no UUID'
    default:
      return null
  }
}

/**
 * Holds the first rows of each table, and every value that dirt may write, against the columns' types, so that a column whose
 * values the engine would refuse is refused before a row is written. Throws T8001 at the column.
 */
export function checkTypes(spec: GeneratorSpec, tables: readonly GeneratedTable[]): void {
  for (const table of tables) {
    for (const column of table.columns) {
      for (const { make } of column.dirt) {
        if (make.kind === 'day_first' && whyNotOfType(column.type, '31/12/2025') !== null)
          refuse(spec, table, column, '31/12/2025')
        if (make.kind === 'values') {
          for (const value of make.values) if (value !== null) hold(spec, table, column, String(value))
        }
      }
    }
    const look = (cells: GeneratedRow): void => {
      for (const [index, column] of table.columns.entries()) {
        const text = cells[index]
        if (text !== null && text !== undefined) hold(spec, table, column, text)
      }
    }
    table.rows(0, Math.min(SAMPLE_ROWS, table.rowCount), look)
    // Sequences are largest at the end.
    if (table.rowCount > SAMPLE_ROWS) table.rows(table.rowCount - 1, table.rowCount, look)
  }
}

function hold(spec: GeneratorSpec, table: GeneratedTable, column: ColumnSpec, text: string): void {
  if (whyNotOfType(column.type, text) !== null) refuse(spec, table, column, text)
}

function refuse(spec: GeneratorSpec, table: GeneratedTable, column: ColumnSpec, text: string): never {
  const reason = whyNotOfType(column.type, text) ?? ''
  throw new TdbtError(
    'T8001',
    `A value of '${table.spec.name}.${column.name}' does not fit its type: '${text}' ${reason}.`,
    {
      location: column.location,
      source: spec.source,
      found: text,
      expected: `a value of ${column.type}`,
      hint: 'Give the column another type (text holds everything), or other values.',
    },
  )
}
