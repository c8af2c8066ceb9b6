import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** `tdbt generate` from the command line: every output, the same rows whatever the number of threads, bad specs. */

const PROJECT = `name: gen
profile: gen
target: pg
targets:
  pg: {type: postgres, host: "{{ env_var('PGHOST') }}", port: "{{ env_var('PGPORT') | as_number }}", user: "{{ env_var('PGUSER') }}",
    password: "{{ env_var('PGPASSWORD') }}", dbname: "{{ env_var('PGDATABASE') }}", schema: main, threads: 2}
  embedded: {type: embedded, schema: main}
  duck: {type: duckdb, path: gen.duckdb, schema: main}
`

const SPEC = `name: shop
seed: 7
schema: raw
output: {format: target, folder: out}
tables:
  - name: customers
    rows: 300
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
      - {name: email, type: varchar(200), faker: internet.email, unique: true}
      - {name: note, type: text, choice: ['', 'a, "b"', "two\\nlines", '\\N', 'Grüße 🎉'], nulls: 0.3}
  - name: orders
    rows: 3000
    duplicates: 0.01
    by_day: loaded_on
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
      - {name: customer_id, type: integer, foreign_key: {table: customers, column: id, skew: 0.8}}
      - {name: ordered_at, type: timestamp, date: {from: 2023-01-01, to: 2025-12-31}}
      - {name: total, type: 'numeric(12,2)', sum: {table: items, columns: [quantity, price]}}
      - {name: loaded_on, type: date, date: {from: 2025-06-01, to: 2025-06-03, precision: day}, hidden: true}
  - name: items
    rows: {per: orders, min: 1, total: 9000}
    columns:
      - {name: order_id, type: integer, foreign_key: {table: orders, column: id}}
      - {name: quantity, type: integer, integer: [1, 5]}
      - {name: price, type: 'numeric(10,2)', decimal: {range: [1, 99]}}
`

interface Metadata {
  readonly specs: readonly {
    readonly spec: { readonly name: string; readonly seed: number; readonly sha256: string }
    readonly rows: number
    readonly versions: { readonly faker: string }
    readonly tables: readonly {
      readonly name: string
      readonly rows: number
      readonly csv_sha256: string
      readonly files?: readonly { readonly path: string; readonly rows: number; readonly sha256: string }[]
    }[]
  }[]
}

let postgres: TestPostgres
let env: Readonly<Record<string, string>> = {}
const folder = projectFolder({ 'project.yaml': PROJECT, 'generate/shop.yml': SPEC })

beforeAll(async () => {
  postgres = await startTestPostgres()
  env = {
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: postgres.user,
    PGPASSWORD: postgres.password,
    PGDATABASE: await postgres.createDatabase('generate'),
  }
})
afterAll(async () => {
  await postgres?.stop()
  folder.dispose()
})

