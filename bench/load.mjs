// Postgres → Postgres: 1.5 million rows of a table like order items by `tdbt load`, beside `psql -c 'COPY … TO STDOUT' | psql -c 'COPY … FROM STDIN'`,
// dlt and sling where they are installed. node bench/load.mjs
//
//   ROWS   default 1500000     RUNS   default 5; the tools take turns, the median counts
//   DLT    a Python that has dlt[postgres] and sqlalchemy      SLING   the binary of sling
//
// Both databases are in a server of its own (Debian's binaries), so that the processor time of server and client can be added up: on a machine that others
// use that is the figure that tells, the time from prompt to prompt does not.
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { once, runs, tools } from './bench.mjs'

const ROWS = Number(process.env.ROWS ?? 1_500_000)
const PORT = Number(process.env.BENCH_PORT ?? 54_329)
const TICKS = 100

const folder = mkdtempSync(join(tmpdir(), 'tdbt-bench-load-'))
chmodSync(folder, 0o755)
const bin = ['/usr/lib/postgresql']
  .flatMap((base) =>
    existsSync(base)
      ? readdirSync(base)
          .sort()
          .map((version) => join(base, version, 'bin'))
      : [],
  )
  .at(-1)
if (bin === undefined) throw new Error('This needs a Postgres below /usr/lib/postgresql.')

/** The server may not be root's. */
const isRoot = userInfo().uid === 0
const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
const owner = isRoot ? { uid: id('-u'), gid: id('-g') } : {}
const data = join(folder, 'data')
mkdirSync(data)
if (isRoot) chownSync(data, owner.uid, owner.gid)
const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
  ...owner,
  encoding: 'utf8',
})
if (made.status !== 0) throw new Error(made.stderr)
const server = spawn(
  join(bin, 'postgres'),
  [
    '-D',
    data,
    '-p',
    String(PORT),
    '-k',
    data,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'shared_buffers=256MB',
    '-c',
    'max_wal_size=4GB',
    '-c',
    'autovacuum=off',
  ],
  { ...owner, stdio: 'ignore' },
)
// The server ends with us, not we with the server.
server.unref()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
process.on('exit', () => {
  server.kill('SIGINT')
  rmSync(folder, { recursive: true, force: true })
})

