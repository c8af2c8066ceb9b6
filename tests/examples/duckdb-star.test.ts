import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDuckdb, run as query } from '../export/engines.ts'
import { type ExampleRun, runExample } from '../support/example.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** The reports against figures that plain SQL computes in Postgres, over the shop's tables and the partners' files as they came. */

let postgres: TestPostgres
let run: ExampleRun

beforeAll(async () => {
  postgres = await startTestPostgres()
  run = await runExample('duckdb-star', postgres, 0.1)
  await loadPartners()
}, 300_000)
afterAll(async () => {
  run?.dispose()
  await postgres?.stop()
})

const shop = (sql: string): Promise<readonly Record<string, unknown>[]> => postgres.query(sql, 'tdbt_example_shop_oltp')

/** The partners' files, line by line, in a table of Postgres: no code of the project has touched them. */
async function loadPartners(): Promise<void> {
  const folder = join(run.folder, 'data/partners')
  const values = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [order, user, product, date = '', quantity, price] = line.split(',')
        const format = date.includes('/') ? 'DD/MM/YYYY' : 'YYYY-MM-DD'
        return `(${order}, ${user}, ${product}, to_date('${date}', '${format}'), ${quantity}, ${price})`
      }),
  )
  expect(values.length).toBeGreaterThan(250)
  await shop(`
    create view lines as select o.order_id, user_id, product_id, order_date::date as day, quantity, quantity * price as revenue
      from orders o join order_items using (order_id);
    create table partners (order_id int, user_id int, product_id int, day date, quantity int, price numeric);
    insert into partners values ${values.join(', ')};
    create view facts as select * from lines
      union all select distinct order_id, user_id, product_id, day, quantity, quantity * price from partners`)
}

function report(name: string): readonly Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(run.folder, 'reports', `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\r\n')
  const columns = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index] ?? '', cell])))
}

test('runs to its end, and every claim holds', () => {
  expect({ code: run.code, output: run.output }).toMatchObject({ code: 0 })
  expect(run.output.match(/holds: /g)?.length).toBe(10)
  expect(run.output).toContain('duckdb-star stands')
})

test('revenue, orders and users of each day', async () => {
  const days = await shop(`
    select d::date::text as date, coalesce(sum(revenue), 0)::numeric(14, 2)::text as revenue, count(distinct order_id)::text as orders,
      count(distinct user_id)::text as active_users
    from generate_series((select min(day) from facts), (select max(day) from facts), interval '1 day') as d left join facts on day = d::date
    group by 1 order by 1`)
  expect(days.length).toBeGreaterThan(300)
  const pick = (column: string) => days.map((day) => ({ date: day['date'], [column]: day[column] }))
  expect(report('daily_revenue')).toEqual(pick('revenue'))
  expect(report('daily_orders')).toEqual(pick('orders'))
  expect(report('daily_active_users')).toEqual(pick('active_users'))
})

test('the ten products that earn most', async () => {
  const top = await shop(`
    select row_number() over (order by sum(revenue) desc, product_id)::text as rank, product_id::text, product_name, initcap(category) as category,
      sum(quantity)::text as units, sum(revenue)::numeric(14, 2)::text as revenue
    from facts join products using (product_id) group by product_id, product_name, category order by sum(revenue) desc, product_id limit 10`)
  expect(report('top_10_products')).toEqual(top)
})

test('the fact table in Parquet has the same lines, by channel', async () => {
  const expected = await shop(
    'select count(*)::int as lines, sum(revenue)::numeric(14, 2)::text as revenue, sum(quantity)::int as units from facts',
  )
  const duckdb = await memoryDuckdb()
  const lake = join(run.folder, 'lake/fact_orders')
  const rows = await query(
    duckdb,
    `select count(*)::int, sum(revenue)::varchar, sum(quantity)::int from '${lake}/*/*.parquet'`,
  )
  await duckdb.close()
  expect(rows).toEqual([Object.values(expected[0] ?? {})])
  expect(readdirSync(lake).sort()).toEqual(['channel=partner', 'channel=shop'])
  expect(existsSync(join(run.folder, 'reports/_daily_revenue.csv.json'))).toBe(true)
})
