import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/adapters/index.ts'
import { type JsonObject, readExportSpec } from '../../src/core/index.ts'
import type { Exporter, ExportOutcome } from '../../src/export/index.ts'
import { findPyarrow } from '../support/pyarrow.ts'
import {
  ENGINES,
  extensionEnv,
  memoryDuckdb,
  missing,
  type OpenEngine,
  openTestEngine,
  run,
  testExporter,
} from './engines.ts'

const dir = mkdtempSync(join(tmpdir(), 'tdbt-formats-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Values that get lost: each is a row's text. */
const TEXTS = [
  'plain',
  'two\nlines',
  'CR\rand\r\nCRLF',
  'a "quoted" word',
  '"',
  "it's, with commas",
  '',
  '\\N',
  '\\.',
  ' spaces ',
  '😀 Zoë 日本',
  'tab\there',
  'NULL',
  null,
] as const

const python = await findPyarrow()
if ('missing' in python) console.log(`SKIPPED reading Parquet with pyarrow: ${python.missing}`)

const literal = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)

function setUp(isDuckdb: boolean): readonly string[] {
  const bytes = isDuckdb ? "unhex('00ff5c4e')" : "decode('00ff5c4e', 'hex')"
  const rows = TEXTS.map((text, index) => {
    const n = index + 1
    return `(${n}, 9223372036854775807 - ${n}, ${n}.10, ${n}.5e100, ${literal(text)}, ${n % 2 === 0}, date '2024-02-${String(n).padStart(2, '0')}', timestamp '2024-02-29 12:34:56.123456', timestamptz '2024-07-01 00:00:${String(n).padStart(2, '0')}+05:30', '{"k": [1, "ü", ${n}]}', '00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}', ${bytes})`
  })
  return [
    'create table awkward (id integer, big bigint, price numeric(12,2), f double precision, t text, b boolean, d date, ts timestamp, tz timestamptz, js json, u uuid, bin bytea)',
    `insert into awkward values ${rows.join(', ')}`,
    'insert into awkward (id) values (99)',
    'create table nothing (id integer, t text)',
    "create table sales as select n as id, case when n % 7 = 0 then null else 'r' || (n % 3) end as region, date '2024-01-01' + cast(n % 2 as integer) as day, cast(n as numeric(12,2)) / 4 as amount from generate_series(1, 3000) as g(n)",
  ]
}

describe.each(ENGINES)('%s', (name) => {
  const why = missing(name)
  if (why !== null) {
    test.skip(`not run: ${why}`, () => {})
    return
  }
  const isDuckdb = name === 'duckdb'
  let open: OpenEngine
  let engine: Engine
  let exporter: Exporter
  let duckdb: Engine
  const folder = join(dir, name.replaceAll(/\W+/g, '-'))

  beforeAll(async () => {
    open = await openTestEngine(name)
    engine = open.engine
    duckdb = await memoryDuckdb()
    exporter = testExporter(folder, extensionEnv(name))
    await run(engine, ...setUp(isDuckdb))
  })
  afterAll(async () => {
    await exporter?.close()
    await duckdb?.close()
    await open?.close()
  })

  async function exported(relation: string, block: JsonObject): Promise<ExportOutcome> {
    return await exporter.exportRelation({
      relation: { name: 'out', relation },
      spec: readExportSpec(block, 'test'),
      owner: 'test',
      engine,
      emit: () => {},
    })
  }
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

  test('CSV as RFC 4180 has it', async () => {
    await exported('awkward', { to: 'csv/', order_by: ['id'] })
    const text = read('csv/out.csv')
    expect(
      text.startsWith(
        'id,big,price,f,t,b,d,ts,tz,js,u,bin\r\n1,9223372036854775806,1.10,1.5e+100,plain,false,2024-02-01,2024-02-29 12:34:56.123456,',
      ),
    ).toBe(true)
    const records = parseCsv(text)
    expect(records.slice(1).map((record) => record[4])).toEqual([
      ...TEXTS.map((value) => value ?? { null: true }),
      { null: true },
    ])
    expect(records.at(-1)).toEqual(['99', ...Array.from({ length: 11 }, () => ({ null: true }))])
    expect(records.every((record) => record.length === 12)).toBe(true)
    expect(records[2]?.[5]).toBe('true')
    expect(records[1]?.[11]).toBe('\\x00ff5c4e')
    expect(text.includes('\r\n2,')).toBe(true)
  })

  test('CSV in other clothes', async () => {
    await exported('(select id, t, b from awkward where id in (1, 7, 99)) ', {
      to: 'other.csv.gz',
      delimiter: ';',
      null: 'NULL',
      quote: 'all',
      line_end: 'lf',
      header: false,
      order_by: ['id desc'],
    })
    const text = gunzipSync(readFileSync(join(folder, 'other.csv.gz'))).toString('utf8')
    expect(text).toBe('"99";NULL;NULL\n"7";"";"false"\n"1";"plain";"false"\n')
  })

  test('JSON lines keep digits, nulls and instants', async () => {
    await exported('awkward', { format: 'jsonl', to: 'json/', order_by: ['id'] })
    const lines = read('json/out.jsonl').trimEnd().split('\n')
    expect(lines).toHaveLength(TEXTS.length + 1)
    expect(lines[0]).toContain('"big":9223372036854775806,"price":1.10,')
    const rows = lines.map((line): Record<string, unknown> => JSON.parse(line))
    expect(rows.slice(0, -1).map((row) => row['t'])).toEqual([...TEXTS])
    expect(rows[0]).toMatchObject({
      id: 1,
      f: 1.5e100,
      b: false,
      d: '2024-02-01',
      ts: '2024-02-29T12:34:56.123456',
      bin: '\\x00ff5c4e',
    })
    expect(rows[0]?.['js']).toEqual({ k: [1, 'ü', 1] })
    expect(new Date(String(rows[0]?.['tz'])).toISOString()).toBe('2024-06-30T18:30:01.000Z')
    expect(Object.values(rows.at(-1) ?? {}).slice(1)).toEqual(Array.from({ length: 11 }, () => null))
  })

  test('Parquet keeps types and values', async () => {
    const outcome = await exported('awkward', { format: 'parquet', to: 'parquet/', order_by: ['id'] })
    expect(outcome.manifest).toMatchObject({ rows: TEXTS.length + 1, format: 'parquet' })
    const file = join(folder, 'parquet/out.parquet')
    const types = await run(duckdb, `select column_name, column_type from (describe from '${file}')`)
    expect(Object.fromEntries(types)).toMatchObject({
      id: 'INTEGER',
      big: 'BIGINT',
      price: 'DECIMAL(12,2)',
      f: 'DOUBLE',
      t: 'VARCHAR',
      b: 'BOOLEAN',
      d: 'DATE',
      ts: 'TIMESTAMP',
      tz: 'TIMESTAMP WITH TIME ZONE',
      u: 'UUID',
      bin: 'BLOB',
    })
    const texts = await run(duckdb, `select t from '${file}' order by id`)
    expect(texts.map(([text]) => text)).toEqual([...TEXTS, null])
    const [sums] = await run(
      duckdb,
      `select count(*), count(t), sum(big)::varchar, sum(price)::varchar, count(*) filter (where b), epoch_us(max(tz))::varchar, hex(max(bin)), count(js), max(u)::varchar from '${file}'`,
    )
    const n = TEXTS.length
    expect(sums).toEqual([
      n + 1,
      n - 1,
      String(9223372036854775807n * BigInt(n) - BigInt((n * (n + 1)) / 2)),
      ((n * (n + 1)) / 2 + n * 0.1).toFixed(2),
      n / 2,
      String(Date.UTC(2024, 5, 30, 18, 30, n) * 1000),
      '00FF5C4E',
      n,
      `00000000-0000-4000-8000-0000000000${n}`,
    ])
  })

  test.skipIf('missing' in python)('Parquet as pyarrow sees it', async () => {
    if ('missing' in python) return
    await exported('awkward', { format: 'parquet', to: 'arrow.parquet', order_by: ['id'] })
    const script = `
import json, pyarrow.parquet as pq
t = pq.read_table(${JSON.stringify(join(folder, 'arrow.parquet'))})
print(json.dumps({'types': {f.name: str(f.type) for f in t.schema}, 'rows': t.num_rows, 'texts': t['t'].to_pylist(), 'price': str(sum(x for x in t['price'].to_pylist() if x is not None)), 'tz': t['tz'].to_pylist()[0].isoformat(), 'big': sum(x for x in t['big'].to_pylist() if x is not None)}))`
    const stdout = await python.run(script)
    const n = TEXTS.length
    expect(JSON.parse(stdout.replace(/"big": (\d+)/, '"big": "$1"'))).toMatchObject({
      types: {
        id: 'int32',
        big: 'int64',
        price: 'decimal128(12, 2)',
        f: 'double',
        t: 'string',
        b: 'bool',
        d: 'date32[day]',
        ts: 'timestamp[us]',
        tz: 'timestamp[us, tz=UTC]',
      },
      rows: n + 1,
      texts: [...TEXTS, null],
      price: ((n * (n + 1)) / 2 + n * 0.1).toFixed(2),
      tz: '2024-06-30T18:30:01+00:00',
      big: String(9223372036854775807n * BigInt(n) - BigInt((n * (n + 1)) / 2)),
    })
  })

  test('sums and other decimals that declare no scale stay exact', async () => {
    await exported('(select sum(price) as total, sum(id) as ids, avg(price) as mean from awkward)', {
      to: 'sums.parquet',
    })
    const [row] = await run(
      duckdb,
      `select total::varchar, ids::varchar, typeof(total), typeof(ids) from '${join(folder, 'sums.parquet')}'`,
    )
    const n = TEXTS.length
    expect(row?.slice(0, 2)).toEqual([((n * (n + 1)) / 2 + n * 0.1).toFixed(2), String((n * (n + 1)) / 2 + 99)])
    expect(String(row?.[2])).toBe('DECIMAL(38,2)')
    expect(String(row?.[3])).toBe(isDuckdb ? 'DECIMAL(38,0)' : 'BIGINT')
  })

  test('nothing at all is a file too', async () => {
    for (const format of ['csv', 'jsonl', 'parquet']) await exported('nothing', { format, to: 'none/' })
    expect(read('none/out.csv')).toBe('id,t\r\n')
    expect(read('none/out.jsonl')).toBe('')
    expect(await run(duckdb, `select count(*) from '${join(folder, 'none/out.parquet')}'`)).toEqual([[0]])
  })

  test.each(['csv', 'jsonl', 'parquet'])('%s in partitions, and what is no longer one goes', async (format) => {
    const block = { format, to: `parts-${format}/`, partition_by: ['region', 'day'], order_by: ['id'] }
    const { manifest } = await exported('sales', block)
    const base = join(folder, `parts-${format}/out`)
    expect(readdirSync(base).sort()).toEqual([
      'region=__HIVE_DEFAULT_PARTITION__',
      'region=r0',
      'region=r1',
      'region=r2',
    ])
    expect(manifest.files).toHaveLength(8)
    expect(manifest.rows).toBe(3000)
    expect(manifest.files.reduce((sum, file) => sum + file.rows, 0)).toBe(3000)
    const reader = format === 'parquet' ? 'read_parquet' : format === 'csv' ? 'read_csv' : 'read_json'
    const all = `${reader}('${base}/*/*/*', hive_partitioning = true)`
    const [found] = await run(
      duckdb,
      `select count(*), sum(amount)::decimal(18,2)::varchar, count(region), sum(id)::bigint from ${all}`,
    )
    expect(found).toEqual([3000, '1125375.00', 3000 - 428, 4501500])
    await exported("(select * from sales where region = 'r1')", block)
    expect(
      readdirSync(base).filter((entry) =>
        readdirSync(join(base, entry)).some((day) => readdirSync(join(base, entry, day)).length > 0),
      ),
    ).toEqual(['region=r1'])
  })

  test('the manifest beside says what the file is', async () => {
    await exported('sales', { to: 'told/sales.csv', order_by: ['id'] })
    const bytes = readFileSync(join(folder, 'told/sales.csv'))
    const manifest: JsonObject = JSON.parse(read('told/_sales.csv.json'))
    expect(manifest).toMatchObject({
      name: 'out',
      format: 'csv',
      rows: 3000,
      bytes: bytes.length,
      exported_at: '2026-01-02T03:04:05.000Z',
      files: [
        {
          path: 'sales.csv',
          rows: 3000,
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
    })
    expect(String(manifest['query_id'])).toMatch(/^[0-9a-f]{16}$/)
    // Twice the same bytes.
    await exported('sales', { to: 'told/sales.csv', order_by: ['id'] })
    expect(readFileSync(join(folder, 'told/sales.csv')).equals(bytes)).toBe(true)
  })

  test('a query that breaks half-way leaves the old file', async () => {
    for (const format of ['csv', 'jsonl', 'parquet']) {
      await exported('nothing', { format, to: 'steady/' })
      const before = readFileSync(join(folder, `steady/out.${format}`))
      const broken =
        '(select id, 1 / (200000 - id) as x, repeat(cast(id as text), 20) as t from (select cast(n as integer) as id from generate_series(1, 250000) as g(n)) as rows)'
      const failing = isDuckdb
        ? broken.replace('1 / (200000 - id)', "cast(case when id = 200000 then 'x' else '1' end as integer)")
        : broken
      await expect(exported(failing, { format, to: 'steady/' })).rejects.toMatchObject({
        code: expect.stringMatching(/^T5003|T8031$/),
      })
      expect(readFileSync(join(folder, `steady/out.${format}`)).equals(before)).toBe(true)
      expect(readdirSync(join(folder, 'steady')).filter((file) => file.includes('tmp'))).toEqual([])
    }
    expect(await run(engine, 'select 1')).toEqual([[1]])
  })

  test('more rows than a pipe or a buffer holds', async () => {
    const many = `(select cast(n as integer) as id, repeat('x"y', 10) as t, cast(n as numeric(10,2)) as v from generate_series(1, 200000) as g(n))`
    for (const format of ['csv', 'jsonl', 'parquet']) {
      const { manifest } = await exported(many, { format, to: 'many/' })
      expect(manifest.rows).toBe(200_000)
    }
    const [row] = await run(
      duckdb,
      `select count(*), sum(v)::varchar, min(length(t)) from '${join(folder, 'many/out.parquet')}'`,
    )
    expect(row).toEqual([200_000, '20000100000.00', 30])
  })

  test('refusals', async () => {
    await expect(exported('awkward', { to: 'x/', order_by: ['nope'] })).rejects.toMatchObject({ code: 'T8030' })
    await expect(exported('awkward', { to: 'x/', partition_by: ['nope'] })).rejects.toMatchObject({ code: 'T8030' })
    await expect(exported('no_such_table', { to: 'x/' })).rejects.toMatchObject({ code: 'T8031' })
    if (isDuckdb) return
    await expect(exported("(select 'NaN'::numeric as x)", { to: 'nan.parquet' })).rejects.toMatchObject({
      code: 'T8031',
    })
    await run(engine, "create table nan as select 'NaN'::numeric(10,2) as x union all select 1.5")
    await expect(exported('nan', { to: 'nan.parquet' })).rejects.toMatchObject({
      code: 'T8031',
    })
    await exported("(select 'NaN'::numeric as x)", { to: 'nan.parquet', types: { x: 'double' } })
    expect(await run(duckdb, `select isnan(x) from '${join(folder, 'nan.parquet')}'`)).toEqual([[true]])
  })
})

/** A parser of its own for RFC 4180: an unquoted empty cell is null. */
function parseCsv(text: string): (string | { null: true })[][] {
  const records: (string | { null: true })[][] = []
  let record: (string | { null: true })[] = []
  const cell = /"((?:[^"]|"")*)"|([^",\r\n]*)/y
  let at = 0
  while (at < text.length) {
    cell.lastIndex = at
    const match = cell.exec(text)
    if (match === null) throw new Error(`no cell at ${at}`)
    record.push(
      match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2] === '' ? { null: true } : (match[2] ?? ''),
    )
    at += match[0].length
    if (text[at] === ',') at++
    else if (text.startsWith('\r\n', at)) {
      at += 2
      records.push(record)
      record = []
    } else throw new Error(`neither comma nor CRLF at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`)
  }
  return records
}
