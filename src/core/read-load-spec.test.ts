import { expect, test } from 'vitest'
import { TdbtError } from './errors.ts'
import { readLoadSpec } from './read-load-spec.ts'

function read(value: unknown) {
  return readLoadSpec(value, {
    table: 'orders',
    source: 'lake',
    columnTypes: { id: 'integer' },
    fail: (path, message, details) => new TdbtError('T8010', `${path.join('.')}: ${message}`, details),
  })
}

test('files: format from the name, defaults', () => {
  expect(read({ files: 'data/{table}_*.csv.gz' })).toMatchObject({
    origin: {
      kind: 'files',
      files: ['data/orders_*.csv.gz'],
      format: 'csv',
      csv: { delimiter: ',', quote: '"', encoding: null, header: true, nullTexts: null, compression: 'auto' },
    },
    mode: 'full',
    loadDate: null,
    batchId: null,
    columns: { id: 'integer' },
    onSchemaChange: 'mirror',
    rejectsLimit: 100,
    check: 'count',
  })
  expect(read({ files: ['a.tsv'], mode: 'append', load_date: 'day', batch_id: false })).toMatchObject({
    origin: { csv: { delimiter: '\t' } },
    loadDate: 'day',
    batchId: null,
    onSchemaChange: 'fail',
  })
  expect(read({ files: 'x.parquet' }).origin).toMatchObject({ format: 'parquet' })
  expect(read({ files: 'x.csv', encoding: 'ISO-8859-1', delimiter: '\\t', null: 'NA' }).origin).toMatchObject({
    csv: { encoding: 'latin-1', delimiter: '\t', nullTexts: ['NA'] },
  })
})

test('connections: the table is called as the source table unless said', () => {
  expect(read({ from: 'crm' }).origin).toEqual({
    kind: 'connection',
    connection: 'crm',
    schema: null,
    table: 'orders',
    query: null,
  })
  expect(read({ from: 'crm', table: 'sales.o.x' }).origin).toMatchObject({ schema: 'sales', table: 'o.x' })
  expect(read({ from: 'crm', schema: 's', table: 'o.x' }).origin).toMatchObject({ schema: 's', table: 'o.x' })
  expect(read({ from: 'crm', query: 'select 1' }).origin).toMatchObject({ table: null, query: 'select 1' })
  expect(
    read({ from: 'crm', mode: 'incremental', watermark: 'at', key: 'id', lag: '2 hours', deleted_flag: true }),
  ).toMatchObject({
    watermark: 'at',
    key: ['id'],
    lag: '2 hours',
    deletedFlag: 'is_deleted',
  })
  // A null takes away what a level above had set.
  expect(read({ from: 'crm', mode: null }).mode).toBe('full')
})

test.each<[string, unknown]>([
  ["'load' must be a mapping", 'data/*.csv'],
  ["A load needs 'files' or 'from'", {}],
  ["fils: 'fils' is not a key of a load", { fils: 'x.csv' }],
  ['mode: \'mode\' cannot be "ful"', { files: 'x.csv', mode: 'ful' }],
  ['The names of the files do not say their format', { files: 'data/*' }],
  ["table: 'table' is for connections", { files: 'x.csv', table: 't' }],
  ["A load needs 'from' or 'files'", { table: 't' }],
  ["delimiter: 'delimiter' is for files", { from: 'crm', delimiter: ';' }],
  ["delimiter: 'delimiter' is for CSV files", { files: 'x.parquet', delimiter: ';' }],
  ["delimiter: 'delimiter' must be one character", { files: 'x.csv', delimiter: '||' }],
  ["'quote' and 'delimiter' are the same", { files: 'x.csv', delimiter: '"' }],
  ["'table' and 'query' cannot both", { from: 'crm', table: 't', query: 'select 1' }],
  ["Mode incremental needs 'watermark'", { from: 'crm', mode: 'incremental' }],
  ['mode: Files have no watermark', { files: 'x.csv', mode: 'incremental' }],
  ["lag: 'lag' goes with mode incremental", { from: 'crm', lag: 5 }],
  ["lag: 'lag' needs a 'key'", { from: 'crm', mode: 'incremental', watermark: 'at', lag: '1 hour' }],
  [
    "deleted_flag: 'deleted_flag' needs a 'key'",
    { from: 'crm', mode: 'incremental', watermark: 'at', deleted_flag: true },
  ],
  [
    "lag: 'lag' must be a length of time",
    { from: 'crm', mode: 'incremental', watermark: 'at', key: 'id', lag: 'soon' },
  ],
  ["watermark: 'watermark' goes with", { from: 'crm', watermark: 'at' }],
  ["batch: 'batch' goes with", { files: 'x.csv', batch: 'run' }],
  ["encoding: There is no encoding 'utf-9'", { files: 'x.csv', encoding: 'utf-9' }],
  ["rejects: 'rejects' must hold a limit", { files: 'x.csv', rejects: { limt: 5 } }],
  ["columns: 'columns' must map", { files: 'x.csv', columns: ['a'] }],
  ["columns.a: The type of column 'a' must be a text", { files: 'x.csv', columns: { a: 5 } }],
  ["header: 'header' must be true or false, or skip", { files: 'x.csv', header: 'no' }],
  ["Two columns of the load are called 'x'", { files: 'x.csv', load_date: 'x', batch_id: 'x' }],
])('%s', (message, block) => {
  expect(() => read(block)).toThrow(
    expect.objectContaining({ code: 'T8010', message: expect.stringContaining(message) }),
  )
})

test('a header is needed for names, unless they are declared; near misses are named', () => {
  expect(() =>
    readLoadSpec(
      { files: 'x.csv', header: false },
      { table: 't', source: 's', columnTypes: {}, fail: (_, message) => new TdbtError('T8010', message) },
    ),
  ).toThrow('Without a header the columns have no names')
  expect(() => read({ files: 'x.csv', delimeter: ';' })).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ hint: "Did you mean 'delimiter'?" }) }),
  )
})
