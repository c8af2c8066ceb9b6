import { type Invocation, isJsonObject, type Json, type JsonObject } from '../core/index.ts'

const SECRET_PREFIX = 'DBT_ENV_SECRET_'

/** The value with every secret in its strings replaced by `*****`: env variables and vars named `DBT_ENV_SECRET_…`. */
export function scrubSecrets(value: JsonObject, invocation: Invocation): JsonObject {
  const named = [...Object.entries(invocation.env), ...Object.entries(invocation.vars)]
  const secrets = named
    .filter(([name, secret]) => name.startsWith(SECRET_PREFIX) && typeof secret === 'string' && secret.trim() !== '')
    .map(([, secret]) => String(secret))
    .sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return value
  const scrub = (part: Json): Json => {
    if (typeof part === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '*****'), part)
    if (Array.isArray(part)) return part.map(scrub)
    if (isJsonObject(part)) return scrubObject(part)
    return part
  }
  const scrubObject = (part: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, inner === undefined ? null : scrub(inner)]))
  return scrubObject(value)
}