async function generate(args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<string> {
  const result = await tdbt(['generate', ...args], { cwd: folder.dir, env: { ...env, ...extra } })
  expect({ code: result.code, output: result.output }).toMatchObject({ code: 0 })
  return result.output
}

function metadata(...path: string[]): Metadata {
  return JSON.parse(readFileSync(join(folder.dir, ...path, 'generation_metadata.json'), 'utf8')) as Metadata
}

const checksums = (of: Metadata): readonly (readonly [string, number, string])[] =>
  of.specs.flatMap((spec) => spec.tables.map((table) => [table.name, table.rows, table.csv_sha256] as const))

/** What a table holds, in one line that every engine writes alike. */
const FIGURES = `select (select count(*) from raw.customers where note is null) as nulls,
  (select count(*) from raw.customers where note = '') as empties,
  (select count(*) from raw.customers where note like '%🎉') as feasts,
  (select count(distinct email) from raw.customers) as emails,
  (select count(*) from raw.orders) as orders,
  (select cast(sum(total) as text) from raw.orders) as totals,
  (select count(*) from raw.items) as items,
  (select count(*) from raw.orders o where not exists (select 1 from raw.customers c where c.id = o.customer_id)) as orphans,
  (select count(*) from (select o.id from (select distinct id, total from raw.orders) o join raw.items i on i.order_id = o.id
     group by o.id, o.total having sum(i.quantity * i.price) <> o.total) wrong) as wrong_totals`

async function figures(target: string, extra: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const shown = await tdbt(['show', '--quiet', '--output', 'json', '--inline', FIGURES, '--target', target], {
    cwd: folder.dir,
    env: { ...env, ...extra },
  })
  expect({ code: shown.code, output: shown.output }).toMatchObject({ code: 0 })
  return (JSON.parse(shown.stdout) as { readonly show: readonly unknown[] }).show[0]
}

test('the same rows on every engine and for every number of threads; keys hold, totals match', async () => {
  const output = await generate(['--threads', '1'])
  expect(output).toMatch(/Wrote raw\.items: 9,000 rows/)
  const first = checksums(metadata('target'))
  expect(first.map(([name]) => name)).toEqual(['customers', 'orders', 'items'])
  const found = await figures('pg')
  expect(found).toMatchObject({ emails: 300, items: 9000, orphans: 0, wrong_totals: 0 })
  for (const threads of [[], ['--threads', '2'], ['--threads', '3']]) {
    await generate(threads)
    expect(checksums(metadata('target'))).toEqual(first)
  }
  expect(await figures('pg')).toEqual(found)
  for (const [target, extra] of [
    ['embedded', { TDBT_EMBEDDED_BACKEND: 'native' }],
    ['embedded', { TDBT_EMBEDDED_BACKEND: 'pglite' }],
    ['duck', {}],
  ] as const) {
    await generate(['--target', target], extra)
    expect(checksums(metadata('target')), target).toEqual(first)
    expect(await figures(target, extra), target).toEqual(found)
  }
})

test('views on a generated table stay when it is made again', async () => {
  await generate([])
  await postgres.query(
    'create or replace view raw.big as select * from raw.orders where total > 100',
    env['PGDATABASE'],
  )
  await generate(['--scale', '2'])
  const [row] = await postgres.query('select count(*)::int as n from raw.big', env['PGDATABASE'])
  expect(Number(row?.['n'])).toBeGreaterThan(0)
  const [items] = await postgres.query('select count(*)::int as n from raw.items', env['PGDATABASE'])
  expect(items?.['n']).toBe(18_000)
  const file = join(folder.dir, 'generate/shop.yml')
  writeFileSync(file, SPEC.replace("type: 'numeric(12,2)'", "type: 'numeric(14,2)'"))
  try {
    const output = await generate([])
    expect(output).toContain('The columns of raw.orders have changed: dropped view big')
  } finally {
    writeFileSync(file, SPEC)
  }
})

test('CSV by day, and Parquet; what an earlier run wrote and this one does not is gone', async () => {
  await generate(['--output', 'csv'])
  const made = metadata('out')
  const orders = made.specs[0]?.tables.find((table) => table.name === 'orders')
  expect(orders?.files?.map((file) => file.path)).toEqual([
    'orders_20250601.csv',
    'orders_20250602.csv',
    'orders_20250603.csv',
  ])
  expect(orders?.files?.reduce((sum, file) => sum + file.rows, 0)).toBe(orders?.rows)
  for (const file of orders?.files ?? []) {
    const text = readFileSync(join(folder.dir, 'out', file.path))
    expect(createHash('sha256').update(text).digest('hex')).toBe(file.sha256)
    const lines = text.toString('utf8').trimEnd().split('\n')
    expect(lines[0]).toBe('id,customer_id,ordered_at,total')
    expect(lines.length).toBe(file.rows + 1)
  }
  expect(readFileSync(join(folder.dir, 'out', 'customers.csv'), 'utf8')).toMatch(/,"a, ""b"""\n/)
  await generate(['--output', 'parquet', '--threads', '2'])
  expect(readdirSync(join(folder.dir, 'out')).sort()).toEqual([
    'customers.parquet',
    'generation_metadata.json',
    'items.parquet',
    'orders_20250601.parquet',
    'orders_20250602.parquet',
    'orders_20250603.parquet',
  ])
  expect(checksums(metadata('out'))).toEqual(checksums(made))
  const shown = await tdbt(
    [
      'show',
      '--quiet',
      '--output',
      'json',
      '--target',
      'duck',
      '--inline',
      `select (select count(*) from 'out/orders_*.parquet') as orders, (select typeof(total) from 'out/orders_20250601.parquet' limit 1) as kind,
         (select count(*) from 'out/customers.parquet' where note = '') as empties, (select count(*) from 'out/customers.parquet' where note is null) as nulls`,
    ],
    { cwd: folder.dir, env },
  )
  const row = (JSON.parse(shown.stdout) as { readonly show: readonly Record<string, unknown>[] }).show[0]
  expect(row).toMatchObject({ orders: orders?.rows, kind: 'DECIMAL(12,2)' })
  expect(Number(row?.['empties'])).toBeGreaterThan(10)
  expect(Number(row?.['nulls'])).toBeGreaterThan(50)
})

test('a bad spec stops all before a row is written; all bad specs are shown', async () => {
  const bad = projectFolder({ 'project.yaml': PROJECT, 'generate/a.yml': SPEC.replace('schema: raw', 'schema: never') })
  try {
    writeFileSync(join(bad.dir, 'generate/b.yml'), SPEC.replace('internet.email', 'internet.emial'))
    mkdirSync(join(bad.dir, 'generate'), { recursive: true })
    writeFileSync(
      join(bad.dir, 'generate/c.yml'),
      SPEC.replace('table: customers, column: id', 'table: customer, column: id'),
    )
    const result = await tdbt(['generate'], { cwd: bad.dir, env })
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('generate/b.yml:10')
    expect(result.stderr).toContain("Did you mean 'internet.email'?")
    expect(result.stderr).toContain("Did you mean 'customers'?")
    const found = await postgres.query("select 1 from pg_namespace where nspname = 'never'", env['PGDATABASE'])
    expect(found).toEqual([])
    const scaled = await tdbt(['generate', 'a', '--scale', '0'], { cwd: bad.dir, env })
    expect(scaled.code).toBe(2)
    const form = await tdbt(['generate', 'a', '--output', 'json'], { cwd: bad.dir, env })
    expect(form.stderr).toContain('target, csv, parquet')
  } finally {
    bad.dispose()
  }
})
