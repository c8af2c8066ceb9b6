import { expect, test } from 'vitest'
import { blankQuoted, copyFromBlob, hasCopyFromStdin } from './copy-statement.ts'

test.each([
  'copy t from stdin',
  'COPY "from" (a, b)\n  FROM\tSTDIN with (format csv)',
  'select 1; /* x */ copy t /* why */ from -- so\n stdin;',
  "insert into t values ('a''b'); copy t from stdin",
])('sees the COPY in %j', (sql) => {
  expect(hasCopyFromStdin(sql)).toBe(true)
})

test.each([
  "select 'copy t from stdin'",
  '-- copy t from stdin\nselect 1',
  '/* copy t /* from */ from stdin */ select 1',
  'select $$copy t from stdin$$, $x$ copy t from stdin $x$',
  'select "copy t from stdin" from x',
  "select E'it\\'s copy t from stdin'",
  'copy t to stdout; select 1 as stdin from copy',
  'copy t from stdin_table',
  "comment on table t is 'x'; select copy from x; delete from stdin",
])('sees none in %j', (sql) => {
  expect(hasCopyFromStdin(sql)).toBe(false)
})

test('puts the blob in STDIN’s place and leaves the rest', () => {
  expect(copyFromBlob(`copy "from stdin" (a) from stdin with (format csv, null 'stdin')`)).toBe(
    `copy "from stdin" (a) from '/dev/blob' with (format csv, null 'stdin')`,
  )
  expect(copyFromBlob('copy t to stdout')).toBeNull()
})

test('blanking keeps the length, also of what is never closed', () => {
  for (const sql of ["a 'b", 'a "b', 'a /* b', 'a $$ b', "e'\\", '$1 $2', 'a$$b$$c', '']) {
    expect(blankQuoted(sql)).toHaveLength(sql.length)
  }
})
