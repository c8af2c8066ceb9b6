// The demo: makes the shop's raw tables, builds and tests the warehouse, writes its documentation, and shows what came out.
// Words after `npm run demo --` go to each command: `npm run demo -- --target postgres`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const extra = process.argv.slice(2)

function tdbt(...args) {
  process.stdout.write(
    `\n$ tdbt ${[...args, ...extra].map((word) => (/[\s{]/.test(word) ? JSON.stringify(word) : word)).join(' ')}\n`,
  )
  const { status } = spawnSync(process.execPath, [`${root}bin/tdbt.js`, ...args, ...extra], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 2)
}

const show = (sql) => tdbt('show', '--quiet', '--limit', '-1', '--inline', sql)

const from = process.hrtime.bigint()
tdbt('generate')
tdbt('build')
tdbt('docs', 'generate')

show(`select extract(year from date_day)::integer as year, sum(order_count) as orders, sum(units) as units, sum(revenue) as revenue
      from {{ ref('daily_revenue') }} group by 1 order by 1`)
show(`select segment, count(*) as customers, sum(lifetime_value) as lifetime_value
      from {{ ref('customer_segments') }} group by segment, segment_rank order by segment_rank`)
show(
  `select revenue_rank, product_name, category, units_sold, total_revenue from {{ ref('top_products') }} order by 1 limit 5`,
)
show(
  `select source_table, reason, count(*) as rows from {{ ref('silver_rejects') }} group by 1, 2 order by 3 desc limit 6`,
)

const seconds = Number(process.hrtime.bigint() - from) / 1e9
process.stdout.write(`\nThe warehouse is built and its tests are green, in ${seconds.toFixed(1)} s.\n`)
process.stdout.write(`Documentation with the lineage graph: ${pathToFileURL(`${root}target/index.html`).href}\n`)
