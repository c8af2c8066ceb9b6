import { type FreshnessThreshold, type JsonObject, TdbtError } from '../core/index.ts'
import { readColumns } from './columns.ts'
import type { Place } from './drafts.ts'
import type { SourceDraft } from './manifest-builder.ts'
import { isRecord } from './native-render.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import { Entry } from './property-values.ts'
import { type RawEntry, readEntries } from './schema-render.ts'
import { loadedAt, type SourceLevels, sourceFreshness } from './source-freshness.ts'
import { checkLoad, writtenLoad } from './source-load.ts'
import { fqnOf } from './sql-nodes.ts'
import { parseTests } from './test-nodes.ts'

/** A source's table as read, waiting for the patches that root projects may lay over it. */
export interface PendingSource {
  readonly properties: PropertiesFile
  readonly source: RawEntry
  readonly table: Entry
}

/** A `sources` entry with `overrides`: what it says replaces what the package's source says. */
export interface SourcePatch {
  readonly properties: PropertiesFile
  readonly entry: Entry
  used: boolean
  readonly usedTables: Set<string>
}

/** Source entries of all files, collected before any is made. */
export class SourceCollection {
  readonly pending = new Map<string, PendingSource>()
  readonly patches = new Map<string, SourcePatch>()

  read(parsing: Parsing, properties: PropertiesFile): void {
    const packageName = properties.scope.config.name
    for (const raw of readEntries(properties, 'sources')) {
      const { entry } = raw
      parsing.builder.attempt(() => {
        const overrides = entry.text('overrides')
        if (overrides !== null) {
          this.addPatch(properties, entry, overrides)
          return
        }
        for (const table of entry.entries('tables')) {
          const id = `source.${packageName}.${entry.name}.${table.name}`
          const before = this.pending.get(id)
          if (before) {
            throw new TdbtError('T1007', `Source table '${entry.name}.${table.name}' is defined twice`, {
              location: table.yaml.locate(table.path),
              source: table.yaml.source,
              found: `${before.properties.file.originalPath} and ${properties.file.originalPath}`,
              hint: 'Remove one of the two.',
            })
          }
          this.pending.set(id, { properties, source: raw, table })
        }
      })
    }
  }

  private addPatch(properties: PropertiesFile, entry: Entry, overrides: string): void {
    const key = `${overrides}.${entry.name}`
    if (this.patches.has(key)) {
      throw entry.problem('overrides', `Source '${key}' is overridden twice`, overrides)
    }
    this.patches.set(key, { properties, entry, used: false, usedTables: new Set() })
  }

  /** Makes the nodes of all sources, and their tests. */
  build(parsing: Parsing): void {
    const { builder } = parsing
    for (const [id, pending] of this.pending) {
      const place: Place = {
        location: () => pending.table.yaml.locate(pending.table.path),
        source: pending.table.yaml.source,
      }
      const holder = { unique_id: id }
      builder.setPlace(holder, place)
      builder.attempt(() => this.buildOne(parsing, id, pending, place), holder)
    }
    for (const [key, patch] of this.patches) {
      if (patch.used) continue
      builder.warnings.push(
        new TdbtError('T1016', `There is no source '${key}' to override`, {
          location: patch.entry.yaml.locate(patch.entry.path),
          source: patch.entry.yaml.source,
        }),
      )
    }
  }

