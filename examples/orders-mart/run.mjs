// Three days in turn, then the third once more; each claim of the README is checked as it goes. See scripts/example.mjs.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export default async function ordersMart({ env, scale, log, must, folder, tdbt, sql, database }) {
  env.ORDERS_MART_DB = await database('orders_mart')
  const rows = (text) => sql(text, env.ORDERS_MART_DB)
  const one = async (text) => Number(Object.values((await rows(text))[0])[0])

  const incoming = join(folder, 'data/incoming')
  const landing = join(folder, 'data/raw')
  rmSync(join(folder, 'data'), { recursive: true, force: true })
  mkdirSync(landing, { recursive: true })
  await tdbt('generate', '--scale', String(scale))
  const days = readdirSync(incoming)
    .filter((name) => /^orders_\d{8}\.csv$/.test(name))
    .sort()
  must('there are three daily files', days.length === 3)

  let all = 0
  for (const [index, day] of days.entries()) {
    log(`\n== Day ${index + 1}: ${day}`)
    copyFileSync(join(incoming, day), join(landing, day))
    await tdbt('build')
    const last = await one('select count(*) from raw.orders_raw')
    const now = await one('select count(*) from raw.orders_all')
    must(
      `orders_raw holds the ${last} rows of ${day} and no other`,
      last > 0 && (await one(`select count(*) from raw.orders_raw where source_file not like '%${day}'`)) === 0,
    )
    must(`orders_all grew from ${all} to ${now} rows`, now === all + last)
    must(
      `orders_all has ${index + 1} batches`,
      (await one('select count(distinct batch_id) from raw.orders_all')) === index + 1,
    )
    all = now
  }
  const indexed = await rows(
    `select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = 'staging.orders_stg'::regclass`,
  )
  for (const column of ['order_timestamp', 'customer_id']) {
    must(
      `staging.orders_stg is indexed by ${column}`,
      indexed.some(({ definition }) => definition.endsWith(`(${column})`)),
    )
  }

  log('\n== Day 3 once more')
  const revenue = 'select sum(revenue) * 100 from mart.daily_revenue'
  const before = await one(revenue)
  await tdbt('build')
  must('a file that was loaded is not loaded again', (await one('select count(*) from raw.orders_all')) === all)
  copyFileSync(join(incoming, days[2]), join(landing, days[2].replace('.csv', '_again.csv')))
  await tdbt('build')
  must('the marts count a day once even where it came again under another name', (await one(revenue)) === before)
  const held = await one('select count(*) from raw.orders_all')
  await tdbt('load', '-s', 'source:raw.orders_all', '--force')
  await tdbt('build')
  must(
    'a load that is forced adds all files once more',
    (await one('select count(*) from raw.orders_all')) === 2 * held,
  )
  must('and the marts still count each day once', (await one(revenue)) === before)
  must(
    'staging has each order once',
    (await one('select count(*) - count(distinct order_id) from staging.orders_stg')) === 0,
  )

  log('\n== What came out')
  const show = (text) => tdbt('show', '--quiet', '--limit', '-1', '--inline', text)
  await show(
    "select date_trunc('year', order_date)::date as year, sum(orders) as orders, sum(revenue) as revenue from {{ ref('daily_revenue') }} group by 1 order by 1",
  )
  await show(
    "select segment, count(*) as customers, sum(lifetime_value) as lifetime_value from {{ ref('customer_segments') }} group by 1 order by 3 desc",
  )
  await show("select * from {{ ref('customer_ltv') }} order by lifetime_value desc, customer_id limit 10")
  await show("select * from {{ ref('product_revenue') }} order by total_revenue desc, product_id limit 5")
}
