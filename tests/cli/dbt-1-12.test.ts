import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

// What dbt-core 1.12 documents beyond 1.11. Expectations are what dbt-core 1.12.6 did with the same files on Postgres.
const files = {
  'dbt_project.yml':
    "name: shop\nprofile: shop\nversion: '1.0'\nmodels:\n  shop:\n    +tags: \"{{ var('team') }}\"\nflags: {send_anonymous_usage_stats: false}\n",
  'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: {type: embedded, schema: shop}\n',
  'vars.yml': 'vars:\n  team: sales\n  shop: {seven: 7}\n',
  'models/bad.sql': "{{ config(materialized='table', on_error='continue') }}\nselect 1 / 0 as id\n",
  'models/child.sql': "select {{ var('seven') }} as seven -- {{ ref('bad') }}\n",
  'models/dim_v1.sql': 'select 1 as id\n',
  'models/dim_v2.sql': 'select 2 as id\n',
  'models/dim.yml':
    'models:\n  - name: dim\n    latest_version: 2\n    config:\n      materialized: table\n      latest_version_pointer: {enabled: true}\n    versions: [{v: 1}, {v: 2}]\n',
  'functions/twice.py': 'def twice(p: float) -> float:\n  return p * 2\n',
  'functions/twice.yml':
    "functions:\n  - name: twice\n    config: {entry_point: twice, runtime_version: '3.11'}\n    arguments: [{name: p, data_type: float}]\n    returns: {data_type: float}\n",
  'seeds/letters.csv': 'id,letter\n1,a\n2,b\n',
  'selectors.yml': 'selectors:\n  - name: two\n    definition: {union: [dim.v1, dim.v2]}\n',
}

let folder: ReturnType<typeof projectFolder>
const run = (...args: string[]) => tdbt(args, { cwd: folder.dir })
const results = () => {
  const text = readFileSync(join(folder.dir, 'target/run_results.json'), 'utf8')
  const read = JSON.parse(text) as { results: readonly { unique_id: string; status: string; message: string | null }[] }
  return Object.fromEntries(read.results.map((result) => [result.unique_id, result]))
}
const rows = async (sql: string) => {
  const { stdout } = await run('--quiet', 'show', '--inline', sql, '--output', 'json')
  return (JSON.parse(stdout) as { show: unknown }).show
}

beforeAll(() => {
  folder = projectFolder(files)
})
afterAll(() => folder.dispose())

test('on_error: continue lets dependents run; a function in Python has no macro on Postgres; --empty loads seeds without rows', async () => {
  expect(await run('build', '--empty')).toMatchObject({ code: 1 })
  const found = results()
  expect(Object.fromEntries(Object.entries(found).map(([id, { status }]) => [id, status]))).toEqual({
    'model.shop.bad': 'error',
    'model.shop.child': 'success',
    'model.shop.dim.v1': 'success',
    'model.shop.dim.v2': 'success',
    'seed.shop.letters': 'success',
    'function.shop.twice': 'error',
  })
  expect(found['function.shop.twice']?.message).toContain(
    "No macro named 'scalar_function_python' found within namespace: 'dbt'",
  )
  expect(await rows("select count(*) as n from {{ ref('letters') }}")).toEqual([{ n: 0 }])
})

test('latest_version_pointer: a view under the name without a version', async () => {
  expect(await run('run', '--select', 'selector:two')).toMatchObject({ code: 0 })
  expect(await rows('select id from shop.dim')).toEqual([{ id: 2 }])
  const kind = "select table_type as kind from information_schema.tables where table_name = 'dim'"
  expect(await rows(kind)).toEqual([{ kind: 'VIEW' }])
})

test('vars.yml: vars of the project, seen by its file too, and under the command line', async () => {
  const { stdout } = await run('--quiet', 'ls', '--select', 'child', '--output', 'json', '--output-keys', 'tags')
  expect(JSON.parse(stdout)).toEqual({ tags: ['sales'] })
  expect(await rows("select {{ var('seven') }} as seven")).toEqual([{ seven: 7 }])
  const given = await run('--quiet', 'ls', '--select', 'tag:ops', '--vars', '{team: ops}')
  expect(given.stdout.split('\n')).toContain('shop.child')
})

test('--maximum-seed-size-mib: seeds below it are hashed, larger ones are known by their path', async () => {
  const large = `id\n${'1234567\n'.repeat(140_000)}`
  const own = projectFolder({ ...files, 'seeds/large.csv': large })
  try {
    const checksum = async (...args: string[]) => {
      expect(await tdbt(['parse', ...args], { cwd: own.dir })).toMatchObject({ code: 0 })
      const manifest = JSON.parse(readFileSync(join(own.dir, 'target/manifest.json'), 'utf8')) as {
        nodes: Readonly<Record<string, { checksum: unknown }>>
      }
      return manifest.nodes['seed.shop.large']?.checksum
    }
    expect(await checksum()).toEqual({ name: 'path', checksum: 'seeds/large.csv' })
    expect(await checksum('--maximum-seed-size-mib', '0')).toMatchObject({ name: 'sha256' })
    expect(await checksum('--maximum-seed-size-mib', '2')).toMatchObject({ name: 'sha256' })
  } finally {
    own.dispose()
  }
})

test('vars in both files are refused', async () => {
  const both = projectFolder({ ...files, 'dbt_project.yml': `${files['dbt_project.yml']}vars: {team: x}\n` })
  try {
    const { code, output } = await tdbt(['parse'], { cwd: both.dir })
    expect(code).toBe(2)
    expect(output).toContain('Variables cannot be defined in both vars.yml and dbt_project.yml')
    expect(output).toContain('dbt_project.yml:8:')
  } finally {
    both.dispose()
  }
})

test('run-operation --sql compiles, sends and commits; it goes with no macro and no --args', async () => {
  expect(await run('run-operation', '--sql', 'create table {{ target.schema }}.made as select 1 as one')).toMatchObject(
    {
      code: 0,
    },
  )
  expect(results()['sql_operation.shop.inline_query']).toMatchObject({ status: 'success' })
  expect(await rows('select one from shop.made')).toEqual([{ one: 1 }])
  const failed = await run('run-operation', '--sql', 'select 1 / 0')
  expect(failed.code).toBe(1)
  expect(failed.output).toContain('division by zero')
  for (const args of [[], ['m', '--sql', 'select 1'], ['--sql', 'select 1', '--args', '{a: 1}']]) {
    expect(await run('run-operation', ...args)).toMatchObject({ code: 2 })
  }
})
