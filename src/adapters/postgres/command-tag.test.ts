import { expect, test } from 'vitest'
import { responseFromTag } from './command-tag.ts'

test.each([
  ['SELECT 42', 'SELECT', 42],
  ['INSERT 0 7', 'INSERT', 7],
  ['UPDATE 0', 'UPDATE', 0],
  ['MERGE 3', 'MERGE', 3],
  ['COPY 100', 'COPY', 100],
  ['CREATE TABLE', 'CREATE TABLE', -1],
  ['CREATE MATERIALIZED VIEW', 'CREATE MATERIALIZED VIEW', -1],
  ['REFRESH MATERIALIZED VIEW', 'REFRESH MATERIALIZED VIEW', -1],
  ['', '', -1],
])('%j is code %j, rows %i', (tag, code, rows) => {
  expect(responseFromTag(tag)).toEqual({ _message: tag, code, rows_affected: rows })
})
