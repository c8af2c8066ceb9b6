import { expect, test } from 'vitest'
import { copiedQuery, loadFileSql, saveFileSql } from './copy-files-session.ts'
import { parseCopy, refuseStandardStreams } from './copy-statement.ts'
import { textToCsv } from './text-format.ts'

test('COPY with Postgres’s options', () => {
  expect(
    parseCopy(
      `COPY "a b"."c" ("x", "y)") FROM STDIN WITH (FORMAT csv, HEADER true, DELIMITER ';', NULL '\\N', QUOTE '''', force_null (x, y))`,
    ),
  ).toEqual({
    direction: 'in',
    source: '"a b"."c"',
    columns: '("x", "y)")',
    format: 'csv',
    header: true,
    delimiter: ';',
    quote: "'",
    escape: "'",
    nullText: '\\N',
    forceQuote: false,
  })
  expect(parseCopy(`copy t from stdin`)).toMatchObject({
    format: 'text',
    delimiter: '\t',
    nullText: '\\N',
    columns: '',
  })
  expect(parseCopy(`copy (select 1) to stdout (format csv, delimiter E'\\t', force_quote *)`)).toMatchObject({
    direction: 'out',
    source: '(select 1)',
    delimiter: '\t',
    forceQuote: true,
  })
  expect(copiedQuery(parseCopy('copy s.t (a, b) to stdout'))).toBe('(select a, b from s.t)')
})

test.each([
  'copy t from program x',
  'copy t from stdin (format binary)',
  "copy t from stdin (encoding 'latin1')",
  'select 1',
])('%j is not understood', (sql) => {
  expect(() => parseCopy(sql)).toThrow(expect.objectContaining({ code: 'T5007' }))
})

test('in a text, COPY of this process’s streams is refused, files and strings are not', () => {
  expect(() => refuseStandardStreams('select 1; /* x */ copy t from stdin')).toThrow(/does not go through a text/)
  expect(() => refuseStandardStreams(`copy t from 'stdin.csv'; select 'copy t from stdin'`)).not.toThrow()
})

test('bytes and arrays of Postgres are translated on the way in, booleans and bytes on the way out', () => {
  const copy = parseCopy('copy t (a, b) from stdin (format csv)')
  expect(loadFileSql(copy, { path: '/x', lineFeeds: true }, [{ name: 'a', type: 'INTEGER' }])).toMatch(
    /^copy t \(a, b\) from '\/x'/,
  )
  const sql = loadFileSql(copy, { path: '/x', lineFeeds: true }, [
    { name: 'a', type: 'BLOB' },
    { name: 'b', type: 'INTEGER[]' },
  ])
  expect(sql).toMatch(/^insert into t \(a, b\) select case when "a" like .* unhex.* from read_csv\('\/x'/s)
  const out = parseCopy('copy t to stdout (format csv)')
  expect(saveFileSql(out, '/x', [{ name: 'a', type: 'BOOLEAN' }])).toContain(`then 't'`)
})

test('the text format as CSV, wherever it is cut', async () => {
  const text = '1\ta\\tb\\\\c\t\\N\n2\t\\x41\\101"\t\n\\.\n3\té\tz'
  const bytes = new TextEncoder().encode(text)
  for (const size of [1, 3, 100]) {
    const chunks: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size))
    let csv = ''
    for await (const piece of textToCsv(chunks, { delimiter: '\t', nullText: '\\N', header: false })) csv += piece
    expect(csv).toBe('"1","a\tb\\c",\n"2","AA""",""\n"3","é","z"\n')
  }
})
