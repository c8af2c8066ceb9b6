// The commands that work in a Postgres server, beside dbt-core and the floor. node bench/database.mjs [run] [test] [build] [docs]
// (default: all of them; SIZES=1000 models)
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDatabase, middle, once, postgres, project, report, runs, sizes, sql, tools } from './bench.mjs'

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['run', 'test', 'build', 'docs']
const size = sizes[0]
const rows = []

/** Status, failures and message of each test in the run_results.json of a project. */
const results = []
function resultsOf(folder) {
  const { results } = JSON.parse(readFileSync(join(folder, 'target/run_results.json'), 'utf8'))
  return new Map(
    results.map(({ unique_id, status, failures, message }) => [unique_id, `${status} ${failures} ${message}`]),
  )
}

async function measure(what, tool, prepare, work) {
  const results = []
  for (let index = 0; index < runs; index++) {
    await prepare()
    results.push(work())
  }
  rows.push({ what, tool, ...middle(results) })
}

await makeDatabase()

const tdbtFolder = project('tdbt', size)
for (const [tool, command] of [
  ['tdbt', tools.tdbt],
  ['dbt-core', tools.dbt],
]) {
  if (!command) continue
  const schema = `bench_${tool.replace('-', '_')}`
  const folder = tool === 'tdbt' ? tdbtFolder : project(tool.replace('-', '_'), size)
  const empty = () => sql(`drop schema if exists "${schema}" cascade`)
  const seeded = async () => {
    await empty()
    once(command, ['seed'], folder)
  }
  const keep = async () => {}
  if (wanted.includes('build')) await measure(`build ${size}`, tool, empty, () => once(command, ['build'], folder))
  if (wanted.includes('run')) await measure(`run ${size}`, tool, seeded, () => once(command, ['run'], folder))
  else await seeded().then(() => once(command, ['run'], folder))
  if (wanted.includes('test')) {
    await measure(`test ${size}`, tool, keep, () => once(command, ['test'], folder))
    results.push([tool, resultsOf(folder)])
    if (tool === 'tdbt')
      await measure(`test ${size}`, 'tdbt --no-batch-tests', keep, () =>
        once(command, ['test', '--no-batch-tests'], folder),
      )
  }
  if (wanted.includes('docs'))
    await measure(`docs ${size}`, tool, keep, () => once(command, ['docs', 'generate'], folder))
}
if (wanted.includes('run')) {
  const floor = [process.execPath, fileURLToPath(new URL('floor.mjs', import.meta.url))]
  // One compile in the empty schema gives first-run SQL of the incremental models, too.
  const seeded = async () => {
    await sql('drop schema if exists bench_tdbt cascade')
    once(tools.tdbt, ['seed'], tdbtFolder)
  }
  await seeded()
  once(tools.tdbt, ['compile'], tdbtFolder)
  const manifest = join(tdbtFolder, 'target/manifest.json')
  const kept = join(tdbtFolder, 'floor.json')
  copyFileSync(manifest, kept)
  const { host, port, user, password, database } = postgres
  const access = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
  await measure(`run ${size}`, 'the floor', seeded, () => once(floor, [kept, 'bench_tdbt'], tdbtFolder, access))
}
if (results.length === 2) {
  const [[, ours], [, theirs]] = results
  const differ =
    [...theirs].filter(([id, result]) => ours.get(id) !== result).length + Math.abs(ours.size - theirs.size)
  console.log(`Results of ${theirs.size} tests: ${differ === 0 ? 'the same' : `${differ} differ`}\n`)
}
rows.sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : 0))
report('In the database', rows)
