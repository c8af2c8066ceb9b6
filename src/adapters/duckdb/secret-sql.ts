import { type Json, type JsonObject, TdbtError } from '../../core/index.ts'
import { stringLiteral } from './quote.ts'

/** Options of a secret whose values are words, not text. */
const WORDS = new Set(['type', 'provider', 'extra_http_headers'])

/** CREATE SECRET for an entry of the profile's `secrets`; `index` names one without a name. Throws T1006 without a type. */
export function secretSql(entry: JsonObject, index: number): string {
  const { name, persistent, scope, ...rest } = entry
  if (typeof rest['type'] !== 'string') {
    throw new TdbtError('T1006', "An entry of `secrets` has no 'type'", {
      expected: 'secrets: [{type: s3, key_id: …, secret: …}]',
    })
  }
  const parts = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => option(key, value))
  for (const each of Array.isArray(scope) ? scope : scope === undefined || scope === null ? [] : [scope])
    parts.push(`scope ${stringLiteral(String(each))}`)
  const shown = typeof name === 'string' ? name : `_dbt_secret_${index + 1}`
  return `CREATE OR REPLACE${persistent === true ? ' PERSISTENT' : ''} SECRET ${shown} (${parts.join(', ')})`
}

function option(key: string, value: Json): string {
  if (Array.isArray(value)) return `${key} array [${value.map((each) => stringLiteral(String(each))).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([k, v]) => `${stringLiteral(k)}: ${stringLiteral(String(v))}`)
    return `${key} map {${pairs.join(', ')}}`
  }
  return WORDS.has(key) ? `${key} ${String(value)}` : `${key} ${stringLiteral(String(value))}`
}