  private buildOne(parsing: Parsing, id: string, pending: PendingSource, place: Place): void {
    const { properties } = pending
    const packageName = properties.scope.config.name
    const patch = this.patches.get(`${packageName}.${pending.source.entry.name}`)
    const { source, table } = patched(pending, patch)
    const levels: SourceLevels = { source, table }
    const { file } = properties
    const fqn = [...fqnOf(packageName, file.relativePath, source.name), table.name]
    const columns = table.entries('columns')

    const tableConfig = table.mapping('config')
    const settings: Record<string, unknown> = { ...source.mapping('config'), ...tableConfig }
    const freshness = sourceFreshness(levels)
    if (freshness === undefined) delete settings['freshness']
    else settings['freshness'] = freshness
    Object.assign(settings, loadedAt(levels))
    settings['meta'] = mergedMeta(source, table)
    settings['tags'] = mergedTags(source, table)
    const load = writtenLoad(levels)
    if (load === undefined) delete settings['load']
    else settings['load'] = load
    const request = { kind: 'source', fqn, packageName, patch: settings } as const
    const config = parsing.configs.resolve(request)
    config['freshness'] = completeFreshness(config['freshness'])
    if (config['load'] === null || config['load'] === false) delete config['load']
    else if (config['load'] !== undefined) checkLoad(config['load'], levels, place)

    const quoting = { ...quotingOf(source), ...quotingOf(table) }
    const database = source.text('database') ?? parsing.target.database
    const schema = source.text('schema') ?? source.name
    const identifier = table.text('identifier') ?? table.name
    const raw = pending.source.raw
    const sourceConfigMeta = source.mapping('config')['meta']
    const node: SourceDraft = {
      database,
      schema,
      name: table.name,
      resource_type: 'source',
      package_name: packageName,
      path: file.originalPath,
      original_file_path: file.originalPath,
      unique_id: id,
      fqn,
      source_name: source.name,
      source_description: source.text('description') ?? '',
      loader: source.text('loader') ?? '',
      identifier,
      quoting: { database: null, schema: null, identifier: null, column: null, ...quoting },
      loaded_at_field: textOrNull(config['loaded_at_field']),
      loaded_at_query: textOrNull(config['loaded_at_query']),
      freshness: config['freshness'] as FreshnessThreshold | null,
      external: externalOf(table),
      description: table.text('description') ?? '',
      columns: readColumns(columns),
      meta: (config['meta'] ?? {}) as JsonObject,
      source_meta: { ...source.mapping('meta'), ...(isRecord(sourceConfigMeta) ? sourceConfigMeta : {}) } as JsonObject,
      tags: (config['tags'] ?? []) as string[],
      config,
      // dbt forgets which file an override came from.
      patch_path: null,
      unrendered_config: parsing.configs.resolveUnrendered(request),
      relation_name: '',
      created_at: parsing.createdAt,
      unrendered_database: textOrNull(raw['database']),
      unrendered_schema: textOrNull(raw['schema']),
      doc_blocks: [],
    }
    parseTests(
      parsing,
      {
        properties,
        target: {
          kind: 'source',
          name: `${source.name}_${table.name}`,
          source: [source.name, table.name],
          version: null,
        },
        fileKeyName: `sources.${source.name}`,
        attached: undefined,
        quoteColumns: table.flag('quote_columns') === true || quoting.column === true,
        tags: [...source.texts('tags'), ...table.texts('tags')],
      },
      table,
      columns,
    )
    node.relation_name =
      parsing.adapter.dialect.sourceLocation?.(node) ?? parsing.names.render({ database, schema, identifier }, quoting)
    parsing.builder.setPlace(node, place)
    if (config['enabled'] === false) parsing.builder.addDisabled(node)
    else parsing.builder.claim(parsing.builder.sources, node)
  }
}

function patched(pending: PendingSource, patch: SourcePatch | undefined): SourceLevels {
  const source = pending.source.entry
  const { table } = pending
  if (!patch) return { source, table }
  patch.used = true
  const { name, overrides, tables, ...settings } = patch.entry.data
  // An override without config or freshness takes the source's away: so dbt does.
  const cleared = { config: {}, freshness: {} }
  const merged = new Entry({ ...source.data, ...cleared, ...settings }, patch.entry.yaml, patch.entry.path)
  const tablePatch = Array.isArray(tables)
    ? tables.findIndex((item) => isRecord(item) && item['name'] === table.name)
    : -1
  if (tablePatch < 0 || !Array.isArray(tables)) return { source: merged, table }
  patch.usedTables.add(table.name)
  const path = [...patch.entry.path, 'tables', tablePatch]
  return {
    source: merged,
    table: new Entry(
      { ...table.data, quoting: {}, freshness: {}, ...(tables[tablePatch] as object) },
      patch.entry.yaml,
      path,
    ),
  }
}

function quotingOf(entry: Entry): Partial<Record<'database' | 'schema' | 'identifier' | 'column', boolean>> {
  const written = entry.mapping('quoting')
  const out: Partial<Record<'database' | 'schema' | 'identifier' | 'column', boolean>> = {}
  for (const key of ['database', 'schema', 'identifier', 'column'] as const) {
    const value = written[key]
    if (typeof value === 'boolean') out[key] = value
  }
  return out
}

function mergedMeta(source: Entry, table: Entry): Record<string, unknown> {
  const configMeta = (entry: Entry) => {
    const meta = entry.mapping('config')['meta']
    return isRecord(meta) ? meta : {}
  }
  return { ...source.mapping('meta'), ...configMeta(source), ...table.mapping('meta'), ...configMeta(table) }
}

function mergedTags(source: Entry, table: Entry): string[] {
  const configTags = (entry: Entry) => {
    const tags = entry.mapping('config')['tags']
    return (Array.isArray(tags) ? tags : [tags]).filter((tag): tag is string => typeof tag === 'string')
  }
  return [
    ...new Set([...source.texts('tags'), ...configTags(source), ...table.texts('tags'), ...configTags(table)]),
  ].sort()
}

function externalOf(table: Entry): JsonObject | null {
  const external = table.data['external']
  if (!isRecord(external)) return null
  return {
    location: null,
    file_format: null,
    row_format: null,
    tbl_properties: null,
    partitions: null,
    ...(external as JsonObject),
  }
}

function completeFreshness(value: unknown): FreshnessThreshold | null {
  if (!isRecord(value)) return null
  const time = (key: string) => {
    const threshold = value[key]
    if (threshold === null) return null
    const written = isRecord(threshold) ? threshold : {}
    return {
      count: (written['count'] as number | undefined) ?? null,
      period: (written['period'] as string | undefined) ?? null,
    }
  }
  return { warn_after: time('warn_after'), error_after: time('error_after'), filter: textOrNull(value['filter']) }
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value)
}
