import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERROR_CODES } from './error-codes.ts'

test('docs/errors.md has a section for every code, under its kind, and for no other', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^### (T\d{4}): (.+)$/gm)].map(([, code, kind]) => `${code}: ${kind}`)
  expect(documented).toEqual(Object.entries(ERROR_CODES).map(([code, kind]) => `${code}: ${kind}`))
})
