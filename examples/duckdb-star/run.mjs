// Generate, load, build, test, export; then one more file of the partners. Each claim of the README is checked as it goes. See scripts/example.mjs.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Rows of a report as texts. */
function report(folder, name) {
  const [head, ...lines] = readFileSync(join(folder, 'reports', `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\r\n')
  const columns = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell])))
}

const cents = (text) => BigInt(text.replace('.', ''))

/** The partners' orders of the files that lie there, each once: revenue in cents by day. */
function partnerRevenue(landing) {
  const seen = new Map()
  for (const name of readdirSync(landing)) {
    const [, ...lines] = readFileSync(join(landing, name), 'utf8').trimEnd().split('\n')
    for (const line of lines) {
      const [order, , , date, quantity, price] = line.split(',')
      const day = date.includes('/') ? date.split('/').reverse().join('-') : date
      seen.set(order, [day, BigInt(quantity) * cents(price)])
    }
  }
  const days = new Map()
  for (const [day, amount] of seen.values()) days.set(day, (days.get(day) ?? 0n) + amount)
  return days
}

export default async function duckdbStar({ env, scale, log, must, folder, tdbt, sql, database }) {
  env.SHOP_OLTP_DB = await database('shop_oltp')
  const incoming = join(folder, 'data/incoming')
  const landing = join(folder, 'data/partners')
  for (const path of ['data', 'reports', 'lake', 'olap.duckdb', 'olap.duckdb.wal']) {
    rmSync(join(folder, path), { recursive: true, force: true })
  }
  mkdirSync(landing, { recursive: true })
  await tdbt('generate', 'shop', '--target', 'oltp', '--scale', String(scale))
  await tdbt('generate', 'partners', '--scale', String(scale))
  const files = readdirSync(incoming)
    .filter((name) => name.endsWith('.csv'))
    .sort()
  must('the partners sent three files', files.length === 3)

  /** Holds the daily report against the shop's database and the partners' files. */
  async function check() {
    const days = partnerRevenue(landing)
    const shop = await sql(
      'select o.order_date::date::text as day, sum(i.quantity * i.price)::text as revenue from orders o join order_items i using (order_id) group by 1',
      env.SHOP_OLTP_DB,
    )
    for (const { day, revenue } of shop) days.set(day, (days.get(day) ?? 0n) + cents(revenue))
    const rows = report(folder, 'daily_revenue')
    const wrong = rows.filter(({ date, revenue }) => cents(revenue) !== (days.get(date) ?? 0n))
    must(
      `daily_revenue has the right revenue on each of ${rows.length} days`,
      wrong.length === 0 && rows.length >= days.size,
    )
    return rows.reduce((sum, { revenue }) => sum + cents(revenue), 0n)
  }

  log('\n== The shop, and two files of its partners')
  for (const name of files.slice(0, 2)) copyFileSync(join(incoming, name), join(landing, name))
  await tdbt('build')
  const before = await check()

  log('\n== The third file')
  copyFileSync(join(incoming, files[2]), join(landing, files[2]))
  await tdbt('build')
  const after = await check()
  must('its orders are in the reports', after > before)

  log('\n== The same once more')
  await tdbt('build')
  must('nothing is counted twice', (await check()) === after)

  log('\n== What BI gets: reports/')
  const days = report(folder, 'daily_revenue').length
  for (const name of ['daily_revenue', 'daily_orders', 'daily_active_users', 'top_10_products']) {
    const rows = report(folder, name)
    must(
      `${name}.csv has ${name === 'top_10_products' ? 'ten rows' : 'a row a day'}`,
      rows.length === (name === 'top_10_products' ? 10 : days),
    )
  }
  for (const row of report(folder, 'top_10_products'))
    log(`  ${row.rank.padStart(2)}  ${row.revenue.padStart(12)}  ${row.product_name} (${row.category})`)
  await tdbt(
    'show',
    '--quiet',
    '--limit',
    '12',
    '--inline',
    `
    select year, month, sum(revenue)::decimal(14, 2) as revenue, sum(orders) as orders, round(avg(active_users), 1) as daily_active_users
    from {{ ref('daily_revenue') }} join {{ ref('daily_orders') }} using (date) join {{ ref('daily_active_users') }} using (date)
    join {{ ref('dim_date') }} using (date) group by all order by all`,
  )
}
