import { readLoadSpec, TdbtError } from '../core/index.ts'
import { readColumns } from './columns.ts'
import type { Place } from './drafts.ts'
import { isRecord } from './native-render.ts'
import type { Entry } from './property-values.ts'
import type { SourceLevels } from './source-freshness.ts'

/** The `load:` of a table: the source's, its config's, the table's, its config's, each laid over the one before. A null takes all before it away; undefined when nothing was said. */
export function writtenLoad({ source, table }: SourceLevels): unknown {
  let merged: unknown
  for (const level of [source.data, source.mapping('config'), table.data, table.mapping('config')]) {
    const own = level['load']
    if (own === undefined) continue
    merged = isRecord(merged) && isRecord(own) ? { ...merged, ...own } : own
  }
  return merged
}

/** Refuses a `load:` that cannot be carried out: T8010 with the place of the key, where the key stands in a properties file, else of the table. */
export function checkLoad(load: unknown, { source, table }: SourceLevels, place: Place): void {
  readLoadSpec(load, {
    table: table.text('identifier') ?? table.name,
    source: source.name,
    columnTypes: columnTypes(table),
    fail: (path, message, details) => {
      const entry = holderOf([table, source], path)
      return new TdbtError('T8010', `Source '${source.name}.${table.name}': ${message}`, {
        location: entry === undefined ? place.location() : entry.yaml.locate(pathIn(entry, path)),
        source: place.source,
        ...details,
      })
    },
  })
}

function columnTypes(table: Entry): Readonly<Record<string, string>> {
  const columns = Object.values(readColumns(table.entries('columns')))
  return Object.fromEntries(
    columns.flatMap(({ name, data_type }) => (typeof data_type === 'string' ? [[name, data_type]] : [])),
  )
}

/** The innermost entry that says something under that key of its load; without a key, the innermost that has one. */
function holderOf(entries: readonly Entry[], [key]: readonly string[]): Entry | undefined {
  return entries.find((entry) =>
    [entry.data['load'], entry.mapping('config')['load']].some((load) =>
      key === undefined ? load !== undefined : isRecord(load) && load[key] !== undefined,
    ),
  )
}

function pathIn(entry: Entry, [key, ...rest]: readonly string[]): readonly (string | number)[] {
  const own = entry.data['load']
  const inConfig = key === undefined ? own === undefined : !(isRecord(own) && own[key] !== undefined)
  return [...entry.path, ...(inConfig ? ['config'] : []), 'load', ...(key === undefined ? [] : [key, ...rest])]
}
