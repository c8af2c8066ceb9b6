// Runs one dbt project under dbt-core and under tdbt, on one Postgres or on DuckDB, and prints what differs.
//
//   npm run conformance -- PROJECT_DIR [--engine duckdb] [--steps "seed;run;test"] [--show 10] [--record FILE | --check FILE] [--log]
//
// --setup FILE.sql makes what the project expects in its database, --env NAME=VALUE sets a variable for both ({database} in it: the name of
// that database). DBT names dbt-core's command (default: dbt), TDBT tdbt's (default: this checkout's), PG* the server. --record keeps
// dbt-core's side as data, of as many --runs as are asked for (2); --check compares with such a record and needs no
// dbt-core; --keep DIR keeps tdbt's target folder (for scripts/check-artifacts.py).
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { boardText, compareSides, stablePart } from './conformance/compare.mjs'
import { runSide, server } from './conformance/sides.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: 'build' },
    show: { type: 'string', default: '6' },
    record: { type: 'string' },
    check: { type: 'string' },
    packages: { type: 'string' },
    setup: { type: 'string' },
    engine: { type: 'string', default: 'postgres' },
    schema: { type: 'string', default: 'analytics' },
    runs: { type: 'string', default: '2' },
    env: { type: 'string', multiple: true, default: [] },
    keep: { type: 'string' },
    log: { type: 'boolean', default: false },
  },
})
const project = positionals[0]
if (!project) {
  console.error('usage: npm run conformance -- PROJECT_DIR [--steps "seed;run;test"] [--record FILE | --check FILE]')
  process.exit(2)
}
const root = fileURLToPath(new URL('..', import.meta.url))
const dbt = process.env.DBT ?? 'dbt'
const tdbt = process.env.TDBT ?? `"${process.execPath}" "${root}bin/tdbt.js"`
const common = {
  project,
  steps: values.steps.split(';').map((step) => step.trim()),
  where: server(process.env),
  packages: values.packages,
  setup: values.setup,
  engine: values.engine,
  schema: values.schema,
  env: Object.fromEntries(values.env.map((each) => [each.split('=', 1)[0], each.slice(each.indexOf('=') + 1)])),
}

/** dbt-core's runs differ in nothing but the order of Python's sets, which the seed of its hashes decides. */
async function referenceRuns() {
  const sides = []
  for (let seed = 0; seed < Number(values.runs); seed++)
    sides.push(await runSide({ ...common, tool: dbt, env: { ...common.env, PYTHONHASHSEED: String(seed) } }))
  return stablePart(...sides)
}
const reference = values.check ? JSON.parse(readFileSync(values.check, 'utf8')) : await referenceRuns()
if (values.record) {
  const { log: _, ...kept } = reference
  writeFileSync(values.record, `${JSON.stringify(kept, null, 1)}\n`)
  console.log(
    `recorded ${Object.keys(kept.nodes).length} nodes, ${Object.keys(kept.relations).length} relations, ${Object.keys(kept.status).length} results`,
  )
} else {
  const ours = await runSide({ ...common, tool: tdbt, keep: values.keep })
  const rows = compareSides(reference, ours)
  if (values.log || String(reference.codes) !== String(ours.codes))
    console.log(`--- tdbt said\n${ours.log.slice(-6000)}\n---`)
  console.log(boardText(rows, { show: Number(values.show), unstable: reference.unstable }))
  console.log(`dbt-core ${reference.seconds.toFixed(1)} s, tdbt ${ours.seconds.toFixed(1)} s`)
  process.exitCode = rows.every((row) => row.ok) ? 0 : 1
}
