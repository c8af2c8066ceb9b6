/** A plain JSON value: what artifacts, configs and YAML files are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A plain JSON object. Keys keep their insertion order. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** True for a plain object (not null, not an array): the guard to use on what comes from outside. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
