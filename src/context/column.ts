import { TdbtError } from '../core/index.ts'
import { bindArguments, PyFunction, PyObject, type PyValue, pyRepr, pyStr, raise } from '../jinja/index.ts'

const STRINGS = new Set(['text', 'character varying', 'character', 'varchar'])
const FLOATS = new Set(['real', 'float4', 'float', 'double precision', 'float8', 'double'])
const NUMERICS = new Set(['numeric', 'decimal'])
const INTEGERS = new Set(
  'smallint integer bigint smallserial serial bigserial int2 int4 int8 serial2 serial4 serial8'.split(' '),
)

/** Sizes as the catalog gave them: an int, or whatever a template passed. */
type Size = PyValue

/** dbt's Column of Postgres: a name with its type. Immutable. */
export class Column extends PyObject {
  readonly $type = 'PostgresColumn'
  readonly name: string
  readonly dtype: string
  readonly charSize: Size
  readonly numericPrecision: Size
  readonly numericScale: Size

  constructor(
    name: string,
    dtype: string,
    charSize: Size = null,
    numericPrecision: Size = null,
    numericScale: Size = null,
  ) {
    super()
    this.name = name
    this.dtype = dtype
    this.charSize = charSize
    this.numericPrecision = numericPrecision
    this.numericScale = numericScale
  }

  /** A column of a type's label: `STRING` is `TEXT`, everything else stays. */
  static create(name: string, labelOrType: string): Column {
    return new Column(name, Column.translateType(labelOrType))
  }

  static translateType(dtype: string): string {
    return dtype.toUpperCase() === 'STRING' ? 'TEXT' : dtype
  }

  static stringType(size: number | bigint): string {
    return `character varying(${size})`
  }

  static numericType(dtype: string, precision: Size, scale: Size): string {
    return precision === null || scale === null ? dtype : `${dtype}(${pyStr(precision)},${pyStr(scale)})`
  }

  /** Takes `varchar(20)` or `numeric(10,2)` apart; what follows the parentheses is dropped. Throws T4001 when sizes are no integers. */
  static fromDescription(name: string, description: string): Column {
    const match = /^([^(]+)(?:\(([^)]+)\))?/.exec(description)
    if (match === null) throw new TdbtError('T4001', `Could not interpret data type "${description}"`)
    const [, dtype = '', sizes] = match
    const parts = sizes === undefined ? [] : sizes.split(',')
    const [first, second] = parts.map((part) => {
      if (/^\s*[+-]?\d+\s*$/.test(part)) return Number(part)
      throw new TdbtError(
        'T4001',
        `Could not interpret data_type "${description}": could not convert "${part}" to an integer`,
      )
    })
    if (parts.length === 1) return new Column(name, dtype, first ?? null)
    return parts.length === 2 ? new Column(name, dtype, null, first ?? null, second ?? null) : new Column(name, dtype)
  }

  get quoted(): string {
    return `"${this.name}"`
  }

  get isString(): boolean {
    return STRINGS.has(this.dtype.toLowerCase())
  }

  get isNumeric(): boolean {
    return NUMERICS.has(this.dtype.toLowerCase())
  }

  get isInteger(): boolean {
    return INTEGERS.has(this.dtype.toLowerCase())
  }

  get isFloat(): boolean {
    return FLOATS.has(this.dtype.toLowerCase())
  }

  /** The type as DDL writes it, with its sizes. */
  get dataType(): string {
    const type = this.dtype.toLowerCase()
    if (type === 'text' || (type === 'character varying' && this.charSize === null)) return this.dtype
    if (this.isString) return Column.stringType(this.stringSize())
    return this.isNumeric ? Column.numericType(this.dtype, this.numericPrecision, this.numericScale) : this.dtype
  }

  /** Length of a text column, 256 where it has none. Throws T4001 on other columns. */
  stringSize(): number {
    if (!this.isString) throw new TdbtError('T4001', 'Called string_size() on non-string field!')
    if (this.dtype === 'text' || this.charSize === null) return 256
    return Number(pyStr(this.charSize))
  }

