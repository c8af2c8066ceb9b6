import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { projectFolder, tdbt } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { startTestS3 } from '../support/s3-server.ts'
import { memoryDuckdb, run } from './engines.ts'

const EXPOSURES = `
exposures:
  - name: reports
    label: Reports for BI
    type: export
    owner: {name: BI}
    depends_on: [ref('daily'), ref('top')]
    export: {to: reports/, order_by: [1d]}
  - name: lake
    type: export
    owner: {name: BI}
    depends_on: [ref('daily')]
    config:
      tags: [lake]
      export: {format: parquet, to: lake/daily.parquet}
  - name: plain
    type: dashboard
    owner: {name: BI}
    depends_on: [ref('top')]
  - name: for_dbt_too
    type: application
    owner: {name: BI}
    depends_on:
      - source('raw', 'sales')
    config: {meta: {export: {format: jsonl, to: raw/}}}
`.replace('order_by: [1d]', "order_by: ['id desc']")

let postgres: TestPostgres
let project: ReturnType<typeof projectFolder>

function files(url: URL): Record<string, string> {
  const port = url.port
  return {
    'project.yaml': `name: shop
exposures:
  shop:
    +export: {compression: none}
targets:
  dev: {type: postgres, host: ${url.hostname}, port: ${port}, user: ${url.username}, password: "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}", dbname: ${url.pathname.slice(1)}, schema: gold, threads: 3}
connections:
  bucket: {type: s3, endpoint: "{{ env_var('S3_ENDPOINT', 'http://127.0.0.1:1') }}", access_key_id: test-identity, secret_access_key: "{{ env_var('DBT_ENV_SECRET_S3', 'x') }}"}
`,
    'models/daily.sql': "{{ config(materialized='table') }} select id, amount from {{ source('raw', 'sales') }}",
    'models/top.sql': "{{ config(materialized='view') }} select id from {{ ref('daily') }} where amount > 1",
    'models/gone.sql': "{{ config(materialized='ephemeral') }} select 1 as x",
    'models/models.yml': `
sources: [{name: raw, schema: raw, tables: [{name: sales}]}]
models:
  - name: daily
    columns: [{name: id, data_tests: [not_null]}]
`,
    'models/exposures.yml': EXPOSURES,
  }
}

beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.createDatabase('exposures')
  await postgres.query(
    'create schema raw; create table raw.sales as select n as id, n / 2.0 as amount from generate_series(1, 4) as n',
    database,
  )
  project = projectFolder(files(new URL(postgres.url(database))))
})
afterAll(async () => {
  project?.dispose()
  await postgres?.stop()
})

const env = (): Record<string, string> => ({ DBT_ENV_SECRET_PASSWORD: postgres.password })
const cli = (...args: string[]) => tdbt(args, { cwd: project.dir, env: env() })
const path = (...parts: string[]): string => join(project.dir, ...parts)
const json = (file: string) => JSON.parse(readFileSync(path(file), 'utf8'))

