import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import type { Cell, ResultColumn } from '../interface.ts'
import { cellOf, type ZoneOffset, zoneOffset } from './cell-values.ts'
import { cellKind, typeName } from './column-type.ts'

/** Columns and rows of a result, and whether they are of a query or only a count of changed rows. */
export interface ReadResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Reads a result to its end, or to so many rows. */
export async function readResult(result: DuckDBResult, zone: ZoneOffset, maxRows?: number): Promise<ReadResult> {
  const columns = result.columnNames().map((name, index): ResultColumn => {
    const type = result.columnType(index)
    const alias = result.columnLogicalType(index).alias
    return { name, type: alias ?? typeName(type), kind: cellKind(type) }
  })
  const rows: Cell[][] = []
  while (maxRows === undefined || rows.length < maxRows) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    const count = maxRows === undefined ? chunk.rowCount : Math.min(chunk.rowCount, maxRows - rows.length)
    const vectors = columns.map((_, index) => chunk.getColumnVector(index))
    for (let row = 0; row < count; row++) {
      rows.push(columns.map(({ kind }, index) => cellOf(vectors[index]?.getItem(row) ?? null, kind, zone)))
    }
  }
  return { columns, rows }
}

/** A connection to the database with what the sessions that have it must know. */
export interface Wire {
  readonly connection: DuckDBConnection
  zone: ZoneOffset
  alive: boolean
}

/** What the connection shows times with zones in. */
export async function zoneOf(connection: DuckDBConnection): Promise<ZoneOffset> {
  const reader = await connection.runAndReadAll(`select value from duckdb_settings() where name = 'TimeZone'`)
  return zoneOffset(String(reader.getRows()[0]?.[0] ?? 'UTC'))
}
