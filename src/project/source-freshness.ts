import { isRecord } from './native-render.ts'
import type { Entry } from './property-values.ts'

/** A source and one of its tables. */
export interface SourceLevels {
  readonly source: Entry
  readonly table: Entry
}

interface Time {
  readonly count: number | null
  readonly period: string | null
}

interface Freshness {
  readonly warn_after: Time | null
  readonly error_after: Time | null
  readonly filter: string | null
}

/**
 * dbt's freshness of a table: the source's, its config's, the table's, its config's, each laid over the one before; a null
 * takes all before it away. Null when there is none by word, undefined when nothing was said.
 */
export function sourceFreshness({ source, table }: SourceLevels): Freshness | null | undefined {
  const levels = [source.data, source.mapping('config'), table.data, table.mapping('config')].map((level) =>
    readFreshness(level['freshness']),
  )
  const [first = null, ...others] = levels
  const merged = others.reduce((base, update) => {
    if (base !== null && update !== null) {
      return {
        warn_after: mergeTimes(base.warn_after, update.warn_after),
        error_after: mergeTimes(base.error_after, update.error_after),
        filter: update.filter ?? base.filter,
      }
    }
    return base === null && update !== null && isSet(update) ? update : null
  }, first)
  return merged === null || isSet(merged) ? merged : undefined
}

function readFreshness(value: unknown): Freshness | null {
  if (value === null) return null
  const written = isRecord(value) ? value : {}
  const filter = written['filter']
  return {
    warn_after: readTime(written['warn_after']),
    error_after: readTime(written['error_after']),
    filter: typeof filter === 'string' ? filter : null,
  }
}

function readTime(value: unknown): Time | null {
  if (value === null) return null
  const written = isRecord(value) ? value : {}
  const count = written['count']
  const period = written['period']
  return {
    count: typeof count === 'number' ? count : count === undefined || count === null ? null : Number(count),
    period: typeof period === 'string' ? period : null,
  }
}

function timeIsSet(time: Time | null): time is Time {
  return time !== null && time.count !== null && time.period !== null
}

function isSet(freshness: Freshness): boolean {
  return timeIsSet(freshness.warn_after) || timeIsSet(freshness.error_after)
}

function mergeTimes(base: Time | null, update: Time | null): Time | null {
  if (timeIsSet(base) && timeIsSet(update)) return { count: update.count, period: update.period }
  if (update === null) return null
  return timeIsSet(update) ? update : base
}

/**
 * The field or query that tells when a table was loaded. A table that names the field (even as null) leaves the source's query
 * aside. Throws T1004 when one level gives both.
 */
export function loadedAt({ source, table }: SourceLevels): {
  loaded_at_field: string | null
  loaded_at_query: string | null
} {
  const sourceConfig = source.mapping('config')
  const tableConfig = table.mapping('config')
  const pick = (entry: Entry, config: Readonly<Record<string, unknown>>, key: string) => {
    const value = entry.data[key] || config[key]
    return value === undefined || value === null || value === '' ? null : String(value)
  }
  const tableNamesField = 'loaded_at_field' in table.data || Boolean(tableConfig['loaded_at_field'])
  const tableQuery = pick(table, tableConfig, 'loaded_at_query')
  const sourceField = pick(source, sourceConfig, 'loaded_at_field')
  const sourceQuery = pick(source, sourceConfig, 'loaded_at_query')
  if (tableNamesField && tableQuery !== null) {
    throw table.problem('loaded_at_query', 'A table cannot have both loaded_at_field and loaded_at_query', tableQuery)
  }
  if (sourceField !== null && sourceQuery !== null) {
    throw source.problem(
      'loaded_at_query',
      'A source cannot have both loaded_at_field and loaded_at_query',
      sourceQuery,
    )
  }
  return {
    loaded_at_field: tableNamesField ? pick(table, tableConfig, 'loaded_at_field') : sourceField,
    loaded_at_query: tableQuery ?? (tableNamesField ? null : sourceQuery),
  }
}
