import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { runProject } from '../support/run-project.ts'

let server: TestPostgres
let dir: string

beforeAll(async () => {
  server = await startTestPostgres()
  dir = await mkdtemp(join(tmpdir(), 'tdbt-ahead-'))
})

afterAll(async () => {
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}

/** A model of one table: its rows, its index, its hooks. */
function model(options: { value: string; index?: string; hook?: string; materialized?: string }): string {
  const { value, index = 'v', hook, materialized = 'table' } = options
  const post = hook === undefined ? '' : `, post_hook="${hook}"`
  return `{{ config(materialized='${materialized}', indexes=[{'columns': ['${index}']}]${post}) }}\nselect ${value} as v`
}

test('a statement that fails behind others is told as itself; the old table stays, for readers and for the rest of the run', async () => {
  const database = await server.createDatabase('ahead')
  const rows = async () => (await server.query('select v from s.m', database)).map((row) => row['v'])
  await put('dbt_project.yml', "name: ahead\nversion: '1.0'\nprofile: ahead\n")
  await put(
    'profiles.yml',
    `ahead: {target: dev, outputs: {dev: {type: postgres, host: ${server.host}, port: ${server.port}, user: ${server.user}, password: '${server.password}', dbname: ${database}, schema: s, threads: 1}}}\n`,
  )
  // Runs behind the model, whatever became of it, and says what the run's cache knows of it.
  await put(
    'models/z_looks.sql',
    "select '{{ load_relation(this.incorporate(path={'identifier': 'm'})) }}'::text as found",
  )
  const run = async (text: string) => {
    await put('models/m.sql', text)
    const outcome = await runProject({ dir, command: 'run', env: process.env })
    const result = outcome.results.find((each) => each.unique_id === 'model.ahead.m')
    const found = (await server.query('select found from s.z_looks', database))[0]?.['found']
    return { status: result?.status, message: result?.message, error: outcome.errors.get('model.ahead.m'), found }
  }
  const there = `"${database}"."s"."m"`
  expect(await run(model({ value: '1' }))).toMatchObject({ status: 'success', message: 'SELECT 1', found: there })
  expect(await rows()).toEqual([1])

  const badIndex = await run(model({ value: '2', index: 'no_such' }))
  expect(badIndex.status).toBe('error')
  expect(badIndex.message).toContain('column "no_such" does not exist')
  expect(badIndex.error?.details.sql).toContain('index if not exists')
  expect(badIndex.found).toBe(there)
  expect(await rows()).toEqual([1])

  const badHook = await run(model({ value: '3', hook: 'select 1/0' }))
  expect(badHook.message).toContain('division by zero')
  expect(badHook.error?.details.sql).toContain('select 1/0')
  expect(badHook.found).toBe(there)
  expect(await rows()).toEqual([1])

  const badModel = await run(model({ value: '1/0', hook: 'select nope' }))
  expect(badModel.message).toContain('division by zero')
  expect(await rows()).toEqual([1])

  const turned = await run(model({ value: 'nope', materialized: 'view', index: 'v' }))
  expect(turned.message).toContain('column "nope" does not exist')
  expect(await rows()).toEqual([1])

  expect(await run(model({ value: '4', hook: 'insert into {{ this }} values (5)' }))).toMatchObject({
    status: 'success',
    message: 'SELECT 1',
    found: there,
  })
  expect(await rows()).toEqual([4, 5])
})
