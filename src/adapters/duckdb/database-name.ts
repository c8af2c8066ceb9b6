/**
 * The name of the database that DuckDB makes of a path: `memory` without a file, else the file's name up to its first dot
 * (`my.db.duckdb` is `my`).
 */
export function databaseName(path: string): string {
  if (path === ':memory:' || path === '') return 'memory'
  const base = path.split(/[\\/]/).at(-1) ?? path
  return base.replace(/^\.+/, '').split('.')[0] ?? base
}
