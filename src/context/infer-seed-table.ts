import { TdbtError } from '../core/index.ts'
import type { PyValue } from '../jinja/index.ts'
import { castSeedText, SEED_TYPES, type SeedType } from './cast-seed-text.ts'
import { type CsvRecord, readCsv } from './read-csv.ts'
import { type Row, Table, type TableType } from './table.ts'

export interface SeedOptions {
  readonly delimiter?: string
  /** Columns whose type the project gives: their cells stay text. */
  readonly columnTypes?: Readonly<Record<string, unknown>>
  /** For messages. */
  readonly file?: string
}

/**
 * The table of a seed's CSV text with dbt's types: the first of Number, Date, DateTime, ISO DateTime, Boolean and Text that takes all cells of a column.
 * Empty cells and `null` in any case are null. Throws T6004 with the line for a row that is too long, and for a file without a header.
 */
export function inferSeedTable(text: string, options: SeedOptions = {}): Table {
  const { delimiter = ',', columnTypes = {}, file = 'seed' } = options
  const [header, ...records] = readCsv(text.startsWith('\uFEFF') ? text.slice(1) : text, delimiter)
  if (header === undefined || header.fields.length === 0) {
    throw new TdbtError('T6004', `${file} has no header line`, {
      expected: 'a first line with the names of the columns',
      location: { file, line: 1, column: 1 },
    })
  }
  const names = columnNames(header.fields)
  for (const record of records) if (record.fields.length > names.length) throw tooLong(record, names.length, file)
  const types: TableType[] = []
  const columns = names.map((name, index) => {
    const cells = records.map((record) => record.fields[index])
    const [type, values] = inferColumn(cells, Object.hasOwn(columnTypes, name))
    types.push(type === 'ISODateTime' ? 'DateTime' : type)
    return values
  })
  const rows: Row[] = records.map((_, row) => columns.map((column) => column[row] ?? null))
  return new Table(names, types, rows)
}

/** Tries the types in order, each from the first cell on; a column without rows is Integer, as dbt's first type. */
function inferColumn(
  cells: readonly (string | undefined)[],
  forceText: boolean,
): readonly [type: SeedType | 'Integer', values: readonly PyValue[]] {
  if (!forceText && cells.every((cell) => cell === undefined)) return ['Integer', cells.map(() => null)]
  for (const type of forceText ? (['Text'] as const) : SEED_TYPES) {
    const values: PyValue[] = []
    for (const cell of cells) {
      const value = cell === undefined ? null : castSeedText(cell, type)
      if (value === undefined) break
      values.push(value)
    }
    if (values.length === cells.length) return [type, values]
  }
  return ['Text', cells.map((cell) => cell ?? null)]
}

/** agate's names: letters for empty ones, `_2` behind one that comes again. */
function columnNames(fields: readonly string[]): readonly string[] {
  const names: string[] = []
  for (const [index, field] of fields.entries()) {
    const written = field === '' ? letterName(index) : field
    let name = written
    for (let count = 2; names.includes(name); count++) name = `${written}_${count}`
    names.push(name)
  }
  return names
}

function letterName(index: number): string {
  return String.fromCharCode(97 + (index % 26)).repeat(Math.floor(index / 26) + 1)
}

function tooLong(record: CsvRecord, columns: number, file: string): TdbtError {
  return new TdbtError('T6004', `A row has ${record.fields.length} values, but the header names ${columns} columns`, {
    location: { file, line: record.line, column: 1 },
    found: record.fields.join(', ').slice(0, 200),
    hint: 'Put quotes around values that hold the delimiter.',
  })
}
