import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { runProject } from '../support/run-project.ts'

const FIXTURE = new URL('../fixtures/context/', import.meta.url)

let server: TestPostgres
let database: string
let folder: string

beforeAll(async () => {
  server = await startTestPostgres()
  database = await server.createDatabase('context')
  folder = await mkdtemp(join(tmpdir(), 'tdbt-context-'))
  await cp(FIXTURE, folder, { recursive: true })
})

afterAll(async () => {
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

test('macros, dispatch, vars, relations, query results and the other variables come out as dbt compiles them', async () => {
  const env = {
    ...process.env,
    TDBT_TEST_DB: database,
    TDBT_TEST_HOST: server.host,
    TDBT_TEST_PORT: String(server.port),
    TDBT_TEST_USER: server.user,
    TDBT_TEST_PASSWORD: server.password,
  }
  const outcome = await runProject({ dir: folder, command: 'compile', env })
  expect(outcome.statuses).toEqual({ 'model.shop.m': 'success', 'model.utils.p': 'success' })
  const recorded = JSON.parse(await readFile(new URL('expected.json', FIXTURE), 'utf8')) as {
    compiled: Readonly<Record<string, string>>
  }
  for (const [path, text] of Object.entries(recorded.compiled)) {
    const own = await readFile(join(folder, 'target', 'compiled', path), 'utf8')
    expect(own.split('\n')).toEqual(text.replaceAll('@DB@', database).split('\n'))
  }
})
