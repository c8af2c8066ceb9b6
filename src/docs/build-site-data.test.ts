import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject, NodeResult } from '../core/index.ts'
import { buildSiteData } from './build-site-data.ts'
import { siteHtml } from './site-html.ts'

const dbt = JSON.parse(readFileSync(new URL('../artifacts/cases/dbt.json', import.meta.url), 'utf8')) as {
  readonly built: JsonObject
  readonly catalog: JsonObject
  readonly results: { readonly results: readonly NodeResult[]; readonly elapsed_time: number }
}
const input = {
  manifest: dbt.built,
  catalog: dbt.catalog,
  runResults: {
    results: dbt.results.results,
    args: { which: 'build' },
    generatedAt: '2026-11-21T05:00:00Z',
    elapsedSeconds: dbt.results.elapsed_time,
  },
}
const data = buildSiteData(input)
const resource = (id: string) => data.resources.find((entry) => entry.id === id)

test('everything that stands in the lineage is a resource; tests, macros and hooks are not', () => {
  expect([...new Set(data.resources.map((entry) => entry.kind))].sort()).toEqual([
    'exposure',
    'metric',
    'model',
    'saved_query',
    'seed',
    'semantic_model',
    'snapshot',
    'source',
  ])
  expect(data.macros.map((macro) => macro.name)).toEqual(['cents'])
  expect(data.tests.map((test) => test.type).filter((type) => type === 'unit')).toHaveLength(1)
})

test('columns come in the order of the catalog, with its types and the tests of each', () => {
  const orders = resource('model.shop.orders')
  expect(orders?.columns.map((column) => `${column.name} ${column.type}`)).toEqual([
    'order_id integer',
    'cents integer',
    'status text',
    'ordered_on date',
  ])
  const tests = orders?.columns[0]?.tests.map((id) => data.tests.find((entry) => entry.id === id)?.label)
  expect(tests?.sort()).toEqual(['accepted_values: 1', 'unique'])
  expect(orders?.columns[0]?.constraints).toEqual(['not_null'])
})

test('results, relation and source code are those of the run', () => {
  const orders = resource('model.shop.orders')
  expect(orders?.result?.status).toBe('success')
  expect(orders?.built).toBe(true)
  expect(orders?.compiled).toContain('__dbt__cte__stg_orders')
  expect(orders?.facts).toContainEqual(['Contract', 'enforced'])
  const failing = data.tests.find((entry) => entry.result?.status === 'fail')
  expect(failing?.targets[0]).toBe('model.shop.orders')
  expect(failing?.column).toBe('cents')
  expect(data.lastRun).toMatchObject({ command: 'build', counts: { success: 4, warn: 1, fail: 1, skipped: 3 } })
})

test('sources are labelled with their source, and say how fresh they must be', () => {
  const orders = resource('source.shop.app.raw_orders')
  expect(orders?.label).toBe('app.raw_orders')
  expect(orders?.facts).toContainEqual(['Freshness', 'warn after 1 day'])
})

test('without catalog and run nothing is claimed to be built or tested', () => {
  const bare = buildSiteData({ manifest: dbt.built, catalog: null, runResults: null })
  expect(bare.lastRun).toBeNull()
  expect(bare.resources.every((entry) => entry.built === null && entry.result === null)).toBe(true)
  expect(bare.resources.find((entry) => entry.id === 'model.shop.orders')?.columns[0]?.type).toBe('int')
})

test('the same artifacts give the same page', () => {
  const assets = { script: '1', style: 'a{}' }
  expect(siteHtml(buildSiteData(input), assets)).toBe(siteHtml(data, assets))
})

test('no text of the project can end the script element that holds the data', () => {
  const hostile = { ...data, description: '</script><script>alert(1)</script><!--' }
  const html = siteHtml(hostile, { script: 'run()', style: '' })
  expect(html.match(/<\/script>/g)).toHaveLength(2)
  expect(html).not.toContain('<!--')
  expect(html).toContain('\\u003c/script>')
})

test('an export says that it is one, and where it goes', () => {
  const [id = ''] = Object.keys(dbt.built['exposures'] as JsonObject)
  const exposure = (dbt.built['exposures'] as JsonObject)[id] as JsonObject
  const meta = { export: { to: 'reports/', format: 'csv' } }
  const manifest = { ...dbt.built, exposures: { [id]: { ...exposure, type: 'application', meta } } }
  const { resources } = buildSiteData({ ...input, manifest })
  const facts = resources.find((entry) => entry.id === id)?.facts
  expect(facts).toContainEqual(['Type', 'export'])
  expect(facts).toContainEqual(['Exported to', 'reports/ · csv'])
})
