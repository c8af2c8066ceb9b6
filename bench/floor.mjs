// The floor of `run`: the compiled models of a manifest.json executed straight through pg over 4 connections, parents first.
// node bench/floor.mjs MANIFEST SCHEMA   (PG… variables as in bench.mjs)
import { readFileSync } from 'node:fs'
import pg from 'pg'

const [manifestFile = '', schema = ''] = process.argv.slice(2)
const { nodes } = JSON.parse(readFileSync(manifestFile, 'utf8'))
const models = new Map(Object.entries(nodes).filter(([, node]) => node.resource_type === 'model'))
const waits = new Map(
  [...models].map(([id, node]) => [id, new Set(node.depends_on.nodes.filter((parent) => models.has(parent)))]),
)
const children = new Map([...models.keys()].map((id) => [id, []]))
for (const [id, parents] of waits) for (const parent of parents) children.get(parent)?.push(id)
const ready = [...waits].filter(([, parents]) => parents.size === 0).map(([id]) => id)
const connect = async () => {
  const { PGHOST: host, PGPORT: port, PGUSER: user, PGPASSWORD: password, PGDATABASE: database } = process.env
  const client = new pg.Client({ host, port: Number(port), user, password, database })
  await client.connect()
  return client
}
let running = 0
async function work(client) {
  for (;;) {
    const id = ready.pop()
    if (id === undefined) {
      if (running === 0) return
      await new Promise((done) => setImmediate(done))
      continue
    }
    running++
    const { config, alias, compiled_code: sql } = models.get(id)
    await client.query(`create ${config.materialized === 'view' ? 'view' : 'table'} "${schema}"."${alias}" as ${sql}`)
    running--
    for (const child of children.get(id) ?? []) {
      const parents = waits.get(child)
      parents?.delete(id)
      if (parents?.size === 0) ready.push(child)
    }
  }
}
const clients = await Promise.all([1, 2, 3, 4].map(connect))
await Promise.all(clients.map(work))
await Promise.all(clients.map((client) => client.end()))
