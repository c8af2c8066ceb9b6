import type { Dialect, ResultColumn } from '../adapters/interface.ts'

/** Types that every Postgres has, and sends in binary as every other does. */
const BUILT_IN =
  /^(?:smallint|integer|bigint|boolean|text|bpchar|name|date|bytea|uuid|jsonb?|inet|cidr|macaddr8?|oid|interval|tsvector|tsquery|bit(?: varying)?|point|line|lseg|box|path|polygon|circle|(?:int4|int8|num|ts|tstz|date)range|real|double precision|numeric|character(?: varying)?|(?:time|timestamp)(?:\(\d\))? with(?:out)? time zone)(?:\(\d+(?:,-?\d+)?\))?(?:\[\])?$/

/** True for a type that a column can be handed on with, bytes and all, between engines of one family. */
export function isBuiltIn(type: string): boolean {
  return BUILT_IN.test(type)
}

/** Digits after the point that a decimal without declared digits gets where the engine needs some and the origin cannot tell. */
export const UNKNOWN_SCALE = 9
/** Digits after the point that such an engine has room for. */
const MAX_SCALE = 37

/** Whether a decimal with declared digits is one that the engine has, too; those that want all digits told have 38 at most. */
export function fitsDecimal(type: string, dialect: Dialect): boolean {
  const digits = /\((\d+), ?(-?\d+)\)$/.exec(type)
  if (digits === null) return false
  return dialect.decimalType === undefined || (Number(digits[1]) <= 38 && Number(digits[2]) >= 0)
}

/** What a column of the origin is in the target. `scale`: digits after the point of its values, where its type does not tell. */
export function mapType(column: ResultColumn, dialect: Dialect, sameFamily: boolean, scale: number | null): string {
  const { type, kind } = column
  if (sameFamily) {
    if (isBuiltIn(type)) return type
    // A type of the origin's own (an enum, a composite, an extension's): its text.
    return dialect.typeFor('text')
  }
  switch (kind) {
    case 'integer':
      return /^(?:small|big)?int(?:eger)?$/i.test(type) ? type : 'bigint'
    case 'decimal':
      if (fitsDecimal(type, dialect)) return type
      if (dialect.decimalType === undefined) return 'numeric'
      return (scale ?? 0) > MAX_SCALE ? dialect.typeFor('text') : dialect.decimalType(scale ?? UNKNOWN_SCALE)
    case 'float':
      return dialect.typeFor('number')
    case 'boolean':
      return dialect.typeFor('boolean')
    case 'date':
      return dialect.typeFor('date')
    case 'timestamp':
      return dialect.typeFor('datetime')
    case 'timestamptz':
      return 'timestamp with time zone'
    case 'time':
      return /zone$/.test(type) && !/without/.test(type) ? dialect.typeFor('text') : dialect.typeFor('time')
    case 'json':
      return 'json'
    case 'bytes':
      return dialect.bytesType ?? dialect.typeFor('text')
    case 'text':
    case 'interval':
    case 'array':
    case 'other':
      return type.toLowerCase() === 'uuid' ? 'uuid' : dialect.typeFor('text')
  }
}
