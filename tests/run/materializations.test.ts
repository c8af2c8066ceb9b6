import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { Engine } from '../../src/adapters/interface.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { copyOfFixture, expectAsRecorded, recordingOf, runStep } from './recorded.ts'

let server: TestPostgres
let database: string
let engine: Engine

beforeAll(async () => {
  server = await startTestPostgres()
  database = await server.createDatabase('materializations')
  const { host, port, user, password } = server
  engine = await (await loadAdapter('postgres')).open({
    target: {
      profileName: 'mat',
      targetName: 'dev',
      type: 'postgres',
      database,
      schema: 'beh',
      threads: 1,
      credentials: { type: 'postgres', host, port, user, password, dbname: database, schema: 'beh' },
    },
    projectRoot: '/',
    env: {},
    emit: () => undefined,
    applicationName: 'tdbt tests',
  })
})

afterAll(async () => {
  await engine?.close()
  await server?.stop()
})

test('every materialization, strategy, schema change, contract and snapshot leaves what dbt leaves, step by step', async () => {
  await using project = await copyOfFixture('materializations')
  const env = {
    ...process.env,
    TDBT_TEST_DB: database,
    TDBT_TEST_HOST: server.host,
    TDBT_TEST_PORT: String(server.port),
    TDBT_TEST_USER: server.user,
    TDBT_TEST_PASSWORD: server.password,
  }
  const recording = await recordingOf('materializations')
  expect(recording.steps.length).toBeGreaterThan(10)
  for (const step of recording.steps) {
    const outcome = await runStep(project.dir, step, { env })
    await expectAsRecorded(project.dir, outcome, step, engine, database)
  }
})
