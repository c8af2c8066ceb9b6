import { expect, test } from 'vitest'
import { queryColumnType } from './query-column-type.ts'

// psycopg2.extensions.string_types, by oid.
test.each([
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
])('%s is %s', (type, word) => {
  expect(queryColumnType(type)).toBe(word)
})
