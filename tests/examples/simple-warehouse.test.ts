import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExampleRun, runExample } from '../support/example.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** The star against figures that plain SQL computes in the shop's production database. */

let postgres: TestPostgres
let run: ExampleRun

beforeAll(async () => {
  postgres = await startTestPostgres()
  run = await runExample('simple-warehouse', postgres, 0.04)
}, 300_000)
afterAll(async () => {
  run?.dispose()
  await postgres?.stop()
})

const shop = (sql: string): Promise<readonly Record<string, unknown>[]> => postgres.query(sql, 'tdbt_example_xyz_store')
const dwh = (sql: string): Promise<readonly Record<string, unknown>[]> => postgres.query(sql, 'tdbt_example_dwh')

test('runs to its end, and every claim holds', () => {
  expect({ code: run.code, output: run.output }).toMatchObject({ code: 0 })
  expect(run.output.match(/holds: /g)?.length).toBeGreaterThanOrEqual(20)
  expect(run.output).toContain('simple-warehouse stands')
})

test('sales by month and category are those of the shop', async () => {
  const there = await shop(`
    select to_char(o.order_date, 'YYYY-MM') as month, coalesce(nullif(upper(p.category), ''), 'UNKNOWN') as category,
      sum(i.quantity)::int as units, sum(i.quantity * i.unit_price)::text as sales
    from order_items i, orders o, products p
    where i.order_id = o.order_id and p.product_id = i.product_id and upper(o.status) <> 'CANCELLED' and i.quantity > 0
    group by 1, 2 order by 1, 2`)
  const here = await dwh(`
    select to_char(d.full_date, 'YYYY-MM') as month, upper(p.category) as category, sum(f.quantity)::int as units, sum(f.sales_amount)::text as sales
    from gold.fact_sales f join gold.dim_date d using (date_key) join gold.dim_products p using (product_id)
    group by 1, 2 order by 1, 2`)
  expect(here.length).toBeGreaterThan(100)
  expect(here).toEqual(there)
})

test('customers, with what they ordered, are those of the shop', async () => {
  const there = await shop(`
    select c.customer_id, trim(c.first_name || ' ' || c.last_name) as name, coalesce(c.city, 'Unknown') as city,
      (select count(*)::int from orders o where o.customer_id = c.customer_id and lower(o.status) <> 'cancelled') as orders
    from customers c order by 1`)
  const here = await dwh(
    "select customer_id, replace(full_name, '  ', ' ') as name, city, orders::int from gold.dim_customers order by 1",
  )
  expect(here.length).toBe(207)
  expect(here.map((row) => row['customer_id'])).toEqual(there.map((row) => row['customer_id']))
  expect(here.map((row) => [row['city'], row['orders']])).toEqual(there.map((row) => [row['city'], row['orders']]))
})
