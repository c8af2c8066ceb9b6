import type { Cell, ResultColumn } from '../adapters/interface.ts'
import { float, fromJson, int, PyDict, PyTuple, type PyValue, pyStr, toJson } from '../jinja/index.ts'
import { Decimal } from './decimal.ts'
import { dateOfText, intervalText, timestampOfText, timeText } from './python-time.ts'

/** The types of a table's columns, see Table. */
type ColumnType = 'Integer' | 'Number' | 'Date' | 'DateTime' | 'Boolean' | 'Text'

export interface ResultTable {
  readonly names: readonly string[]
  readonly types: readonly ColumnType[]
  readonly rows: readonly (readonly PyValue[])[]
}

/**
 * The cells of a query result as dbt's adapters give them to templates: numeric and float as Decimal, JSON and arrays as JSON text, times and intervals
 * as text, a column without any value as Integer.
 */
export function columnsFromResult(columns: readonly ResultColumn[], rows: readonly (readonly Cell[])[]): ResultTable {
  const converters = columns.map(converterOf)
  const converted = rows.map((row) => converters.map((convert, index) => convert(row[index] ?? null)))
  const types = columns.map((column, index) => typeOf(column, converted, index))
  for (const [index, type] of types.entries()) {
    if (type !== 'Text') continue
    for (const row of converted) {
      const cell = row[index] ?? null
      if (cell !== null && typeof cell !== 'string') row[index] = pyStr(cell)
    }
  }
  return { names: uniqueNames(columns.map((column) => column.name)), types, rows: converted }
}

function typeOf(column: ResultColumn, rows: readonly (readonly PyValue[])[], index: number): ColumnType {
  if (rows.every((row) => (row[index] ?? null) === null)) return 'Integer'
  switch (column.kind) {
    case 'integer':
      return 'Integer'
    case 'decimal':
    case 'float':
      return 'Number'
    case 'boolean':
      return 'Boolean'
    case 'date':
      return rows.some((row) => typeof row[index] === 'string') ? 'Text' : 'Date'
    case 'timestamp':
    case 'timestamptz':
      return rows.some((row) => typeof row[index] === 'string') ? 'Text' : 'DateTime'
    case 'json':
      return jsonType(rows.flatMap((row) => row[index] ?? []))
    case 'text':
    case 'time':
    case 'interval':
    case 'bytes':
    case 'array':
    case 'other':
      return 'Text'
  }
}

/** A json column whose values are all numbers, or all booleans, is one of those; otherwise it is text. */
function jsonType(values: readonly PyValue[]): ColumnType {
  if (values.every((value) => typeof value === 'boolean')) return 'Boolean'
  if (values.every((value) => typeof value === 'bigint' || Number.isInteger(value))) return 'Integer'
  return 'Text'
}

function converterOf(column: ResultColumn): (cell: Cell) => PyValue {
  const known =
    <T extends Cell>(convert: (cell: T) => PyValue) =>
    (cell: Cell) =>
      cell === null ? null : convert(cell as T)
  switch (column.kind) {
    case 'integer':
      return known((cell: number | bigint) => int(cell))
    case 'decimal':
      return known((cell: string) => Decimal.parse(String(cell)) ?? String(cell))
    case 'float':
      return known((cell: number) => Decimal.ofFloat(Number(cell)))
    case 'boolean':
      return known((cell: boolean) => cell)
    case 'date':
      return known((cell: string) => dateOfText(String(cell)))
    case 'timestamp':
    case 'timestamptz':
      return known((cell: string) => timestampOfText(String(cell)))
    case 'time':
      return known((cell: string) => timeText(String(cell)))
    case 'interval':
      return known((cell: string) => intervalText(String(cell)))
    case 'json':
      return known((cell: string) => jsonCell(fromJson(String(cell))))
    case 'array': {
      const floats = /^(?:numeric|decimal|double|float|real)/i.test(column.type)
      return known((cell: readonly Cell[]) => (Array.isArray(cell) ? toJson(arrayCell(cell, floats)) : textCell(cell)))
    }
    case 'bytes':
      return known((cell: Uint8Array) => `\\x${[...cell].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`)
    case 'text':
    case 'other':
      return known(textCell)
  }
}

function textCell(cell: Cell): PyValue {
  return typeof cell === 'string' ? cell : String(cell)
}

/** Containers become JSON text in Python's form; scalars stay what they are. */
function jsonCell(value: PyValue): PyValue {
  return Array.isArray(value) || value instanceof PyDict || value instanceof PyTuple ? toJson(value) : value
}

/** `floats`: numbers are floats in Python, also the whole ones. */
function arrayCell(cell: readonly Cell[], floats: boolean): PyValue[] {
  return cell.map((item) => {
    if (Array.isArray(item)) return arrayCell(item, floats)
    if (typeof item === 'bigint') return int(item)
    if (floats && (typeof item === 'string' || typeof item === 'number')) return float(Number(item))
    return item === null || typeof item === 'boolean' || typeof item === 'number' ? item : String(item)
  })
}

/** `a`, `a_2`, `a_3` for a name that comes again. */
function uniqueNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}_${count}`
  })
}
