import {
  bindArguments,
  float,
  PyDatetime,
  PyFunction,
  PyObject,
  PyTuple,
  type PyValue,
  pyEquals,
  pyStr,
} from '../jinja/index.ts'
import { compareCells } from './compare-cells.ts'
import { Decimal } from './decimal.ts'
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
    switch (name) {
      case 'name':
        return this.$type
      case 'csvify':
        return new PyFunction(name, (args, kwargs) => {
          const { d } = bindArguments(name, [{ name: 'd' }], args, kwargs)
          return d === null || d === undefined ? null : this.#text(d)
        })
      case 'jsonify':
        return new PyFunction(name, (args, kwargs) => {
          const { d } = bindArguments(name, [{ name: 'd' }], args, kwargs)
          return d === null || d === undefined ? null : this.#plain(d)
        })
      default:
        return undefined
    }
  }

  /** A cell as CSV has it. */
  #text(cell: PyValue): PyValue {
    // Date and DateTime are written by isoformat().
    if (cell instanceof PyDatetime) return this.$type === 'DateTime' ? pyStr(cell).replace(' ', 'T') : pyStr(cell)
    return pyStr(cell)
  }

  /** A cell as JSON has it: numbers as floats, integers and booleans as they are, the rest as text. */
  #plain(cell: PyValue): PyValue {
    switch (this.$type) {
      case 'Integer':
      case 'Boolean':
        return cell
      case 'Number':
        return cell instanceof Decimal ? float(cell.toNumber()) : float(Number(pyStr(cell)))
      default:
        return this.#text(cell)
    }
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
