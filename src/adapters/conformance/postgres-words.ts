import { expect } from 'vitest'
import type { EngineWords } from './engine-words.ts'
import { SCHEMA } from './suite.ts'

/** Postgres, over whatever wire. */
export const postgresWords: EngineWords = {
  response: (message, code, rows) => ({ _message: message, code, rows_affected: rows }),
  typeNames: [
    'smallint',
    'integer',
    'bigint',
    'numeric(10,2)',
    'double precision',
    'character varying(9)',
    'text',
    'boolean',
    'date',
    'timestamp without time zone',
    'time without time zone',
    'integer',
  ],
  wideDecimal: { type: 'numeric', digits: '12345678901234567890.1234567890123456789000' },
  ownValues: {
    sql: `create type ${SCHEMA}.mood as enum ('sad', 'ok');
        select '{"a": [1, null]}'::json, '\\x00ff'::bytea, interval '1 day 02:00', array[1, null, 3], array[['a,"b', 'NULL'], [null, '']],
          'ok'::${SCHEMA}.mood, int4range(1, 3), timestamptz '2024-01-01 00:00:00+00', array['ok']::${SCHEMA}.mood[]`,
    types: [
      ['json', 'json'],
      ['bytea', 'bytes'],
      ['interval', 'interval'],
      ['integer[]', 'array'],
      ['text[]', 'array'],
      [`${SCHEMA}.mood`, 'text'],
      ['int4range', 'other'],
      ['timestamp with time zone', 'timestamptz'],
      [`${SCHEMA}.mood[]`, 'array'],
    ],
    cells: [
      '{"a": [1, null]}',
      Uint8Array.of(0, 255),
      '1 day 02:00:00',
      [1, null, 3],
      [
        ['a,"b', 'NULL'],
        [null, ''],
      ],
      'ok',
      '[1,3)',
      expect.stringMatching(/^2024-01-01 \d\d:00:00[+-]\d\d/),
      ['ok'],
    ],
  },
  failing: { sql: 'select 1/0', message: 'division by zero' },
  unknownColumn: {
    message: /^column "nope" does not exist\nLINE 2: {8}nope\n {15}\^$/,
    found: '42703',
  },
  abortedTransaction: '25P02',
  unknownTable: '42P01',
  exists: (table, schema) => `to_regclass('${schema === undefined ? '' : `${schema}.`}${table}') is not null`,
  setting: (value) => ({ set: `set work_mem to '${value}MB'`, isSet: `current_setting('work_mem') = '${value}MB'` }),
  badCopy: { found: '22P02', message: /CONTEXT: {2}COPY bad, line 3, column i: "x"/ },
  endless: 'select count(*) from generate_series(1, 100000000000) i',
  otherTable: (name) => `create table ${name} (d date) partition by range (d)`,
  catalogTypes: ['integer', 'character varying(5)'],
  ownerSql: 'select current_user',
  textsAreTransactions: true,
  isPostgres: true,
  minusTwoAndAHalf: '-2.5',
}
