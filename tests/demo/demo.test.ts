import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CliResult, tdbt } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** The demo leaves the same figures on every engine, and they are those of the raw rows, computed apart from the models. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const RESOURCES = ['project.yaml', 'models', 'macros', 'seeds', 'generate', 'tests/data']

let postgres: TestPostgres
let env: Readonly<Record<string, string>> = {}
const folders: string[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
  env = {
    PGHOST: postgres.host,
    PGPORT: String(postgres.port),
    PGUSER: postgres.user,
    PGPASSWORD: postgres.password,
    PGDATABASE: await postgres.createDatabase('demo'),
  }
})
afterAll(async () => {
  await postgres?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

function demoFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tdbt-demo-'))
  folders.push(dir)
  for (const resource of RESOURCES) cpSync(join(root, resource), join(dir, resource), { recursive: true })
  return dir
}

async function green(
  args: readonly string[],
  cwd: string,
  extra: Readonly<Record<string, string>>,
): Promise<CliResult> {
  const result = await tdbt(args, { cwd, env: { ...env, ...extra }, timeoutMs: 300_000 })
  expect({ code: result.code, output: result.output }).toMatchObject({ code: 0 })
  return result
}

const MODELS = [
  'bronze_orders',
  'silver_customers',
  'silver_orders',
  'silver_order_items',
  'silver_inventory_transactions',
  'silver_campaigns',
  'silver_rejects',
  'dim_customers',
  'dim_products',
  'dim_date',
  'fact_sales',
  'daily_revenue',
  'daily_active_users',
  'product_revenue',
  'top_products',
  'customer_ltv',
  'customer_segments',
  'campaign_performance',
  'inventory_status',
]

const FIGURES = `${MODELS.map((name) => `select '${name}' as figure, count(*)::text as value from {{ ref('${name}') }}`).join(' union all ')}
union all select 'revenue', sum(revenue)::text from {{ ref('fact_sales') }}
union all select 'lifetime value', sum(lifetime_value)::text from {{ ref('customer_ltv') }}
union all select 'active users', sum(active_users)::text from {{ ref('daily_active_users') }}
union all select 'attributed revenue', sum(attributed_revenue)::text from {{ ref('campaign_performance') }}`

/** Revenue again, from the raw rows and in other words: no macro, no model. */
const RAW_REVENUE = `
select sum(quantity * unit_price)::text as value
from (select distinct on (order_item_id) * from {{ source('raw', 'order_items') }} order by order_item_id) items
join (select distinct on (order_id) * from {{ source('raw', 'orders') }} order by order_id) orders using (order_id)
where quantity > 0 and unit_price >= 0 and product_id is not null
  and customer_id in (select customer_id from {{ source('raw', 'customers') }})
  and lower(order_status) in ('delivered', 'shipped', 'processing')
  and (order_date ~ '^202[345]-.*$' and order_date !~ '^2024-02-30.*$' or order_date ~ '^[0-9]{2}/[0-9]{2}/202[345]$')`

async function rows(
  cwd: string,
  target: string,
  extra: Readonly<Record<string, string>>,
  sql: string,
): Promise<readonly Record<string, string>[]> {
  const args = ['show', '--quiet', '--target', target, '--output', 'json', '--limit', '-1', '--inline', sql]
  const { stdout } = await green(args, cwd, extra)
  return (JSON.parse(stdout) as { readonly show: readonly Record<string, string>[] }).show
}

async function figures(
  target: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const cwd = demoFolder()
  await green(['generate', '--target', target], cwd, extra)
  await green(['build', '--target', target], cwd, extra)
  // A second build runs the incremental model on what is there.
  await green(['run', '--target', target, '-s', 'fact_sales+'], cwd, extra)
  await green(['docs', 'generate', '--target', target], cwd, extra)
  expect(existsSync(join(cwd, 'target', 'index.html'))).toBe(true)
  const found = Object.fromEntries(
    (await rows(cwd, target, extra, FIGURES)).map((row) => [row['figure'] ?? '', String(row['value'])]),
  )
  const [raw] = await rows(cwd, target, extra, RAW_REVENUE)
  expect(Number(found['revenue'])).toBeCloseTo(Number(raw?.['value']), 2)
  return found
}

test('the same figures on a server, the embedded Postgres, PGlite and DuckDB', async () => {
  const server = await figures('postgres')
  expect(Number(server['bronze_orders'])).toBeGreaterThanOrEqual(10_000)
  expect(Number(server['silver_rejects'])).toBeGreaterThan(100)
  expect(server['top_products']).toBe('10')
  expect(Object.keys(server).length).toBe(MODELS.length + 4)
  expect(await figures('dev', { TDBT_EMBEDDED_BACKEND: 'native' })).toEqual(server)
  expect(await figures('dev', { TDBT_EMBEDDED_BACKEND: 'pglite' })).toEqual(server)
  expect(await figures('duckdb')).toEqual(server)
}, 900_000)
