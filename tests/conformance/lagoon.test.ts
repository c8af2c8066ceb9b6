import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
// @ts-expect-error: a plain script, shared with `npm run conformance`
import { compareSides } from '../../scripts/conformance/compare.mjs'
// @ts-expect-error: a plain script, shared with `npm run conformance`
import { runSide } from '../../scripts/conformance/sides.mjs'

/**
 * A project with what dbt-duckdb knows beyond every engine's: its incremental strategies, external models and sources, table functions,
 * constraints, indexes, snapshots, structs and lists, held against what dbt-core 1.11 with dbt-duckdb 1.11 left of it. Recorded by
 * `npm run conformance -- tests/conformance/lagoon --engine duckdb --schema main --steps "$(the steps, joined by ;)" --record tests/conformance/lagoon.expected.json`.
 */
interface Row {
  readonly kind: string
  readonly ok: boolean
  readonly what: string
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const read = (name: string): unknown => JSON.parse(readFileSync(here(name), 'utf8'))

/** dbt-duckdb writes completed options into the node, and has no paths of a model that ran in batches. */
const ON_PURPOSE = [
  /^nodes model\.lagoon\.(?:parts|text_file|json_file) (?:unrendered_)?config options /,
  /^nodes model\.lagoon\.batched (?:build_path|compiled_path|compiled|compiled_code|extra_ctes|extra_ctes_injected)\b/,
  // dbt leaves the relation that ref() of a foreign key named.
  /^nodes model\.lagoon\.duty constraints\b/,
  // dbt counts hooks anew while it runs them.
  /^nodes operation\.lagoon\.lagoon-on-run-start-\d index\b/,
]

test('the lagoon is as dbt-duckdb left it', { timeout: 600_000 }, async () => {
  const ours: unknown = await runSide({
    tool: process.env['TDBT'] ?? `"${process.execPath}" "${here('../../bin/tdbt.js')}"`,
    project: here('lagoon'),
    steps: read('lagoon.steps.json'),
    engine: 'duckdb',
    schema: 'main',
  })
  const rows = compareSides(read('lagoon.expected.json'), ours) as readonly Row[]
  expect(rows.length).toBeGreaterThan(3000)
  const wrong = rows.filter((row) => !row.ok && !ON_PURPOSE.some((each) => each.test(row.what.split('|').at(-1) ?? '')))
  expect(wrong.map((row) => `${row.kind}: ${row.what}`)).toEqual([])
})
