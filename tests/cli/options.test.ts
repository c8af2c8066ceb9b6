import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

let folder: ReturnType<typeof projectFolder>
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  tdbt(args, { cwd: folder.dir, env })

beforeAll(() => {
  folder = projectFolder({
    'project.yaml': "name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/one.sql': "{{ config(materialized='ephemeral') }}\nselect 1 as id\n",
    'models/two.sql': "select * from {{ ref('one') }}\n",
    'models/three.sql': "select * from {{ ref('two') }}\n",
  })
})
afterAll(() => folder.dispose())

const compiled = (name: string) =>
  readFileSync(join(folder.dir, `target/compiled/shop/models/${name}.sql`), 'utf8').trim()

test('compile --no-inject-ephemeral-ctes leaves the reference alone; --empty asks for no rows', async () => {
  expect(await run(['compile', '--no-inject-ephemeral-ctes'])).toMatchObject({ code: 0 })
  expect(compiled('two')).toBe('select * from __dbt__cte__one')
  expect(await run(['compile', '--empty'])).toMatchObject({ code: 0 })
  expect(compiled('two')).toContain('with __dbt__cte__one as')
  expect(compiled('three')).toContain('where false limit 0')
})

test('show --inline-direct sends the text as it is, whatever it ends with, and shows --limit rows of it', async () => {
  const sql = "select '{{ not a template }}' as text from generate_series(1, 3) limit 3 -- end"
  const { code, stdout } = await run(['--quiet', 'show', '--inline-direct', sql, '--limit', '2', '--output', 'json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ show: [{ text: '{{ not a template }}' }, { text: '{{ not a template }}' }] })
  expect(await run(['show', '--inline', 'select 1', '--inline-direct', 'select 1'])).toMatchObject({ code: 2 })
})

test('environment variables count under the prefix DBT_ENGINE_ too', async () => {
  const { code, stdout } = await run(['parse'], { DBT_ENGINE_QUIET: '1' })
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})

test('options that mean nothing here are taken as dbt takes them', async () => {
  const args = [
    '--macro-debugging',
    '--no-use-fast-test-edges',
    '--partial-parse-file-path',
    'x',
    '-r',
    'x.prof',
    'parse',
  ]
  expect(await run(args)).toMatchObject({ code: 0 })
})

test('deps and clean read a project file that asks for the target, of which they know nothing', async () => {
  const own = projectFolder({
    'dbt_project.yml':
      "name: shop\nversion: '1.0'\nprofile: shop\nmodels:\n  shop:\n    +tags: \"{{ 'all' if target.name == 'dev' else 'other' }}\"\n",
    'packages.yml': 'packages: [{local: vendor}]\n',
    'vendor/dbt_project.yml': "name: vendor\nversion: '1.0'\n",
  })
  try {
    expect(await tdbt(['deps'], { cwd: own.dir })).toMatchObject({ code: 0 })
    expect(await tdbt(['clean'], { cwd: own.dir })).toMatchObject({ code: 0 })
  } finally {
    own.dispose()
  }
})
