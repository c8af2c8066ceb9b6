import { type Json, TdbtError } from '../../core/index.ts'
import type { NamedSource } from '../interface.ts'

/** Keys of a source's config that dbt knows itself: what is left may be named in a location. */
const CONFIG_KEYS = new Set([
  'enabled',
  'event_time',
  'freshness',
  'loaded_at_field',
  'loaded_at_query',
  'meta',
  'tags',
])

/**
 * The files that stand for a source with `external_location` in its config or meta, as SQL; null for one without. The location names
 * what the source has: `{name}` (formatter newstyle, the default), `%(name)s` (oldstyle), `$name` (template). Throws T1009 for a
 * formatter or a name that is not there, T5007 for a source of a dbt-duckdb plugin.
 */
export function sourceLocation(source: NamedSource): string | null {
  const extra = Object.fromEntries(
    Object.entries(source.config).filter(([key]) => !CONFIG_KEYS.has(key)) as [string, Json][],
  )
  const settings: Readonly<Record<string, Json>> = { ...source.meta, ...extra }
  if (settings['plugin'] !== undefined && settings['plugin'] !== null) {
    throw new TdbtError(
      'T5007',
      `Source ${source.name} is read by the plugin ${String(settings['plugin'])}: tdbt has none`,
      {
        hint: 'Name its files with `external_location`, or load it with `load:`.',
      },
    )
  }
  const location = settings['external_location'] ?? null
  if (location === null) return null
  const { name, identifier, schema, database, tags } = source
  const names: Readonly<Record<string, Json>> = { name, identifier, schema, database, tags, ...settings }
  const formatted = format(String(location), settings['formatter'] ?? 'newstyle', names, source)
  return formatted.includes('(') || formatted.startsWith("'") ? formatted : `'${formatted}'`
}

function format(location: string, formatter: Json, names: Readonly<Record<string, Json>>, source: NamedSource): string {
  const value = (key: string): string => {
    const found = key in names ? names[key] : undefined
    if (found === undefined) {
      throw new TdbtError(
        'T1009',
        `The external_location of source ${source.name} names '${key}', which the source has not`,
        {
          found: location,
          expected: Object.keys(names).sort().join(', '),
        },
      )
    }
    return found === null ? 'None' : String(found)
  }
  switch (formatter) {
    case 'newstyle':
      return location.replace(/\{\{|\}\}|\{(\w+)\}/g, (text, key?: string) =>
        key === undefined ? text.slice(1) : value(key),
      )
    case 'oldstyle':
      return location.replace(/%%|%\((\w+)\)[sd]/g, (_, key?: string) => (key === undefined ? '%' : value(key)))
    case 'template':
      return location.replace(/\$\$|\$(\w+)|\$\{(\w+)\}/g, (_, bare?: string, braced?: string) => {
        const key = bare ?? braced
        return key === undefined ? '$' : value(key)
      })
    default:
      throw new TdbtError('T1009', `Formatter ${String(formatter)} of source ${source.name} is not recognized`, {
        expected: 'newstyle, oldstyle or template',
      })
  }
}
