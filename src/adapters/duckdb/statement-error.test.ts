import { expect, test } from 'vitest'
import { openError, statementError } from './statement-error.ts'

test('a place is told in lines of the whole text, also where DuckDB cut the line', () => {
  const sql = 'select 1;\n\nselect a,\n  nope from t'
  const message = 'Binder Error: Referenced column "nope" not found\n\nLINE 2:   nope from t\n          ^'
  const error = statementError(new Error(message), { sql, line: 2 })
  expect(error).toMatchObject({ code: 'T5003', details: { found: 'Binder', sqlPosition: { line: 4, column: 3 } } })
  expect(error.message).toContain('LINE 4:   nope from t\n          ^')
  const long = `select ${'x'.repeat(200)} as a, nope from t`
  const at = long.indexOf('nope')
  const shown = `...${long.slice(at - 30)}`
  const cut = statementError(new Error(`Binder Error: x\n\nLINE 1: ${shown}\n${' '.repeat(8 + 3 + 30)}^`), {
    sql: long,
    line: 0,
  })
  expect(cut.details.sqlPosition).toEqual({ line: 1, column: at + 1 })
})

test.each([
  ['INTERRUPT Error: Interrupted!', 'T5008', undefined],
  ['FATAL Error: the database was invalidated', 'T5001', 'FATAL'],
  ['Failed to extract statements: Parser Error: syntax error', 'T5003', 'Parser'],
  ['Constraint Error: Duplicate key "a: 1" violates unique constraint.', 'T5003', 'Constraint'],
  ['something else', 'T5003', undefined],
])('%j is %s', (message, code, found) => {
  const error = statementError(new Error(message), { sql: 'select', line: 0 })
  expect({ code: error.code, found: code === 'T5008' ? undefined : error.details.found }).toEqual({ code, found })
  expect(error.message).not.toMatch(/^Failed to extract/)
})

test.each([
  [
    'IO Error: Could not set lock on file "/x/a.db": Conflicting lock is held in /usr/bin/node (PID 19288). See also https://duckdb.org/docs',
    'T5005',
    /open in another process \(\/usr\/bin\/node \(PID 19288\)\)/,
  ],
  [
    'IO Error: Cannot open file "x": The process cannot access the file because it is being used by another process.',
    'T5005',
    /another process/,
  ],
  [
    'IO Error: Trying to read a database file with version number 999, but we can only read versions between 64 and 68.\nThe database file was created with an newer version of DuckDB.',
    'T5001',
    /written by a version of DuckDB that this one cannot read/,
  ],
  ['IO Error: The file "x" exists, but it is not a valid DuckDB database file!', 'T5001', /no DuckDB database/],
  ['IO Error: Cannot open file "/n/x": No such file or directory', 'T5001', /cannot be opened/],
  ['anything', 'T5001', /cannot be opened: anything/],
])('opening: %j', (message, code, words) => {
  expect(openError(new Error(message), '/x/a.db')).toMatchObject({ code, message: expect.stringMatching(words) })
})

test('what an attached server was attached by is told without its password', () => {
  const words =
    'IO Error: Unable to connect to Postgres at "dbname=x password=hidden user=u": postgres://u:hidden@host/db?password=hidden'
  for (const error of [
    openError(new Error(words), 'x'),
    statementError(new Error(words), { sql: 'select 1', line: 0 }),
  ]) {
    expect(error.message).toContain('password=*** user=u')
    expect(error.message).toContain('postgres://u:***@host')
    expect(error.message).not.toContain('hidden')
    expect(error.cause).toBeUndefined()
  }
})
