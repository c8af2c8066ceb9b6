import type { QueryResult } from '../adapters/interface.ts'

/** How many rows an INSERT, UPDATE or DELETE changed: in the engine's response, or, as DuckDB has it, as its one row. */
export function changedRows({ response, rows }: QueryResult): number {
  const count = response.rows_affected ?? rows[0]?.[0]
  return typeof count === 'number' || typeof count === 'bigint' ? Number(count) : 0
}
