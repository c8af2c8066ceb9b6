import { createRuntime } from '../compile/index.ts'
import { TdbtError } from '../core/index.ts'
import type { CatalogOptions, CatalogRow } from './options.ts'
import { isEphemeral } from './plan.ts'
import { withConnection } from './run-state.ts'

/** Reads columns, types, owners and comments of all relations of the project's nodes and sources: what catalog.json is made of. */
export async function readCatalog(options: CatalogOptions): Promise<readonly CatalogRow[]> {
  const { project, invocation, engine, emit, selected } = options
  const runtime = createRuntime({
    project,
    invocation,
    engine,
    emit,
    selected: selected ?? new Set(),
    readSeed: async () => {
      throw new TdbtError('T0001', 'The catalog reads no seeds')
    },
    write: async () => undefined,
  })
  const wanted = new Set<string>()
  const schemas = new Map<string, Set<string>>()
  const add = (database: string | null, schema: string, identifier: string): void => {
    const name = database ?? project.target.database
    wanted.add(JSON.stringify([name, schema, identifier].map((part) => part.toLowerCase())))
    const known = schemas.get(name) ?? new Set<string>()
    known.add(schema)
    schemas.set(name, known)
  }
  for (const node of Object.values(project.manifest.nodes)) {
    if (selected !== undefined && !selected.has(node.unique_id)) continue
    if (!['model', 'seed', 'snapshot', 'test'].includes(node.resource_type) || isEphemeral(node)) continue
    add(node.database, node.schema, node.alias)
  }
  for (const source of Object.values(project.manifest.sources)) {
    if (selected !== undefined && !selected.has(source.unique_id)) continue
    add(source.database, source.schema, source.identifier)
  }
  const rows: CatalogRow[] = []
  await withConnection(runtime, { name: 'catalog', packageName: runtime.rootPackage, node: null }, async (scope) => {
    for (const [database, names] of schemas) {
      const sql = project.adapter.dialect.catalogSql(database, [...names])
      const result = await scope.connection.execute(sql, { autoBegin: false })
      for (const cells of result.rows) {
        const row: Record<string, string | number | null> = {}
        for (const [index, column] of result.columns.entries()) {
          const cell = cells[index] ?? null
          row[column.name] = cell === null || typeof cell === 'number' || typeof cell === 'string' ? cell : String(cell)
        }
        const key = [row['table_database'], row['table_schema'], row['table_name']]
        if (wanted.has(JSON.stringify(key.map((part) => String(part ?? '').toLowerCase())))) rows.push(row)
      }
    }
  })
  return rows
}
