import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
// @ts-expect-error: a plain script, shared with `npm run conformance`
import { compareSides } from '../../scripts/conformance/compare.mjs'
// @ts-expect-error: a plain script, shared with `npm run conformance`
import { runSide } from '../../scripts/conformance/sides.mjs'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/**
 * A project with much of what dbt knows, run in several steps, against what dbt-core 1.11 left of it: statuses, tables and their rows, compiled
 * SQL, every field of manifest, run results, freshness and catalog. Recorded by
 * `npm run conformance -- tests/conformance/harbour --steps "$(the steps, joined by ;)" --record tests/conformance/harbour.expected.json`.
 */
interface Row {
  readonly kind: string
  readonly ok: boolean
  readonly what: string
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const read = (name: string): unknown => JSON.parse(readFileSync(here(name), 'utf8'))

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(async () => {
  await server.stop()
})

test('the harbour is as dbt-core left it', { timeout: 600_000 }, async () => {
  const { host, port, user, password } = server
  const ours: unknown = await runSide({
    tool: process.env['TDBT'] ?? `"${process.execPath}" "${here('../../bin/tdbt.js')}"`,
    project: here('harbour'),
    steps: read('harbour.steps.json'),
    where: { host, port, user, password },
  })
  const rows = compareSides(read('harbour.expected.json'), ours) as readonly Row[]
  expect(rows.length).toBeGreaterThan(3000)
  // dbt-core does not find models with versions for a unit test's SQL (an error of its own); tdbt runs the test, which fails as it should.
  const wrong = rows.filter((row) => !row.ok && !row.what.includes('wrong_on_purpose'))
  expect(wrong.map((row) => `${row.kind}: ${row.what}`)).toEqual([])
})
