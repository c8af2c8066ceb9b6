import { expect, test } from 'vitest'
import { queryColumnType } from './query-column-type.ts'

// psycopg2.extensions.string_types, by oid.
test.each<[type: string, word: string, code?: number]>([
  ['money', 'unknown type_code 790', 790],
  ['money[]', 'unknown type_code 791', 791],
  ['int4range', 'type', 3904],
  ['integer', 'INTEGER'],
  ['smallint', 'INTEGER'],
  ['bigint', 'LONGINTEGER'],
  ['numeric(10,2)', 'DECIMAL'],
  ['numeric', 'DECIMAL'],
  ['character varying(20)', 'STRING'],
  ['character(3)', 'STRING'],
  ['text', 'STRING'],
  ['timestamp(3) without time zone', 'DATETIME'],
  ['timestamp with time zone', 'DATETIMETZ'],
  ['integer[]', 'INTEGERARRAY'],
  ['character varying(20)[]', 'STRINGARRAY'],
  ['inet[]', 'INETARRAY'],
  ['uuid', 'uuid'],
  ['uuid[]', 'uuid[]'],
])('%s is %s', (type, word, code) => {
  expect(queryColumnType(type, code)).toBe(word)
})
