import {
  type Invocation,
  isJsonObject,
  type Json,
  type JsonObject,
  scrubSecrets as scrubText,
  secretValues,
} from '../core/index.ts'

/** The value with every secret in its strings replaced by `*****`: env variables and vars named `DBT_ENV_SECRET…`. */
export function scrubSecrets(value: JsonObject, invocation: Invocation): JsonObject {
  const secrets = secretValues(invocation.env, invocation.vars)
  if (secrets.length === 0) return value
  const scrub = (part: Json): Json => {
    if (typeof part === 'string') return scrubText(part, secrets)
    if (Array.isArray(part)) return part.map(scrub)
    if (isJsonObject(part)) return scrubObject(part)
    return part
  }
  const scrubObject = (part: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, inner === undefined ? null : scrub(inner)]))
  return scrubObject(value)
}
