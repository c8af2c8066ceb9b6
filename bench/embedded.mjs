// The demo on the embedded engine: one model of a warm project, and the whole build beside a Postgres server's. node bench/embedded.mjs
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeDatabase, middle, once, postgres, report, runs, scratch, tools } from './bench.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { host, port, user, password, database } = postgres
const access = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
const rows = []
const results = { build: [], one: [] }
const sides = [
  ['Postgres server', ['--target', 'postgres'], access],
  ['embedded, native', [], { TDBT_EMBEDDED_BACKEND: 'native' }],
  ['embedded, PGlite', [], { TDBT_EMBEDDED_BACKEND: 'pglite' }],
]
const folders = new Map()
await makeDatabase()
for (const [side, args, extra] of sides) {
  const folder = join(scratch, side.replace(/\W+/g, '_'))
  for (const name of ['project.yaml', 'models', 'macros', 'seeds', 'generate', 'tests/data'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  once(tools.tdbt, ['generate', ...args], folder, extra)
  once(tools.tdbt, ['build', ...args], folder, extra)
  folders.set(side, folder)
}
// In turns, so that whatever else the machine does meets all alike.
for (let index = 0; index < runs; index++) {
  for (const [side, args, extra] of sides) {
    const folder = folders.get(side)
    results.build.push([side, once(tools.tdbt, ['build', ...args], folder, extra)])
    results.one.push([side, once(tools.tdbt, ['run', '-s', 'customer_segments', ...args], folder, extra)])
  }
}
for (const [key, what] of [
  ['build', 'build of the demo'],
  ['one', 'run of one model, warm'],
]) {
  for (const [side] of sides) {
    const own = results[key].filter(([name]) => name === side).map(([, result]) => result)
    rows.push({ what, tool: side, ...middle(own) })
  }
}
report('The embedded engine', rows)
