/** psycopg2's words for column types by Postgres' names for them: several types share a word, and lengths do not count. */
const WORDS: Readonly<Record<string, string>> = {
  bigint: 'LONGINTEGER',
  integer: 'INTEGER',
  smallint: 'INTEGER',
  'double precision': 'FLOAT',
  real: 'FLOAT',
  numeric: 'DECIMAL',
  name: 'STRING',
  '"char"': 'STRING',
  text: 'STRING',
  character: 'STRING',
  'character varying': 'STRING',
  boolean: 'BOOLEAN',
  'timestamp without time zone': 'DATETIME',
  'timestamp with time zone': 'DATETIMETZ',
  'time without time zone': 'TIME',
  'time with time zone': 'TIME',
  date: 'DATE',
  interval: 'INTERVAL',
  bytea: 'BINARY',
  oid: 'ROWID',
  json: 'JSON',
  jsonb: 'JSONB',
  unknown: 'UNKNOWN',
  // psycopg2 gives the ranges of numbers no name of their own.
  int4range: 'type',
  int8range: 'type',
  numrange: 'type',
  tsrange: 'tsrange',
  tstzrange: 'tstzrange',
  daterange: 'daterange',
}

/** Types that psycopg2 has a word for only in arrays. */
const ARRAY_WORDS: Readonly<Record<string, string>> = {
  inet: 'INETARRAY',
  cidr: 'CIDRARRAY',
  macaddr: 'MACADDRARRAY',
}

/**
 * The word that dbt-postgres shows and compares for a query's column of that type. Where psycopg2 has none it is `unknown type_code OID`;
 * the type itself where the code is not known.
 */
export function queryColumnType(type: string, typeCode?: number): string {
  const array = type.endsWith('[]')
  const base = (array ? type.slice(0, -2) : type).replace(/\(\d+(,-?\d+)?\)/, '').replace(/ +/g, ' ')
  const word = WORDS[base]
  const known = !array ? word : word === undefined ? ARRAY_WORDS[base] : `${word}ARRAY`
  return known ?? (typeCode === undefined ? type : `unknown type_code ${typeCode}`)
}
