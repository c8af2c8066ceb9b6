import type { Engine } from '../adapters/interface.ts'
import { encodeCopyText } from './copy-text.ts'
import type { GeneratedTable } from './generate.ts'

export interface WrittenTable {
  readonly name: string
  readonly rows: number
}

/**
 * Writes generated tables into an engine's schema, each in one transaction: a reader sees the old rows or the new. The table is
 * loaded under a name of its own and then takes the place of the old one; views that hang on the old one are kept by swapping
 * rows instead of tables when the columns did not change.
 */
export async function writeTables(
  engine: Engine,
  schema: string,
  tables: readonly GeneratedTable[],
  options: {
    readonly signal?: AbortSignal
    readonly onProgress?: (table: string, rows: number, total: number) => void
  } = {},
): Promise<readonly WrittenTable[]> {
  const { dialect } = engine.adapter
  await using session = await disposable(engine.acquire(`generate.${schema}`, options.signal))
  await session.value.execute(`create schema if not exists ${dialect.quote(schema)}`)
  const written: WrittenTable[] = []
  for (const table of tables) {
    const target = `${dialect.quote(schema)}.${dialect.quote(table.spec.name)}`
    const columns = table.spec.columns.map((column) => `${dialect.quote(column.name)} ${column.type}`).join(', ')
    const names = table.spec.columns.map((column) => dialect.quote(column.name)).join(', ')
    await session.value.begin()
    try {
      const same = await hasColumns(session.value, schema, table)
      if (same) await session.value.execute(`truncate ${target}`)
      else {
        await session.value.execute(`drop table if exists ${target} cascade`)
        await session.value.execute(`create table ${target} (${columns})`)
      }
      const rows = await session.value.copyFrom(
        `copy ${target} (${names}) from stdin`,
        chunks(table, options.signal, (count) => options.onProgress?.(table.spec.name, count, table.rowCount)),
      )
      await session.value.commit()
      await session.value.execute(`analyze ${target}`)
      written.push({ name: table.spec.name, rows })
    } catch (error) {
      await session.value.rollback()
      throw error
    }
  }
  return written
}

function* chunks(
  table: GeneratedTable,
  signal: AbortSignal | undefined,
  progress: (rows: number) => void,
): Generator<Uint8Array> {
  let count = 0
  for (const batch of table.batches()) {
    signal?.throwIfAborted()
    yield encodeCopyText(batch)
    count += batch.length
    progress(count)
  }
}

async function hasColumns(
  session: Awaited<ReturnType<Engine['acquire']>>,
  schema: string,
  table: GeneratedTable,
): Promise<boolean> {
  const found = await session.query(
    `select a.attname, format_type(a.atttypid, a.atttypmod)
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [schema, table.spec.name],
  )
  const there = found.rows.map((row) => `${String(row[0])} ${canonicalType(String(row[1]))}`)
  const wanted = table.spec.columns.map((column) => `${column.name} ${canonicalType(column.type)}`)
  return there.length > 0 && there.join(', ') === wanted.join(', ')
}

function canonicalType(type: string): string {
  return type.toLowerCase().replace('character varying', 'varchar').replace(/\s+/g, '')
}

async function disposable<T extends { release(): Promise<void> }>(
  opening: Promise<T>,
): Promise<{ readonly value: T } & AsyncDisposable> {
  const value = await opening
  return { value, [Symbol.asyncDispose]: () => value.release() }
}
