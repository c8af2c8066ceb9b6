import type { Engine, Session } from '../adapters/interface.ts'
import type { ChunkSource } from './chunks.ts'
import type { GeneratedTable } from './generate.ts'
import { type Tally, tallied, type WrittenTable } from './tally.ts'

/**
 * Writes generated tables into an engine's schema, each in one transaction: a reader sees the old rows or the new. Where the
 * table is there with the same columns its rows are replaced and the views on it stay; else it is made anew.
 */
export async function writeTables(
  engine: Engine,
  schema: string,
  tables: readonly GeneratedTable[],
  source: ChunkSource,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((rows: number) => void) | undefined
    /** Told what goes with a table whose columns have changed. */
    readonly onWarning?: ((message: string) => void) | undefined
  } = {},
): Promise<readonly WrittenTable[]> {
  const session = await engine.acquire(`generate.${schema}`, options.signal)
  try {
    const { quote } = engine.adapter.dialect
    await session.execute(`create schema if not exists ${quote(schema)}`)
    const there = await existingTables(engine, session, schema)
    const written: WrittenTable[] = []
    for (const [index, table] of tables.entries()) {
      written.push(await writeTable(engine, session, schema, table, { index, source, there, ...options }))
    }
    return written
  } finally {
    await session.release()
  }
}

async function writeTable(
  engine: Engine,
  session: Session,
  schema: string,
  table: GeneratedTable,
  options: {
    readonly index: number
    readonly source: ChunkSource
    readonly there: ReadonlySet<string>
    readonly onProgress?: ((rows: number) => void) | undefined
    readonly onWarning?: ((message: string) => void) | undefined
  },
): Promise<WrittenTable> {
  const { quote } = engine.adapter.dialect
  const name = table.spec.name
  const target = `${quote(schema)}.${quote(name)}`
  const same = options.there.has(name) && (await hasColumns(session, target, table))
  const tally: Tally = { rows: 0, bytes: 0, sha256: '' }
  await session.begin()
  try {
    if (same) await session.execute(`truncate ${target}`)
    else {
      if (options.there.has(name)) {
        const lost = await dependents(engine, session, schema, name)
        await session.execute(`drop table ${target} cascade`)
        if (lost.length > 0)
          options.onWarning?.(`The columns of ${schema}.${name} have changed: dropped ${lost.join(', ')}`)
      }
      const columns = table.columns.map((column) => `${quote(column.name)} ${column.type}`)
      await session.execute(`create table ${target} (${columns.join(', ')})`)
    }
    const names = table.columns.map((column) => quote(column.name)).join(', ')
    await session.copyFrom(
      `copy ${target} (${names}) from stdin with (format csv)`,
      tallied(options.source.chunks(options.index), tally, options.onProgress),
    )
    await session.commit()
  } catch (error) {
    await session.rollback()
    throw error
  }
  await session.execute(`analyze ${target}`)
  return { name, ...tally, files: [] }
}

/** Names of the schema's tables (not of its views: those are in the way, and the engine says so). */
async function existingTables(engine: Engine, session: Session, schema: string): Promise<ReadonlySet<string>> {
  const database = await session.execute('select current_database()')
  const listed = await session.execute(
    engine.adapter.dialect.listRelationsSql(String(database.rows[0]?.[0] ?? ''), [schema]),
  )
  const at = (name: string): number => listed.columns.findIndex((column) => column.name === name)
  return new Set(listed.rows.flatMap((row) => (row[at('type')] === 'table' ? [String(row[at('name')])] : [])))
}

/** What hangs on a table and is dropped with it: `view big`. */
async function dependents(engine: Engine, session: Session, schema: string, name: string): Promise<readonly string[]> {
  const { dependentsSql } = engine.adapter.dialect
  if (!dependentsSql) return []
  const { rows } = await session.execute(dependentsSql(schema, name))
  return rows.map(([what, type]) => `${String(type)} ${String(what)}`)
}

async function hasColumns(session: Session, target: string, table: GeneratedTable): Promise<boolean> {
  const found = await session.execute(`select * from ${target} limit 0`)
  const there = found.columns.map((column) => `${column.name} ${canonicalType(column.type)}`)
  return there.join(', ') === table.columns.map((column) => `${column.name} ${canonicalType(column.type)}`).join(', ')
}

/** A type's name without its synonyms: engines answer `character varying` to `varchar`. */
function canonicalType(type: string): string {
  return type
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace('charactervarying', 'varchar')
    .replace(/^decimal/, 'numeric')
    .replace(/^(?:int|int4)$/, 'integer')
    .replace(/^int8$/, 'bigint')
    .replace(/^bool$/, 'boolean')
    .replace('timestampwithouttimezone', 'timestamp')
    .replace('timestampwithtimezone', 'timestamptz')
}
