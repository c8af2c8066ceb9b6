import type { CellKind } from '../interface.ts'
import { type CellParser, cellParser } from './cell-parsers.ts'

/** What the server says of a result column's type. */
export interface TypeKey {
  readonly oid: number
  readonly modifier: number
}

export interface ColumnType {
  /** As format_type gives it. */
  readonly name: string
  readonly kind: CellKind
  readonly parse: CellParser
}

interface KnownType {
  readonly name: string
  readonly kind: CellKind
}

const known = (name: string, kind: CellKind): KnownType => ({ name, kind })

/** The types whose oids are fixed in every Postgres (pg_type.dat), so that no query is needed to name them. */
const BASE_TYPES: ReadonlyMap<number, KnownType> = new Map([
  [16, known('boolean', 'boolean')],
  [17, known('bytea', 'bytes')],
  [18, known('"char"', 'text')],
  [19, known('name', 'text')],
  [20, known('bigint', 'integer')],
  [21, known('smallint', 'integer')],
  [23, known('integer', 'integer')],
  [25, known('text', 'text')],
  [26, known('oid', 'integer')],
  [114, known('json', 'json')],
  [142, known('xml', 'other')],
  [700, known('real', 'float')],
  [701, known('double precision', 'float')],
  [705, known('unknown', 'text')],
  [790, known('money', 'other')],
  [869, known('inet', 'other')],
  [650, known('cidr', 'other')],
  [1042, known('bpchar', 'text')],
  [1043, known('character varying', 'text')],
  [1082, known('date', 'date')],
  [1083, known('time without time zone', 'time')],
  [1114, known('timestamp without time zone', 'timestamp')],
  [1184, known('timestamp with time zone', 'timestamptz')],
  [1186, known('interval', 'interval')],
  [1266, known('time with time zone', 'time')],
  [1700, known('numeric', 'decimal')],
  [2205, known('regclass', 'text')],
  [2278, known('void', 'other')],
  [2950, known('uuid', 'other')],
  [3802, known('jsonb', 'json')],
])

/** Array type → element type, for the arrays of the types above. */
const ARRAY_ELEMENTS: ReadonlyMap<number, number> = new Map([
  [199, 114],
  [1000, 16],
  [1001, 17],
  [1002, 18],
  [1003, 19],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1028, 26],
  [1115, 1114],
  [1182, 1082],
  [1183, 1083],
  [1185, 1184],
  [1187, 1186],
  [1231, 1700],
  [1270, 1266],
  [2951, 2950],
  [3807, 3802],
])

/** The name with its modifier as format_type writes it, or undefined where only the server can tell. */
function withModifier(oid: number, name: string, modifier: number): string | undefined {
  if (modifier < 0) return name
  switch (oid) {
    case 1042:
      return `character(${modifier - 4})`
    case 1043:
      return `character varying(${modifier - 4})`
    case 1700: {
      const packed = modifier - 4
      const scale = ((packed & 0x7ff) ^ 1024) - 1024
      return `numeric(${(packed >> 16) & 0xffff},${scale})`
    }
    case 1083:
    case 1266:
    case 1114:
    case 1184: {
      const [first, ...rest] = name.split(' ')
      return [`${first}(${modifier})`, ...rest].join(' ')
    }
    default:
      return undefined
  }
}

/** A column's type from its oid and modifier alone, or undefined when the server has to be asked (`describeTypesSql`). */
export function knownType(key: TypeKey): ColumnType | undefined {
  const elementOid = ARRAY_ELEMENTS.get(key.oid)
  const base = BASE_TYPES.get(elementOid ?? key.oid)
  if (base === undefined) return undefined
  const name = withModifier(elementOid ?? key.oid, base.name, key.modifier)
  if (name === undefined) return undefined
  const parse = cellParser(base.kind)
  return elementOid === undefined
    ? { name, kind: base.kind, parse }
    : { name: `${name}[]`, kind: 'array', parse: cellParser('array', parse) }
}

/** One query that names types the table above does not have: oid, modifier, name, category, element oid, delimiter, one row a key in order. */
export function describeTypesSql(keys: readonly TypeKey[]): string {
  const rows = keys.map((key, index) => `(${index}, ${key.oid}::oid, ${key.modifier})`).join(', ')
  return `select pg_catalog.format_type(v.o, v.m), t.typcategory, coalesce(t.typelem, 0), t.typdelim
from (values ${rows}) v(i, o, m)
left join pg_catalog.pg_type t on t.oid = v.o
order by v.i`
}

/** A type as `describeTypesSql` tells it. */
export function describedType(row: readonly (string | null)[]): ColumnType {
  const [name, category, element, delimiter] = row
  const text = name ?? '???'
  switch (category) {
    case 'A': {
      const member = knownType({ oid: Number(element), modifier: -1 })
      return { name: text, kind: 'array', parse: cellParser('array', member?.parse, delimiter ?? ',') }
    }
    case 'S':
    case 'E':
      return { name: text, kind: 'text', parse: cellParser('text') }
    case 'T':
      return { name: text, kind: 'interval', parse: cellParser('interval') }
    default:
      return { name: text, kind: 'other', parse: cellParser('other') }
  }
}