test('build refreshes exports after what they read', async () => {
  const { code, output } = await cli('build')
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(readFileSync(path('reports/daily.csv'), 'utf8')).toBe(
    'id,amount\r\n4,2.0000000000000000\r\n3,1.5000000000000000\r\n2,1.00000000000000000000\r\n1,0.50000000000000000000\r\n',
  )
  expect(readFileSync(path('reports/top.csv'), 'utf8')).toBe('id\r\n4\r\n3\r\n')
  expect(readFileSync(path('raw/sales.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(4)
  expect(existsSync(path('lake/daily.parquet'))).toBe(true)
  expect(output).toContain('OK exported exposure reports')
  expect(output).toMatch(/EXPORT 6 in 2 files/)
  expect(output).toContain('NO-OP=1')
  const results: { unique_id: string; status: string; adapter_response: Record<string, unknown> }[] =
    json('target/run_results.json').results
  const ids = results.map((result) => result.unique_id)
  expect(ids.indexOf('exposure.shop.reports')).toBeGreaterThan(
    ids.findIndex((id) => id.startsWith('test.shop.not_null_daily')),
  )
  const reports = results.find((result) => result.unique_id === 'exposure.shop.reports')
  expect(reports).toMatchObject({ status: 'success', adapter_response: { code: 'EXPORT', rows_affected: 6 } })
})

test('to other readers an export is an application with its block in meta', async () => {
  const manifest = json('target/manifest.json')
  const { reports, lake } = {
    reports: manifest.exposures['exposure.shop.reports'],
    lake: manifest.exposures['exposure.shop.lake'],
  }
  expect(reports).toMatchObject({
    type: 'application',
    meta: { export: { to: 'reports/', order_by: ['id desc'], compression: 'none' } },
    config: { enabled: true, meta: { export: { to: 'reports/' } } },
    depends_on: { nodes: ['model.shop.daily', 'model.shop.top'] },
  })
  expect(Object.keys(reports.config).sort()).toEqual(['enabled', 'meta', 'tags'])
  expect(lake.tags).toEqual(['lake'])
  expect(manifest.exposures['exposure.shop.plain']).toMatchObject({ type: 'dashboard', meta: {} })
  expect(manifest.parent_map['exposure.shop.lake']).toEqual(['model.shop.daily'])
  expect(JSON.stringify(manifest)).not.toContain(postgres.password)
})

test('nothing of an export is modified when nothing changed', async () => {
  writeFileSync(path('before.json'), readFileSync(path('target/manifest.json')))
  const { code, stdout } = await tdbt(
    ['ls', '--quiet', '--resource-type', 'exposure', '--select', 'state:modified', '--state', 'target'],
    {
      cwd: project.dir,
      env: { ...env(), DBT_TARGET_PATH: 'target2' },
    },
  )
  expect({
    code,
    lines: stdout
      .trim()
      .split('\n')
      .filter((line) => line.includes('exposure:')),
  }).toEqual({ code: 0, lines: [] })
})

test('tdbt export refreshes exposures by selection', async () => {
  writeFileSync(path('reports/top.csv'), 'stale')
  const { code, output } = await cli('export', '-s', 'exposure:reports')
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(readFileSync(path('reports/top.csv'), 'utf8')).toBe('id\r\n4\r\n3\r\n')
  expect(output).toContain('1 of 1 OK exported exposure reports')
})

test('tdbt export --to writes what is selected', async () => {
  const { code, output } = await cli('export', '-s', 'daily', 'top', '--format', 'parquet', '--to', 'exports/')
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(readdirSync(path('exports')).sort()).toEqual([
    '_daily.parquet.json',
    '_top.parquet.json',
    'daily.parquet',
    'top.parquet',
  ])
  const one = await cli('export', '-s', 'source:raw.sales', '--to', 'sales.csv.gz', '--order-by', 'id')
  expect({ code: one.code, output: one.output }).toMatchObject({ code: 0 })
  const query = await cli(
    'export',
    '--inline',
    "select id, '{{ target.name }}' as target from {{ ref('daily') }} order by id limit 1 -- one",
    '--to',
    'q.jsonl',
  )
  expect({ code: query.code, output: query.output }).toMatchObject({ code: 0 })
  expect(readFileSync(path('q.jsonl'), 'utf8')).toBe('{"id":1,"target":"dev"}\n')
})

test('what was not built, and models without --to, are told with the next step', async () => {
  writeFileSync(path('models/unbuilt.sql'), 'select 1 as id')
  const unbuilt = await cli('export', '-s', 'unbuilt', '--to', 'unbuilt.csv')
  expect(unbuilt.code).toBe(1)
  expect(unbuilt.output).toContain('T8031')
  expect(unbuilt.output).toContain('Build it first: tdbt build -s unbuilt')
  const nowhere = await cli('export', '-s', 'unbuilt')
  expect(nowhere.output).toContain('--to exports/')
  rmSync(path('models/unbuilt.sql'))
})

test('a report is not replaced by one without rows', async () => {
  const before = readFileSync(path('reports/daily.csv'), 'utf8')
  const { output } = await cli('build', '--empty')
  expect(output).toContain('NO-OP (--empty)')
  expect(readFileSync(path('reports/daily.csv'), 'utf8')).toBe(before)
  expect((await cli('build')).code).toBe(0)
})

test('an export is skipped where what it reads failed, and fails itself with a code', async () => {
  const model = path('models/daily.sql')
  const text = readFileSync(model, 'utf8')
  const before = readFileSync(path('reports/daily.csv'), 'utf8')
  writeFileSync(model, text.replace('select id', 'select id / 0 as id'))
  const broken = await cli('build')
  writeFileSync(model, text)
  expect(broken.code).toBe(1)
  expect(broken.output).toMatch(/SKIP relation (?:\w+\.)*reports/)
  expect(readFileSync(path('reports/daily.csv'), 'utf8')).toBe(before)
  expect((await cli('build', '-s', 'daily', 'top')).code).toBe(0)
  const exposures = path('models/exposures.yml')
  writeFileSync(exposures, EXPOSURES.replace("order_by: ['id desc']", 'order_by: [colour]'))
  const failed = await cli('export', '-s', 'exposure:reports')
  expect(failed.code).toBe(1)
  expect(failed.output).toContain('T8030')
  expect(failed.output).toContain("'order_by' names a column that is not there")
  writeFileSync(exposures, EXPOSURES)
})

test.each([
  ['export: {to: x/, colour: red}', "no 'colour'", 8],
  ['export: {format: xml, to: x/}', "'format' cannot be 'xml'", 8],
  ['export: {format: csv}', "'to' is missing", 8],
  ['export: {to: a.parquet, format: csv}', 'differ', 8],
  ['config: {export: {to: x/, header: 3}}', "'header' is true or false", 8],
])('refused with its place: %s', async (block, message, line) => {
  writeFileSync(
    path('models/bad.yml'),
    `exposures:\n  - name: bad\n    type: export\n    owner: {name: BI}\n    depends_on:\n      - ref('daily')\n    label: Bad\n    ${block}\n`,
  )
  const { code, output } = await cli('parse')
  writeFileSync(path('models/bad.yml'), '')
  expect(code).toBe(2)
  expect(output).toContain('T8030')
  expect(output).toContain(message)
  expect(output).toContain(`models/bad.yml:${line}`)
})

test.each([
  [['export', '--format', 'csv'], '--format needs --to', 2],
  [['export', '-s', 'daily', 'top', '--to', 'one.csv'], '2 relations are selected', 2],
  [['export', '-s', 'daily', '--to', 'gs://bucket/x/'], 'no address of a store', 1],
])('usage: tdbt %j', async (args, message, expected) => {
  const { code, output } = await cli(...args)
  expect({ code, output }).toMatchObject({ code: expected, output: expect.stringContaining(message) })
})

test('an ephemeral model is passed over, and said to be', async () => {
  const { code, output } = await tdbt(['export', '-s', 'gone', '--to', 'ephemeral/'], { cwd: project.dir, env: env() })
  expect(output).toContain(
    'gone is ephemeral and was passed over. For its rows: --inline "select * from {{ ref(\'gone\') }}"',
  )
  expect({ code, written: existsSync(path('ephemeral')) }).toEqual({ code: 0, written: false })
})

const s3 = await startTestS3()
if ('missing' in s3) console.log(`SKIPPED exports to S3: ${s3.missing}`)

describe.skipIf('missing' in s3)('to S3', () => {
  afterAll(async () => {
    if (!('missing' in s3)) await s3.stop()
  })

  test('Parquet in partitions and CSV, by a named connection and by the environment', async () => {
    if ('missing' in s3) return
    const bucket = await s3.createBucket('exports')
    const secrets = { ...env(), S3_ENDPOINT: s3.endpoint, DBT_ENV_SECRET_S3: 'test-credential' }
    const named = await tdbt(
      [
        'export',
        '-s',
        'daily',
        '--format',
        'parquet',
        '--partition-by',
        'id',
        '--to',
        `s3://${bucket}/lake/`,
        '--store-connection',
        'bucket',
      ],
      { cwd: project.dir, env: secrets },
    )
    expect({ code: named.code, output: named.output }).toMatchObject({ code: 0 })
    const byEnv = await tdbt(['export', '-s', 'daily', '--to', `s3://${bucket}/csv/daily.csv.gz`], {
      cwd: project.dir,
      env: { ...env(), ...s3.env },
    })
    expect({ code: byEnv.code, output: byEnv.output }).toMatchObject({ code: 0 })
    expect(`${named.output}${byEnv.output}`).not.toContain('test-credential')
    const store = await openStore(`s3://${bucket}/`, { env: s3.env, base: '/' })
    const keys: string[] = []
    for await (const { key } of store.list()) keys.push(key)
    expect(keys).toEqual([
      'csv/_daily.csv.gz.json',
      'csv/daily.csv.gz',
      'lake/_daily.parquet.json',
      ...[1, 2, 3, 4].map((id) => `lake/daily/id=${id}/part-0.parquet`),
    ])
    const parts: Uint8Array[] = []
    for await (const chunk of store.read('lake/daily/id=3/part-0.parquet')) parts.push(chunk)
    writeFileSync(path('part.parquet'), Buffer.concat(parts))
    const duckdb = await memoryDuckdb()
    expect(await run(duckdb, `select amount::varchar from '${path('part.parquet')}'`)).toEqual([
      ['1.50000000000000000000'],
    ])
    await duckdb.close()
  })

  test('a wrong secret says so, and the node fails', async () => {
    if ('missing' in s3) return
    const { code, output } = await tdbt(
      ['export', '-s', 'daily', '--to', `s3://nowhere/lake/`, '--store-connection', 'bucket'],
      { cwd: project.dir, env: { ...env(), S3_ENDPOINT: s3.endpoint, DBT_ENV_SECRET_S3: 'a-wrong-secret' } },
    )
    expect(code).toBe(1)
    expect(output).toContain('T8022')
    expect(output).not.toContain('a-wrong-secret')
  })
})
