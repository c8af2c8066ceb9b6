import { isJsonObject, type JsonObject } from '../core/index.ts'
import { list, objectOf, text } from './json-reading.ts'
import type { Macro } from './site/data.ts'

/** Packages that come with the tools: nobody's own documentation. */
const BUILT_IN: ReadonlySet<string> = new Set(['dbt', 'tdbt'])

/** Macros of the project and of its packages, the project's own first. Generic tests are macros too. */
export function macroDocs(manifest: JsonObject, project: string): readonly Macro[] {
  const macros = Object.values(objectOf(manifest['macros'])).filter(isJsonObject)
  const adapter = text(objectOf(manifest['metadata'])['adapter_type'])
  return macros
    .filter((macro) => {
      const owner = text(macro['package_name'])
      const builtIn = BUILT_IN.has(owner) || owner === `dbt_${adapter}` || owner === 'dbt_postgres'
      return !builtIn && objectOf(macro['docs'])['show'] !== false
    })
    .map((macro) => ({
      id: text(macro['unique_id']),
      name: text(macro['name']),
      package: text(macro['package_name']),
      file: text(macro['original_file_path']),
      description: text(macro['description']),
      signature: signatureOf(text(macro['macro_sql'])),
      arguments: (Array.isArray(macro['arguments']) ? macro['arguments'] : []).filter(isJsonObject).map((argument) => ({
        name: text(argument['name']),
        type: text(argument['type']),
        description: text(argument['description']),
      })),
      sql: text(macro['macro_sql']),
      macros: list(objectOf(macro['depends_on'])['macros']),
    }))
    .sort((a, b) => {
      const rank = Number(a.package !== project) - Number(b.package !== project)
      return rank !== 0 ? rank : a.id < b.id ? -1 : 1
    })
}

/** The parameters as written, on one line; empty for materializations and the like. */
function signatureOf(sql: string): string {
  const match = /\{%-?\s*(?:macro|test|data_test)\s+\w+\s*\(([\s\S]*?)\)\s*-?%\}/.exec(sql)
  return (match?.[1] ?? '').replace(/\s+/g, ' ').trim()
}
