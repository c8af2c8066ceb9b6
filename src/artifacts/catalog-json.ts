import { join } from 'node:path'
import type { Json, JsonObject, Manifest } from '../core/index.ts'
import type { CatalogInput } from './inputs.ts'
import { artifactMetadata } from './metadata.ts'
import { writeText } from './write-text.ts'

type Row = CatalogInput['rows'][number]

/**
 * catalog.json v1: the relations of the rows that are nodes or sources of the manifest, with their columns and statistics.
 * Names are compared without regard to case, as dbt does; columns come in the order of their index.
 */
export function catalogJson({ manifest, rows, invocation, errors }: CatalogInput): JsonObject {
  const tables = new Map<string, Row[]>()
  for (const row of rows) {
    const key = relationKey(row['table_database'], row['table_schema'], row['table_name'])
    const known = tables.get(key)
    if (known === undefined) tables.set(key, [row])
    else known.push(row)
  }
  const pick = (targets: readonly (readonly [id: string, key: string])[]): JsonObject => {
    const out: Record<string, Json> = {}
    for (const [id, key] of [...targets].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const found = tables.get(key)
      if (found !== undefined) out[id] = table(id, found)
    }
    return out
  }
  return {
    metadata: artifactMetadata('catalog', 1, invocation),
    nodes: pick(nodeKeys(manifest)),
    sources: pick(
      Object.entries(manifest.sources).map(([id, source]) => [
        id,
        relationKey(source.database, source.schema, source.identifier),
      ]),
    ),
    errors: errors === undefined || errors === null || errors.length === 0 ? null : [...errors],
  }
}

/** Writes target/catalog.json. Throws T7002. */
export async function writeCatalog(targetDir: string, input: CatalogInput): Promise<void> {
  await writeText(join(targetDir, 'catalog.json'), JSON.stringify(catalogJson(input)))
}

function nodeKeys(manifest: Manifest): readonly (readonly [string, string])[] {
  return Object.entries(manifest.nodes)
    .filter(([, node]) => ['model', 'seed', 'snapshot', 'test'].includes(node.resource_type))
    .filter(([, node]) => node.config.materialized !== 'ephemeral')
    .map(([id, node]) => [id, relationKey(node.database, node.schema, node.alias)])
}

function relationKey(database: Json | undefined, schema: Json | undefined, name: Json | undefined): string {
  return JSON.stringify([database, schema, name].map((part) => String(part ?? '').toLowerCase()))
}

function table(id: string, rows: readonly Row[]): JsonObject {
  const [first] = rows
  const columns = [...rows]
    .filter((row) => row['column_name'] !== null && row['column_name'] !== undefined)
    .sort((a, b) => Number(a['column_index']) - Number(b['column_index']))
    .map((row) => ({
      type: row['column_type'] ?? '',
      index: Number(row['column_index']),
      name: String(row['column_name']),
      comment: row['column_comment'] ?? null,
    }))
  return {
    metadata: {
      type: first?.['table_type'] ?? '',
      schema: first?.['table_schema'] ?? '',
      name: first?.['table_name'] ?? '',
      database: first?.['table_database'] ?? null,
      comment: first?.['table_comment'] ?? null,
      owner: first?.['table_owner'] ?? null,
    },
    columns: Object.fromEntries(columns.map((column) => [column.name, column])),
    stats: statistics(first ?? {}),
    unique_id: id,
  }
}

/** Columns `stats:<key>:label|value|description|include` of the catalog query become entries by key; dbt always has `has_stats`. */
function statistics(row: Row): JsonObject {
  const keys = new Set<string>()
  for (const name of Object.keys(row)) {
    const match = /^stats:(.+):include$/.exec(name)
    if (match?.[1] !== undefined) keys.add(match[1])
  }
  const found: Record<string, Json> = {}
  for (const key of [...keys].sort()) {
    const include = row[`stats:${key}:include`]
    if (include === null || include === undefined || include === 0 || include === 'false') continue
    found[key] = {
      id: key,
      label: row[`stats:${key}:label`] ?? key,
      value: row[`stats:${key}:value`] ?? null,
      include: true,
      description: row[`stats:${key}:description`] ?? null,
    }
  }
  return {
    ...found,
    has_stats: {
      id: 'has_stats',
      label: 'Has Stats?',
      value: Object.keys(found).length > 0,
      include: false,
      description: 'Indicates whether there are statistics for this table',
    },
  }
}
