import { createRequire } from 'node:module'

/** The version of Faker, on which its values depend. */
export function fakerVersion(): string {
  const found: unknown = createRequire(import.meta.url)('@faker-js/faker/package.json')
  return String((found as { version?: unknown }).version ?? '')
}
