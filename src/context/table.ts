import type { Cell, InferredKind, ResultColumn } from '../adapters/interface.ts'
import { PyObject, PyTuple, type PyValue } from '../jinja/index.ts'
import { columnSequence } from './column-sequence.ts'
import { Decimal, decimalPlaces } from './decimal.ts'
import { MappedSequence } from './mapped-sequence.ts'
import { columnsFromResult } from './result-cells.ts'
import { tableMethod } from './table-methods.ts'
import { printedTable } from './table-print.ts'

/** agate's data types as dbt uses them. Integer are ints, Number are Decimals. */
export type TableType = 'Integer' | 'Number' | 'Date' | 'DateTime' | 'Boolean' | 'Text'

export type Row = readonly PyValue[]

export interface TableOptions {
  /** Where `print_table()` and the like go; nowhere by default. */
  readonly print?: (text: string) => void
}

/**
 * dbt's agate.Table: the rows of a query or a seed. Immutable: methods give new tables. `rows` and `columnNames` are for the host; templates see agate's
 * attributes and methods.
 */
export class Table extends PyObject {
  readonly $type = 'Table'
  readonly columnNames: readonly string[]
  readonly types: readonly TableType[]
  readonly rows: readonly Row[]
  readonly options: TableOptions
  #rowObjects: MappedSequence | undefined
  #columnObjects: MappedSequence | undefined

  /** Cells must already be of their column's type. */
  constructor(
    columnNames: readonly string[],
    types: readonly TableType[],
    rows: readonly Row[],
    options: TableOptions = {},
  ) {
    super()
    this.columnNames = columnNames
    this.types = types
    this.rows = rows
    this.options = options
  }

  /** The result of a query with the types that dbt would give its columns; a column name that comes again gets `_2`, `_3`. */
  static fromResult(
    columns: readonly ResultColumn[],
    rows: readonly (readonly Cell[])[],
    options?: TableOptions,
  ): Table {
    const { names, types, rows: cells } = columnsFromResult(columns, rows)
    return new Table(names, types, cells, options)
  }

  /** A table without columns: what dbt has in the place of none. */
  static empty(): Table {
    return new Table([], [], [])
  }

  /** What a seed's column is made as: Number is integer (bigint where a value needs it) unless a value has decimals. Undefined when there is no such column. */
  columnKind(index: number): InferredKind | undefined {
    const type = this.types[index]
    if (type === undefined) return undefined
    switch (type) {
      case 'Integer':
      case 'Number': {
        const values = this.rows.flatMap((row) => Decimal.from(row[index] ?? null) ?? [])
        if (decimalPlaces(values) !== 0) return 'number'
        return values.some((value) => value.isFinite && exceedsInt4(value)) ? 'bigint' : 'integer'
      }
      case 'Date':
        return 'date'
      case 'DateTime':
        return 'datetime'
      case 'Boolean':
        return 'boolean'
      case 'Text':
        return 'text'
    }
  }

  /** All rows as tuples: dbt's `data` of a result. */
  asMatrix(): PyValue[] {
    return this.rows.map((row) => new PyTuple(row))
  }

  /** A table of the same columns with other rows. */
  withRows(rows: readonly Row[]): Table {
    return new Table(this.columnNames, this.types, rows, this.options)
  }

  /** A table of other columns that prints where this one does. */
  withColumns(names: readonly string[], types: readonly TableType[], rows: readonly Row[]): Table {
    return new Table(names, types, rows, this.options)
  }

  /** The value when it is a table. */
  asTable(value: PyValue | undefined): Table | undefined {
    return value instanceof Table ? value : undefined
  }

  /** `table.rows`. */
  get rowSequence(): MappedSequence {
    if (this.#rowObjects === undefined) {
      const places = new Map(this.columnNames.map((name, index) => [name, index]))
      const rows = this.rows.map((row) => new MappedSequence('Row', row, this.columnNames, places))
      this.#rowObjects = new MappedSequence('MappedSequence', rows, null)
    }
    return this.#rowObjects
  }

  /** `table.columns`. */
  get columns(): MappedSequence {
    this.#columnObjects ??= new MappedSequence(
      'MappedSequence',
      this.columnNames.map((_, index) => columnSequence(this, index)),
      this.columnNames,
    )
    return this.#columnObjects
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'rows':
        return this.rowSequence
      case 'columns':
        return this.columns
      case 'column_names':
        return new PyTuple(this.columnNames)
      case 'column_types':
        return new PyTuple(this.columns.values.map((column) => (column as MappedSequence).$attr('data_type') ?? null))
      case 'row_names':
        return null
      default:
        return tableMethod(this, name)
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    return this.rowSequence.$item(key)
  }

  override $iter(): Iterator<PyValue> {
    return this.rowSequence.$iter()
  }

  override $len(): number {
    return this.rows.length
  }

  /** The columns with their types, as agate prints a table. */
  override $str(): string {
    const rows = this.columnNames.map((name, index) => [name, this.types[index] ?? ''])
    return printedTable(new Table(['column', 'data_type'], ['Text', 'Text'], rows), {
      maxRows: null,
      maxColumnWidth: null,
    })
  }

  override $repr(): string {
    return '<agate.table.Table object>'
  }
}

function exceedsInt4(value: Decimal): boolean {
  if (value.wholePlaces > 10) return true
  const whole = value.toInteger()
  return whole > 2147483647n || whole < -2147483648n
}
