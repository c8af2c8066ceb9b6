// What the benchmarks share: the folder, the tools found, timing of whole processes, the table.
//
//   TDBT     path of bin/tdbt.js (default: this repository's; `npm run build` first)      DBT   dbt-core 1.x's `dbt`, if it is to be measured
//   DBT_RUST dbt Core v2's `dbt`, for parse alone      RUNS  runs of each thing, default 5; the median counts
//   PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE: a Postgres for the benchmarks that run SQL (defaults 127.0.0.1, 5432, postgres, '', tdbt_bench)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeSyntheticProject } from './synthetic-project.mjs'

const { env } = process
export const runs = Number(env.RUNS ?? 5)
export const sizes = (env.SIZES ?? '1000,5000').split(',').map(Number)
export const postgres = {
  host: env.PGHOST ?? '127.0.0.1',
  port: Number(env.PGPORT ?? 5432),
  user: env.PGUSER ?? 'postgres',
  password: env.PGPASSWORD ?? '',
  database: env.PGDATABASE ?? 'tdbt_bench',
}
const here = fileURLToPath(new URL('..', import.meta.url))
export const tools = {
  tdbt: [process.execPath, env.TDBT ?? join(here, 'bin/tdbt.js')],
  dbt: env.DBT ? [env.DBT] : undefined,
  rust: env.DBT_RUST ? [env.DBT_RUST] : undefined,
}

const folder = mkdtempSync(join(tmpdir(), 'tdbt-bench-'))
/** A folder that is gone when the benchmark ends. */
export const scratch = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** A synthetic project in a folder of its own. */
export function project(name, count, options = {}) {
  const path = join(folder, name)
  writeSyntheticProject(path, count, { ...postgres, schema: `bench_${name}`, ...options })
  return path
}

/** Runs a process to its end: seconds from prompt to prompt, processor seconds and peak memory of the process. Throws when it fails. */
export function once(command, args, cwd, extra = {}) {
  const [file, ...first] = command
  const started = process.hrtime.bigint()
  const result = spawnSync('/usr/bin/time', ['-f', '%U %S %M', '-o', join(folder, 'time'), file, ...first, ...args], {
    cwd,
    env: { ...env, DBT_PROFILES_DIR: cwd, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', ...extra },
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  if (result.status !== 0) {
    throw new Error(
      `${file} ${args.join(' ')} ended with ${result.status}\n${result.stdout.slice(-2000)}\n${result.stderr.slice(-2000)}`,
    )
  }
  const [user = 0, system = 0, kilobytes = 0] = readFileSync(join(folder, 'time'), 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number)
  return { seconds, processor: user + system, megabytes: kilobytes / 1024, stdout: result.stdout }
}

/** The median of each figure. */
export function middle(results) {
  const of = (key) => results.map((item) => item[key]).sort((a, b) => a - b)[Math.floor(results.length / 2)]
  return { seconds: of('seconds'), processor: of('processor'), megabytes: of('megabytes') }
}

/** The median of `runs` runs, with `before` ahead of each. */
export function median(work, before = () => {}) {
  const results = []
  for (let index = 0; index < runs; index++) {
    before()
    results.push(work())
  }
  return middle(results)
}

/** Prints rows of {what, tool, seconds, processor, megabytes}; ratios are to the first row of the same `what`. */
export function report(title, rows) {
  const version = (command) =>
    command ? once(command, ['--version'], folder).stdout.match(/\d+\.\d+\.\d+\S*/)?.[0] : 'not measured'
  console.log(`# ${title}`)
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}, medians of ${runs}`,
  )
  console.log(`tdbt ${version(tools.tdbt)}, dbt-core ${version(tools.dbt)}, dbt (Rust) ${version(tools.rust)}\n`)
  console.log(
    '| what | tool | seconds | processor s | peak MB | times tdbt (wall) | times tdbt (processor) |\n|---|---|--:|--:|--:|--:|--:|',
  )
  for (const row of rows) {
    const base = rows.find((other) => other.what === row.what) ?? row
    const cells = [row.seconds.toFixed(3), row.processor.toFixed(2), row.megabytes.toFixed(0)]
    const ratios = [row.seconds / base.seconds, row.processor / base.processor].map((ratio) => `${ratio.toFixed(1)}×`)
    console.log(`| ${row.what} | ${row.tool} | ${[...cells, ...ratios].join(' | ')} |`)
  }
}

/** Runs statements on the Postgres of the `PG…` variables. */
export async function sql(text, database = postgres.database) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ ...postgres, database })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

/** Makes the benchmarks' database where there is none. */
export async function makeDatabase() {
  const there = await sql(`select 1 from pg_database where datname = '${postgres.database}'`, 'postgres')
  if (there.rowCount === 0) await sql(`create database "${postgres.database}"`, 'postgres')
}
