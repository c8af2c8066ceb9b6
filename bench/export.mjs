// Postgres → Parquet: 1.5 million rows of a table like order items by `tdbt export`, beside DuckDB's own two ways: its postgres extension, and reading what
// `psql -c 'COPY … TO STDOUT'` sends through a named pipe. node bench/export.mjs
//
//   ROWS   default 1500000     RUNS   default 5; the tools take turns, the median counts
//   TDBT_DUCKDB_EXTENSIONS   folder with postgres_scanner.duckdb_extension (else it is fetched from PyPI, else left out)
//   PYTHON   a Python that has pyarrow: reads each file back
//
// The server is one of its own, so that the processor time of server and client can be added up: on a machine that others use that is the figure that
// tells, the time from prompt to prompt does not.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { middle, once, runs, tools } from './bench.mjs'

const ROWS = Number(process.env.ROWS ?? 1_500_000)
const TICKS = 100
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'tdbt-bench-export-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The tests' own helpers; they are TypeScript, so they are bundled first. */
async function support(name) {
  const outfile = join(root, `node_modules/.cache/tdbt/${name}.mjs`)
  const entryPoints = [join(root, `tests/support/${name}.ts`)]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return await import(pathToFileURL(outfile).href)
}

delete process.env.TDBT_TEST_POSTGRES
const server = await (await support('postgres-server')).startTestPostgres()
const extension = await (await support('duckdb-extensions')).duckdbExtensions()
if (extension.missing) console.log(`Without DuckDB's postgres extension: ${extension.missing}`)

/** Processor seconds of the server's finished backends. */
function serverSeconds() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

const database = await server.createDatabase('bench')
await server.query(
  `create table order_items as select i as order_item_id, i / 3 as order_id, i % 50000 as product_id, 1 + i % 5 as quantity,
     ((i * 37::bigint) % 10000 / 100.0)::numeric(10,2) as unit_price, ((i * 37::bigint) % 10000 / 100.0 * (1 + i % 5))::numeric(12,2) as total,
     timestamp '2024-01-01' + i * interval '20 second' as created_at, timestamptz '2024-01-01 00:00:00+00' + i * interval '20 second' as updated_at,
     case when i % 17 = 0 then null else 'note number ' || i end as note
   from generate_series(1, ${ROWS}) i`,
  database,
)
await server.query('vacuum analyze order_items', database)

mkdirSync(join(folder, 'models'))
const { host, port, user, password } = server
writeFileSync(
  join(folder, 'project.yaml'),
  `name: bench\ntargets: {dev: ${JSON.stringify({ type: 'postgres', host, port, user, password, dbname: database, schema: 'public' })}}\n`,
)
writeFileSync(
  join(folder, 'models/sources.yml'),
  'sources: [{name: shop, schema: public, tables: [{name: order_items}]}]\n',
)

