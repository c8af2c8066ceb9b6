import { PyFunction, PyObject, PyTuple, type PyValue, pyEquals } from '../jinja/index.ts'
import { compareCells } from './compare-cells.ts'
import { MappedSequence } from './mapped-sequence.ts'

interface ColumnSource {
  readonly columnNames: readonly string[]
  readonly types: readonly string[]
  readonly rows: readonly (readonly PyValue[])[]
}

/** `table.columns[i]`: agate's Column, a sequence of its cells. */
export function columnSequence(table: ColumnSource, index: number): MappedSequence {
  const values = table.rows.map((row) => row[index] ?? null)
  return new ColumnObject(table.columnNames[index] ?? '', index, table.types[index] ?? 'Text', values)
}

class ColumnObject extends MappedSequence {
  readonly #name: string
  readonly #index: number
  readonly #type: string

  constructor(name: string, index: number, type: string, values: readonly PyValue[]) {
    super('Column', values, null)
    this.#name = name
    this.#index = index
    this.#type = type
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'name':
        return this.#name
      case 'index':
        return this.#index
      case 'data_type':
        return new DataTypeObject(this.#type)
      case 'values_distinct':
        return new PyFunction(name, () => new PyTuple(distinct(this.values)))
      case 'values_without_nulls':
        return new PyFunction(name, () => new PyTuple(this.values.filter((value) => value !== null)))
      case 'values_sorted':
        return new PyFunction(name, () => [...this.values].sort(compareCells))
      case 'values_without_nulls_sorted':
        return new PyFunction(name, () => this.values.filter((value) => value !== null).sort(compareCells))
      default:
        return super.$attr(name)
    }
  }
}

function distinct(values: readonly PyValue[]): PyValue[] {
  const seen: PyValue[] = []
  for (const value of values) if (!seen.some((each) => pyEquals(each, value))) seen.push(value)
  return seen
}

const MODULES: Readonly<Record<string, string>> = {
  Integer: 'dbt_common.clients.agate_helper',
  Number: 'dbt_common.clients.agate_helper',
  Date: 'agate.data_types.date',
  DateTime: 'agate.data_types.date_time',
  Boolean: 'agate.data_types.boolean',
  Text: 'agate.data_types.text',
}

/** A column's data type; prints as agate's object, equal to its kind. */
class DataTypeObject extends PyObject {
  readonly $type: string

  constructor(type: string) {
    super()
    this.$type = type
  }

  override $attr(name: string): PyValue | undefined {
    return name === 'name' ? this.$type : undefined
  }

  override $eq(other: PyValue): boolean {
    return other instanceof DataTypeObject && other.$type === this.$type
  }

  override $hash(): string {
    return this.$type
  }

  override $repr(): string {
    return `<${MODULES[this.$type] ?? 'agate'}.${this.$type} object>`
  }
}
