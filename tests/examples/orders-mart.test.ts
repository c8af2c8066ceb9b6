import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleRun, runExample } from '../support/example.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** The marts against figures that plain SQL computes from the files, in other words than the models'. */

const DATABASE = 'tdbt_example_orders_mart'
let postgres: TestPostgres
let run: ExampleRun

beforeAll(async () => {
  postgres = await startTestPostgres()
  run = await runExample('orders-mart', postgres, 0.05)
}, 300_000)
afterAll(async () => {
  run?.dispose()
  await postgres?.stop()
})

const query = (sql: string): Promise<readonly Record<string, unknown>[]> => postgres.query(sql, DATABASE)

/** The lines of the files of the three days, each order once, as texts. */
async function loadFiles(): Promise<number> {
  const folder = join(run.folder, 'data/incoming')
  const lines = readdirSync(folder)
    .filter((name) => /^orders_\d{8}\.csv$/.test(name))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').slice(1))
  // The dirt is unquoted but for the empty text.
  const rows = lines.map(
    (line) =>
      `(${line
        .split(',')
        .map((cell) => `'${(cell === '""' ? '' : cell).replaceAll("'", "''")}'`)
        .join(',')})`,
  )
  await query(`create schema plain;
    create table plain.orders (id text, customer text, product text, name text, category text, price text, quantity text, status text, moment text);
    insert into plain.orders values ${rows.join(',')};
    create function plain.moment(text) returns timestamp language plpgsql as
      $$ begin return $1::timestamp; exception when others then return null; end $$;
    create view plain.sold as
      select customer::int, product::int, quantity::int, price::numeric * quantity::int as amount, plain.moment(moment) as at
      from plain.orders
      where price::numeric > 0 and quantity::int > 0 and moment <> '' and extract(year from plain.moment(moment)) between 2023 and 2025
        and upper(status) = any (array['COMPLETED', 'SHIPPED', 'PENDING'])`)
  return rows.length
}

/** Rows that only one of two queries has. */
async function difference(one: string, other: string): Promise<readonly unknown[]> {
  return await query(`((${one}) except all (${other})) union all ((${other}) except all (${one}))`)
}

test('runs to its end, and every claim holds', () => {
  expect({ code: run.code, output: run.output }).toMatchObject({ code: 0 })
  expect(run.output.match(/holds: /g)?.length).toBeGreaterThanOrEqual(14)
  expect(run.output).toContain('orders-mart stands')
})

test('the four marts are what plain SQL makes of the files', async () => {
  const loaded = await loadFiles()
  expect(loaded).toBe(1500)
  const [all] = await query('select count(distinct order_id)::int as n from raw.orders_all')
  expect(all?.['n']).toBe(1500)
  expect(
    await difference(
      'select at::date, count(*), sum(amount) from plain.sold group by 1',
      'select order_date, orders, revenue from mart.daily_revenue',
    ),
  ).toEqual([])
  expect(
    await difference(
      'select customer, sum(amount), count(*), min(at), max(at) from plain.sold group by 1',
      'select customer_id, lifetime_value, orders, first_order_at, last_order_at from mart.customer_ltv',
    ),
  ).toEqual([])
  expect(
    await difference(
      'select product, sum(amount), sum(quantity), round(sum(amount) / count(*), 2) from plain.sold group by 1',
      'select product_id, total_revenue, total_quantity, average_order_value from mart.product_revenue',
    ),
  ).toEqual([])
  expect(
    await difference(
      `select customer, (array['Low', 'Medium', 'High', 'VIP'])[1 + (v >= 500)::int + (v >= 2000)::int + (v >= 5000)::int]
       from (select customer, sum(amount) as v from plain.sold group by 1) as totals`,
      'select customer_id, segment from mart.customer_segments',
    ),
  ).toEqual([])
  const [mart] = await query('select count(*)::int as n from mart.customer_segments')
  expect(Number(mart?.['n'])).toBeGreaterThan(50)
})
