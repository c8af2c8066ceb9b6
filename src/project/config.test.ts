import { expect, test } from 'vitest'
import { CONFIG_DEFAULTS } from './config-fields.ts'
import { parseIgnoreFile } from './dbt-ignore.ts'
import { satisfiesDbtVersion } from './dbt-version.ts'
import { hookOf, mergeConfig, mergeConfigCalls, normaliseConfig } from './merge-config.ts'

const merged = (...partials: Record<string, unknown>[]) =>
  partials.reduce<Record<string, unknown>>((config, partial) => mergeConfig('model', config, partial), {
    ...CONFIG_DEFAULTS.model,
  })

test('tags and hooks grow, meta is updated, the rest is replaced', () => {
  const config = merged(
    { tags: 'a', meta: { x: 1, y: 1 }, 'pre-hook': 'one', schema: 'first' },
    { tags: ['b'], meta: { y: 2 }, pre_hook: ['two'], schema: null },
  )
  expect(config).toMatchObject({ tags: ['a', 'b'], meta: { x: 1, y: 2 }, 'pre-hook': ['one', 'two'], schema: null })
})

test('grants replace a privilege, and add to it with a plus', () => {
  expect(merged({ grants: { select: 'a' } }, { grants: { '+select': ['b'], insert: 'c' } })['grants']).toEqual({
    select: ['a', 'b'],
    insert: ['c'],
  })
  expect(merged({ grants: { select: 'a' } }, { grants: { select: ['b'] } })['grants']).toEqual({ select: ['b'] })
})

test('several config() calls of a file are one', () => {
  const first = mergeConfigCalls({}, { tags: 'a', grants: { select: 'x' } })
  expect(mergeConfigCalls(first, { tags: 'b', materialized: 'table', grants: { '+select': 'y' } })).toEqual({
    tags: ['a', 'b'],
    materialized: 'table',
    grants: { select: ['x'], '+select': ['y'] },
  })
})

test('hooks are SQL, JSON or mappings', () => {
  expect(hookOf('select 1')).toEqual({ sql: 'select 1', transaction: true, index: null })
  expect(hookOf('{"sql": "vacuum", "transaction": false}')).toEqual({ sql: 'vacuum', transaction: false, index: null })
})

test.each([
  [{ store_failures: true }, { store_failures: true, store_failures_as: 'table' }],
  [{ store_failures: false }, { store_failures: false, store_failures_as: 'ephemeral' }],
  [
    { store_failures: true, store_failures_as: 'ephemeral' },
    { store_failures: false, store_failures_as: 'ephemeral' },
  ],
  [{ store_failures_as: 'view' }, { store_failures: true, store_failures_as: 'view' }],
  [{}, { store_failures: null, store_failures_as: null }],
])('%j keeps failures as dbt says', (written, expected) => {
  expect(normaliseConfig('test', mergeConfig('test', { ...CONFIG_DEFAULTS.test }, written))).toMatchObject(expected)
})

test.each([
  ['>=1.0.0, <2.0.0', true],
  ['>=1.12.0', false],
  ['=1.11.16', true],
  ['1.10.0', false],
])('%s against this version', (bound, expected) => {
  expect(satisfiesDbtVersion([bound])).toBe(expected)
})

test('.dbtignore has the patterns of .gitignore', () => {
  const ignores = parseIgnoreFile('# comment\n*.tmp.sql\n/models/old/\n**/draft\n!models/old/keep.sql\n')
  const paths = [
    'models/a.tmp.sql',
    'models/old/b.sql',
    'models/old/keep.sql',
    'models/x/draft',
    'models/a.sql',
    'x/models/old/b.sql',
  ]
  expect(paths.filter(ignores)).toEqual(['models/a.tmp.sql', 'models/old/b.sql', 'models/x/draft'])
})