const TYPES = {
  order_item_id: 'INTEGER',
  order_id: 'INTEGER',
  product_id: 'INTEGER',
  quantity: 'INTEGER',
  unit_price: 'DECIMAL(10,2)',
  total: 'DECIMAL(12,2)',
  created_at: 'TIMESTAMP',
  updated_at: 'TIMESTAMPTZ',
  note: 'VARCHAR',
}
const duckdb = (name, statements) => {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve('@duckdb/node-api'))}
const connection = await (await DuckDBInstance.create(':memory:')).connect()
for (const sql of ${JSON.stringify(statements)}) await connection.run(sql)
`,
  )
  return [process.execPath, file]
}
const parquet = (name) => join(folder, name, 'order_items.parquet')
const options = '(format parquet, compression zstd)'
const pipe = join(folder, 'pipe.csv')
const columns = JSON.stringify(TYPES).replaceAll('"', "'")
const stream = duckdb('stream', [
  `copy (select * from read_csv('${pipe}', columns = ${columns}, header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '\\N', allow_quoted_nulls = false)) to '${parquet('stream')}' ${options}`,
])
const access = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
const exported = (name) => [
  ['export', '-s', 'source:shop.order_items', '--format', 'parquet', '--to', `${name}/`, '--quiet'],
]
const tasks = [
  {
    tool: 'psql | DuckDB',
    name: 'stream',
    run: () =>
      once(
        ['sh', '-c'],
        [`psql -X -q -c "copy order_items to stdout (format csv, null '\\\\N')" > ${pipe} & exec ${stream.join(' ')}`],
        folder,
        access,
      ),
  },
  {
    tool: 'tdbt export, stream',
    name: 'tdbt-stream',
    run: () => once(tools.tdbt, ...exported('tdbt-stream'), folder, { TDBT_DUCKDB_EXTENSIONS: 'none' }),
  },
]
if (extension.folder) {
  const attached = duckdb('extension', [
    `load '${join(extension.folder, 'postgres_scanner.duckdb_extension')}'`,
    `attach 'host=${host} port=${port} user=${user} password=${password} dbname=${database}' as pg (type postgres, read_only)`,
    `copy (select * from pg.public.order_items) to '${parquet('extension')}' ${options}`,
  ])
  tasks.unshift(
    { tool: "DuckDB's extension", name: 'extension', run: () => once(attached, [], folder) },
    {
      tool: 'tdbt export, extension',
      name: 'tdbt-extension',
      run: () => once(tools.tdbt, ...exported('tdbt-extension'), folder, { TDBT_DUCKDB_EXTENSIONS: extension.folder }),
    },
  )
}
spawnSync('mkfifo', [pipe])
for (const task of tasks) mkdirSync(join(folder, task.name))

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
for (let turn = 0; turn < runs; turn++) {
  for (const task of tasks) {
    const before = serverSeconds()
    const result = task.run()
    // The server counts a backend when it has gone.
    await pause(300)
    const all = result.processor + serverSeconds() - before
    task.results = [...(task.results ?? []), { ...result, client: result.processor, processor: all }]
  }
}

/** What a file holds, in one line. */
function contents(file) {
  const script = `import sys, pyarrow.compute as pc, pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print(t.num_rows, [str(f.type) for f in t.schema], pc.sum(t['order_id']), pc.sum(t['total']), t['note'].null_count, pc.min_max(t['updated_at']))`
  const found = spawnSync(process.env.PYTHON, ['-c', script, file], { encoding: 'utf8' })
  if (found.status !== 0) throw new Error(found.stderr)
  return found.stdout.trim()
}
if (process.env.PYTHON) {
  const seen = tasks.map((task) => contents(parquet(task.name)))
  if (new Set(seen).size !== 1) throw new Error(`The files differ:\n${seen.join('\n')}`)
  console.log(`All files, read by pyarrow: ${seen[0]}`)
}

const best = Object.fromEntries(tasks.map((task) => [task.name, { ...middle(task.results), results: task.results }]))
console.log(
  `\nPostgres → Parquet (zstd), ${ROWS.toLocaleString('en')} rows, ${server.label}, median of ${runs}; processor seconds of client and server together\n`,
)
console.log(
  `${'tool'.padEnd(24)}${'seconds'.padStart(9)}${'processor'.padStart(11)}${'MB'.padStart(7)}   to DuckDB's own way`,
)
for (const task of tasks) {
  const { seconds, processor, megabytes } = best[task.name]
  const own = best[{ 'tdbt-extension': 'extension', 'tdbt-stream': 'stream' }[task.name] ?? task.name]
  console.log(
    `${task.tool.padEnd(24)}${seconds.toFixed(2).padStart(9)}${processor.toFixed(2).padStart(11)}${megabytes.toFixed(0).padStart(7)}   ${(processor / own.processor).toFixed(2)}× processor, ${(seconds / own.seconds).toFixed(2)}× time`,
  )
}
await server.stop()
