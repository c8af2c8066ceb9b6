// A DuckDB file of one side of a comparison: made new, described, looked into.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const quote = (name) => `"${name.replaceAll('"', '""')}"`
/** One name for both sides, since DuckDB names the database after its file. */
const NAME = 'conformance'

/** What runSide asks of an engine: a database of its own under `top`. */
export async function duckdbPlace({ top, schema, threads, options = {} }) {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const path = join(top, `${NAME}.duckdb`)
  async function withConnection(work) {
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    try {
      return await work(connection)
    } finally {
      connection.disconnectSync()
      instance.closeSync()
    }
  }
  return {
    database: NAME,
    output: { type: 'duckdb', path, ...(schema === 'main' ? {} : { schema }), threads, ...options },
    same: (text) => text.replaceAll(top, 'TOP'),
    setup: (file) => withConnection((connection) => connection.run(readFileSync(resolve(file), 'utf8'))),
    relations: (same) => withConnection((connection) => relationsOf(connection, same)),
    remove: async () => {},
  }
}

async function relationsOf(connection, same) {
  const rowsOf = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson()
  const relations = {}
  const listed = await rowsOf(
    `select table_schema, table_name, table_type from information_schema.tables
      where table_catalog = '${NAME}' and table_type <> 'LOCAL TEMPORARY' order by 1, 2`,
  )
  for (const [schema, name, kind] of listed) {
    const quoted = `${quote(schema)}.${quote(name)}`
    const columns = (await rowsOf(`describe ${quoted}`).catch(() => [])).map(([column, type]) => [column, type])
    const [[indexes]] = await rowsOf(
      `select count(*)::int from duckdb_indexes() where schema_name = '${schema}' and table_name = '${name.replaceAll("'", "''")}'`,
    )
    const hash = createHash('md5')
    let count = 0
    try {
      const data = await rowsOf(`select t::varchar from (from ${quoted}) t order by 1`)
      for (const [row] of data) hash.update(same(row ?? ''))
      count = data.length
    } catch {
      hash.update('unreadable')
    }
    relations[`${schema}.${name}`] = {
      shape: JSON.stringify([kind, columns, indexes]),
      rows: count,
      hash: hash.digest('hex'),
    }
  }
  return relations
}
