import { isJsonObject, type Json, type JsonObject } from '../core/index.ts'

/** The object, or an empty one for anything else. */
export function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** Strings, numbers and booleans as text; anything else is the empty text. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? `${value}` : ''
}

/** The strings of a list; empty for anything else. */
export function list(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}
