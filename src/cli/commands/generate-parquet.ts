import { dirname } from 'node:path'
import { loadAdapter } from '../../adapters/index.ts'
import type { Convert } from '../../generate/index.ts'

/** Names that DuckDB has not, or has with another meaning. */
const TYPES: Readonly<Record<string, string>> = {
  jsonb: 'json',
  money: 'decimal(18,2)',
  name: 'varchar',
  character: 'varchar',
}

/** A CSV file as Parquet, by a DuckDB in memory: it streams, with the types that the spec declares. */
export const csvToParquet: Convert = async (csvFile, columns, file) => {
  const adapter = await loadAdapter('duckdb')
  const { literal } = adapter.dialect
  const declared = {
    profileName: 'tdbt',
    targetName: 'parquet',
    type: 'duckdb',
    database: '',
    schema: 'main',
    threads: 1,
    credentials: { path: ':memory:' },
  }
  const target = adapter.completeTarget?.(declared) ?? declared
  await using engine = await adapter.open({
    target,
    projectRoot: dirname(file),
    env: {},
    emit: () => {},
    applicationName: 'tdbt',
  })
  const session = await engine.acquire('generate.parquet')
  try {
    const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(TYPES[type.toLowerCase()] ?? type)}`)
    const options = `header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false`
    await session.execute(
      `copy (select * from read_csv(${literal(csvFile)}, ${options}, columns = {${types.join(', ')}})) to ${literal(file)} (format parquet, compression zstd)`,
    )
  } finally {
    await session.release()
  }
}
