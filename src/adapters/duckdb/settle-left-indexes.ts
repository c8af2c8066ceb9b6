import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoteIdentifier } from './quote.ts'

const INDEXED = `select distinct schema_name, table_name from duckdb_indexes() where database_name = current_database()
union select schema_name, table_name from duckdb_constraints()
where database_name = current_database() and constraint_type in ('PRIMARY KEY', 'UNIQUE')`

/**
 * Has DuckDB read every index of a file whose last process was killed. It plays back what that one left in the write-ahead log without the
 * indexes, and where it closes the file before a statement needed them, they keep rows that are gone: from then on a key that is deleted and
 * inserted in one transaction is refused as a duplicate (seen with 1.5.5). An insert of no row reads them.
 */
export async function settleLeftIndexes(instance: DuckDBInstance): Promise<void> {
  const connection = await instance.connect()
  try {
    const tables = (await connection.runAndReadAll(INDEXED)).getRows()
    for (const [schema, table] of tables) await readIndexes(connection, String(schema), String(table))
  } finally {
    connection.disconnectSync()
  }
}

async function readIndexes(connection: DuckDBConnection, schema: string, table: string): Promise<void> {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  // A table that takes no such insert (generated columns) is left as it is.
  await connection.run(`insert into ${name} select * from ${name} where false`).catch(() => undefined)
}
