import type { Dialect, ResultColumn } from '../adapters/interface.ts'

/** Types that every Postgres has, and sends in binary as every other does. */
const BUILT_IN =
  /^(?:smallint|integer|bigint|boolean|text|bpchar|name|date|bytea|uuid|jsonb?|inet|cidr|interval|real|double precision|numeric|character(?: varying)?|(?:time|timestamp)(?:\(\d\))? with(?:out)? time zone)(?:\(\d+(?:,-?\d+)?\))?(?:\[\])?$/

/** True for a type that a column can be handed on with, bytes and all, between engines of one family. */
export function isBuiltIn(type: string): boolean {
  return BUILT_IN.test(type)
}

/** Digits after the point that a decimal without declared digits gets where the engine needs some and the origin cannot tell. */
export const UNKNOWN_SCALE = 9

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
      if (/\(\d+, ?-?\d+\)$/.test(type)) return type
      return dialect.decimalType?.(scale ?? UNKNOWN_SCALE) ?? 'numeric'
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
    case 'text':
    case 'interval':
    case 'bytes':
    case 'array':
    case 'other':
      return type.toLowerCase() === 'uuid' ? 'uuid' : dialect.typeFor('text')
  }
}