const psqlArgs = ['-h', '127.0.0.1', '-p', String(PORT), '-U', 'postgres', '-X', '-q']
function sql(text, database = 'postgres') {
  const result = spawnSync('psql', [...psqlArgs, '-d', database, '-At', '-v', 'ON_ERROR_STOP=1', '-c', text], {
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(result.stderr)
  return result.stdout.trim()
}

/** Processor seconds of the server's finished backends. */
function serverSeconds() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

for (let attempt = 0; ; attempt++) {
  try {
    sql('select 1')
    break
  } catch (error) {
    if (attempt > 50) throw error
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
sql('create database shop')
sql('create database warehouse')
const COLUMNS =
  'order_item_id integer, order_id integer, product_id integer, quantity integer, unit_price numeric(10,2), total numeric(12,2), created_at timestamp, updated_at timestamptz, note text'
sql(
  `create table order_items (${COLUMNS});
   insert into order_items select i, i / 3, i % 50000, 1 + i % 5, (i * 37::bigint) % 10000 / 100.0, (i * 37::bigint) % 10000 / 100.0 * (1 + i % 5),
     timestamp '2024-01-01' + i * interval '20 second', timestamptz '2024-01-01 00:00:00+00' + i * interval '20 second', 'note number ' || i
   from generate_series(1, ${ROWS}) i;
   analyze order_items; checkpoint`,
  'shop',
)
sql(`create schema bronze; create table bronze.by_psql (${COLUMNS})`, 'warehouse')

const connection = { type: 'postgres', host: '127.0.0.1', port: PORT, user: 'postgres', password: '' }
mkdirSync(join(folder, 'project/models'), { recursive: true })
writeFileSync(
  join(folder, 'project/project.yaml'),
  `name: bench\ntargets: {dev: ${JSON.stringify({ ...connection, dbname: 'warehouse', schema: 'gold' })}}\nconnections: {shop: ${JSON.stringify({ ...connection, dbname: 'shop', schema: 'public' })}}\n`,
)
writeFileSync(
  join(folder, 'project/models/sources.yml'),
  'sources: [{name: shop, schema: bronze, tables: [{name: order_items, load: {from: shop}}]}]\n',
)
const url = (database) => `postgresql://postgres:none@127.0.0.1:${PORT}/${database}`
writeFileSync(
  join(folder, 'by_dlt.py'),
  `import dlt
from dlt.sources.sql_database import sql_table
p = dlt.pipeline('bench', destination=dlt.destinations.postgres('${url('warehouse')}'), dataset_name='by_dlt', pipelines_dir='${folder}/dlt')
print(p.run(sql_table(credentials='${url('shop').replace('postgresql:', 'postgresql+psycopg2:')}', table='order_items', backend='pyarrow', chunk_size=100000), write_disposition='replace'))
`,
)

const shell = (text) => () => once(['sh', '-c'], [text], folder)
const psql = (database, text) => `psql ${psqlArgs.join(' ')} -d ${database} -c "${text}"`
const tasks = [
  {
    tool: 'psql | psql',
    empty: () => sql('truncate bronze.by_psql', 'warehouse'),
    run: shell(
      `${psql('shop', 'COPY order_items TO STDOUT')} | ${psql('warehouse', 'COPY bronze.by_psql FROM STDIN')}`,
    ),
    table: 'bronze.by_psql',
  },
  {
    tool: 'tdbt load',
    empty: () =>
      sql(
        'drop schema if exists bronze cascade; create schema bronze; create table bronze.by_psql ()'.replace(
          '()',
          `(${COLUMNS})`,
        ),
        'warehouse',
      ),
    run: () => once(tools.tdbt, ['load', '--quiet'], join(folder, 'project')),
    table: 'bronze.order_items',
  },
  ...(process.env.SLING
    ? [
        {
          tool: 'sling',
          empty: () => sql('drop schema if exists by_sling cascade', 'warehouse'),
          run: () =>
            once(
              [process.env.SLING],
              [
                'run',
                '--src-conn',
                `${url('shop')}?sslmode=disable`,
                '--src-stream',
                'public.order_items',
                '--tgt-conn',
                `${url('warehouse')}?sslmode=disable`,
                '--tgt-object',
                'by_sling.order_items',
                '--mode',
                'full-refresh',
              ],
              folder,
              { SLING_DISABLE_TELEMETRY: 'true' },
            ),
          table: 'by_sling.order_items',
        },
      ]
    : []),
  ...(process.env.DLT
    ? [
        {
          tool: 'dlt',
          empty: () => sql('drop schema if exists by_dlt cascade', 'warehouse'),
          run: () =>
            once([process.env.DLT], [join(folder, 'by_dlt.py')], folder, { RUNTIME__DLTHUB_TELEMETRY: 'false' }),
          table: 'by_dlt.order_items',
        },
      ]
    : []),
]

const results = new Map(tasks.map(({ tool }) => [tool, []]))
for (let index = 0; index < runs; index++) {
  for (const { tool, empty, run, table } of tasks) {
    empty()
    sql('checkpoint')
    const before = serverSeconds()
    const result = run()
    // Backends end a moment after their clients.
    await new Promise((resolve) => setTimeout(resolve, 300))
    results.get(tool).push({ ...result, whole: result.processor + serverSeconds() - before })
    const found = Number(sql(`select count(*) from ${table}`, 'warehouse'))
    if (found !== ROWS) throw new Error(`${tool}: ${found} rows of ${ROWS}`)
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const figures = [...results].map(([tool, all]) => ({
  tool,
  seconds: median(all.map(({ seconds }) => seconds)),
  client: median(all.map(({ processor }) => processor)),
  whole: median(all.map(({ whole }) => whole)),
  megabytes: Math.max(...all.map(({ megabytes }) => megabytes)),
}))
const [base] = figures
console.log(`${ROWS.toLocaleString('en')} rows, ${runs} runs in turn, medians\n`)
console.log(
  '| tool | prompt to prompt, s | × psql | processor of client and server, s | × psql | of the client, s | peak MB |',
)
console.log('|---|---|---|---|---|---|---|')
for (const { tool, seconds, client, whole, megabytes } of figures) {
  console.log(
    `| ${tool.replace('|', '\\|')} | ${seconds.toFixed(2)} | ${(seconds / base.seconds).toFixed(2)} | ${whole.toFixed(2)} | ${(whole / base.whole).toFixed(2)} | ${client.toFixed(2)} | ${megabytes.toFixed(0)} |`,
  )
}
