import { expect, test } from 'vitest'
import { extensionOf, fileExtension, readExportSpec } from './export-spec.ts'
import type { Json } from './json.ts'

test('defaults', () => {
  expect(readExportSpec({ to: 'reports/' }, 'x')).toEqual({
    format: 'csv',
    to: 'reports/',
    connection: null,
    compression: 'none',
    partitionBy: [],
    orderBy: [],
    types: {},
    csv: { delimiter: ',', header: true, nullText: '', quoteAll: false, lineEnd: 'crlf' },
  })
})

test.each([
  ['a.csv', 'csv', 'none', '.csv'],
  ['a.csv.gz', 'csv', 'gzip', '.csv.gz'],
  ['s3://b/a.jsonl.gz?region=x', 'jsonl', 'gzip', '.jsonl.gz'],
  ['a.ndjson', 'jsonl', 'none', '.jsonl'],
  ['A.PARQUET', 'parquet', 'zstd', '.parquet'],
])('%s says what it is', (to, format, compression, extension) => {
  const spec = readExportSpec({ to }, 'x')
  expect([spec.format, spec.compression, extensionOf(spec)]).toEqual([format, compression, extension])
  expect(fileExtension(to)).toBeDefined()
})

test.each<[Json, string]>([
  [null, 'no mapping'],
  ['reports/', 'no mapping'],
  [{}, "'to' is missing"],
  [{ to: 'x/', fromat: 'csv' }, "no 'fromat'"],
  [{ to: 'x/', format: 'json' }, "'format' cannot be 'json'"],
  [{ to: 'x.csv', format: 'parquet' }, 'differ'],
  [{ to: 'x.csv', compression: 'gzip' }, 'differ'],
  [{ to: 'x/', compression: 'zstd' }, "'compression' of csv cannot be 'zstd'"],
  [{ to: 'x/', format: 'parquet', header: true }, "'header' is for csv"],
  [{ to: 'x/', types: { a: 'int' } }, "'types' is for parquet"],
  [{ to: 'x/', format: 'parquet', types: { a: 'int); drop table x' } }, "'types' maps"],
  [{ to: 'x.csv', partition_by: ['a'] }, "'partition_by' makes many files"],
  [{ to: 'x/', delimiter: ';;' }, "'delimiter' is one character"],
  [{ to: 'x/', delimiter: '"' }, "'delimiter' is one character"],
  [{ to: 'x/', null: 'a,b' }, "'null' cannot hold"],
  [{ to: 'x/', quote: 'none' }, "'quote' is"],
  [{ to: 'x/', line_end: 'cr' }, "'line_end' is"],
  [{ to: 'x/', header: 'yes' }, "'header' is"],
  [{ to: 'x/', order_by: [1] }, "'order_by' lists columns"],
  [{ to: 3 }, "'to' is text"],
])('%j is refused: %s', (block, message) => {
  const located: (string | null)[] = []
  const read = (): unknown =>
    readExportSpec(block, "Exposure 'x'", (key) => {
      located.push(key)
      return {}
    })
  expect(read).toThrow(expect.objectContaining({ code: 'T8030', message: expect.stringContaining(message) }))
  expect(located).toHaveLength(1)
})

test('a near miss is suggested', () => {
  expect(() => readExportSpec({ to: 'x/', fromat: 'csv' }, 'x')).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ hint: "Did you mean 'format'?" }) }),
  )
})