  /** True when a text column may grow to the size of another one. */
  canExpandTo(other: Column): boolean {
    return this.isString && other.isString && other.stringSize() > this.stringSize()
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'name':
      case 'column':
        return this.name
      case 'dtype':
        return this.dtype
      case 'char_size':
        return this.charSize
      case 'numeric_precision':
        return this.numericPrecision
      case 'numeric_scale':
        return this.numericScale
      case 'quoted':
        return this.quoted
      case 'data_type':
      case 'expanded_data_type':
        return this.dataType
      case 'is_string':
        return method(name, [], () => this.isString)
      case 'is_numeric':
        return method(name, [], () => this.isNumeric)
      case 'is_integer':
        return method(name, [], () => this.isInteger)
      case 'is_float':
        return method(name, [], () => this.isFloat)
      case 'is_number':
        return method(name, [], () => this.isInteger || this.isNumeric || this.isFloat)
      case 'string_size':
        return method(name, [], () => this.stringSize())
      case 'can_expand_to':
        return method(name, ['other_column'], ([other]) =>
          other instanceof Column ? this.canExpandTo(other) : notAColumn(other ?? null),
        )
      case 'literal':
        return method(name, ['value'], ([value]) => `${pyStr(value ?? null)}::${this.dataType}`)
      default:
        return columnClassAttribute(name)
    }
  }

  override $repr(): string {
    const fields = [
      ['column', this.name],
      ['dtype', this.dtype],
      ['char_size', this.charSize],
      ['numeric_precision', this.numericPrecision],
      ['numeric_scale', this.numericScale],
    ] as const
    return `${this.$type}(${fields.map(([name, value]) => `${name}=${pyRepr(value)}`).join(', ')})`
  }

  override $eq(other: PyValue): boolean {
    return other instanceof Column && other.$repr() === this.$repr()
  }
}

/** A function whose arguments may be named. */
function method(name: string, parameters: readonly string[], run: (args: readonly PyValue[]) => PyValue): PyFunction {
  const spec = parameters.map((parameter) => ({ name: parameter }))
  return new PyFunction(name, (args, kwargs) => {
    const bound = bindArguments(name, spec, args, kwargs)
    return run(parameters.map((parameter) => bound[parameter] ?? null))
  })
}

function notAColumn(value: PyValue): never {
  return raise('AttributeError', `${pyRepr(value)} is not a Column`)
}

/** What the class `api.Column` and every column have in common. */
function columnClassAttribute(name: string): PyValue | undefined {
  switch (name) {
    case 'create':
      return new PyFunction(name, (args, kwargs) => {
        const bound = bindArguments(name, [{ name: 'name' }, { name: 'label_or_dtype' }], args, kwargs)
        return Column.create(pyStr(bound['name'] ?? null), pyStr(bound['label_or_dtype'] ?? null))
      })
    case 'translate_type':
      return method(name, ['dtype'], ([dtype]) => Column.translateType(pyStr(dtype ?? null)))
    case 'string_type':
      return method(name, ['size'], ([size]) => `character varying(${pyStr(size ?? null)})`)
    case 'numeric_type':
      return new PyFunction(name, (args, kwargs) => {
        const spec = [{ name: 'dtype' }, { name: 'precision' }, { name: 'scale' }]
        const bound = bindArguments(name, spec, args, kwargs)
        return Column.numericType(pyStr(bound['dtype'] ?? null), bound['precision'] ?? null, bound['scale'] ?? null)
      })
    case 'from_description':
      return new PyFunction(name, (args, kwargs) => {
        const bound = bindArguments(name, [{ name: 'name' }, { name: 'raw_data_type' }], args, kwargs)
        return Column.fromDescription(pyStr(bound['name'] ?? null), pyStr(bound['raw_data_type'] ?? null))
      })
    default:
      return undefined
  }
}

/** `api.Column`: the class. Calling it makes a column. */
export class ColumnFactoryObject extends PyObject {
  readonly $type = 'type'

  override $attr(name: string): PyValue | undefined {
    return columnClassAttribute(name)
  }

  override $call(args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>): PyValue {
    const bound = bindArguments(
      'PostgresColumn',
      [
        { name: 'column' },
        { name: 'dtype' },
        { name: 'char_size', default: null },
        { name: 'numeric_precision', default: null },
        { name: 'numeric_scale', default: null },
      ],
      args,
      kwargs,
    )
    return new Column(
      pyStr(bound['column'] ?? null),
      pyStr(bound['dtype'] ?? null),
      bound['char_size'] ?? null,
      bound['numeric_precision'] ?? null,
      bound['numeric_scale'] ?? null,
    )
  }

  override $repr(): string {
    return "<class 'dbt.adapters.postgres.column.PostgresColumn'>"
  }
}
