// `tdbt generate` of 2.36 million rows (volumes.yml; SCALE=0.1 for less) into a Postgres server, twice: time, memory, rows a
// second, and whether the checksums are the same, keys hold and totals match their items. node bench/generate.mjs [--threads N]
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { once, postgres, tools } from './bench.mjs'

const scale = process.env.SCALE ?? '1'
const folder = mkdtempSync(join(tmpdir(), 'tdbt-generate-'))
mkdirSync(join(folder, 'generate'))
copyFileSync(fileURLToPath(new URL('volumes.yml', import.meta.url)), join(folder, 'generate/volumes.yml'))
const target = { type: 'postgres', schema: 'volumes', threads: 4, ...postgres }
writeFileSync(
  join(folder, 'project.yaml'),
  JSON.stringify({ name: 'volumes', version: '1.0', target: 'pg', targets: { pg: target } }),
)

async function sql(text, database = postgres.database) {
  const client = new pg.Client({ ...postgres, database })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const TABLES = ['customers', 'products', 'orders', 'order_items', 'inventory_transactions', 'marketing_campaigns']
/** The rows as the server has them: a sum of hashes, which no order of rows changes. */
const inDatabase = async () =>
  Object.fromEntries(
    await Promise.all(
      TABLES.map(async (name) => {
        const [row] = await sql(
          `select count(*) as n, sum(hashtextextended(t::text, 0)::numeric) as h from volumes.${name} t`,
        )
        return [name, `${row.n} ${row.h}`]
      }),
    ),
  )
const HOLDS = {
  'orders without customer':
    'select count(*) as n from volumes.orders o left join volumes.customers c using (customer_id) where c.customer_id is null',
  'items without order':
    'select count(*) as n from volumes.order_items i left join volumes.orders o using (order_id) where o.order_id is null',
  'items without product':
    'select count(*) as n from volumes.order_items i left join volumes.products p using (product_id) where p.product_id is null',
  'stock moves without product':
    'select count(*) as n from volumes.inventory_transactions i left join volumes.products p using (product_id) where p.product_id is null',
  'orders without items':
    'select count(*) as n from volumes.orders o where not exists (select from volumes.order_items i where i.order_id = o.order_id)',
  'totals that are not the sum of their items': `select count(*) as n from volumes.orders o
     join (select order_id, sum(quantity * unit_price) as total from volumes.order_items group by order_id) i using (order_id) where i.total <> o.total_amount`,
  'emails that come twice': 'select count(*) - count(distinct email) as n from volumes.customers',
  'orders before their customer':
    'select count(*) as n from volumes.orders o join volumes.customers c using (customer_id) where o.order_date < c.registration_date',
}

const [there] = await sql(`select 1 from pg_database where datname = '${postgres.database}'`, 'postgres')
if (!there) await sql(`create database "${postgres.database}"`, 'postgres')
console.log(
  `# generate\n${cpus().length} cores (${cpus()[0]?.model.trim()}), node ${process.version}, scale ${scale}\n`,
)
console.log('| run | rows | seconds | processor s | peak MB | rows/s |\n|---|--:|--:|--:|--:|--:|')
const seen = []
try {
  for (const run of ['first', 'second']) {
    await sql('drop schema if exists volumes cascade')
    const made = once(tools.tdbt, ['generate', '--scale', scale, ...process.argv.slice(2)], folder)
    const metadata = JSON.parse(readFileSync(join(folder, 'target/generation_metadata.json'), 'utf8')).specs[0]
    seen.push({
      files: metadata.tables.map((table) => table.csv_sha256).join(),
      database: JSON.stringify(await inDatabase()),
    })
    const cells = [made.seconds.toFixed(1), made.processor.toFixed(1), made.megabytes.toFixed(0)]
    console.log(`| ${run} | ${metadata.rows} | ${cells.join(' | ')} | ${Math.round(metadata.rows / made.seconds)} |`)
  }
  const [one, two] = seen
  console.log(
    `\nchecksums: ${one.files === two.files ? 'the same' : 'DIFFERENT'}; rows in the server: ${one.database === two.database ? 'the same' : 'DIFFERENT'}`,
  )
  for (const [name, n] of Object.entries(JSON.parse(one.database))) console.log(`  ${name}: ${n.split(' ')[0]}`)
  for (const [what, query] of Object.entries(HOLDS)) console.log(`${what}: ${(await sql(query))[0].n}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
