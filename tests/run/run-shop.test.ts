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
  database = await server.createDatabase('run_shop')
  const { host, port, user, password } = server
  engine = await (await loadAdapter('postgres')).open({
    target: {
      profileName: 'run_shop',
      targetName: 'dev',
      type: 'postgres',
      database,
      schema: 'shop',
      threads: 1,
      credentials: { type: 'postgres', host, port, user, password, dbname: database, schema: 'shop' },
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

test('a project with seeds, hooks, ephemerals, incrementals, snapshots and tests leaves what dbt leaves, step by step', async () => {
  await using project = await copyOfFixture('run-shop')
  const env = {
    ...process.env,
    TDBT_TEST_DB: database,
    TDBT_TEST_HOST: server.host,
    TDBT_TEST_PORT: String(server.port),
    TDBT_TEST_USER: server.user,
    TDBT_TEST_PASSWORD: server.password,
  }
  const recording = await recordingOf('run-shop')
  expect(recording.steps.length).toBeGreaterThan(3)
  for (const step of recording.steps) {
    const outcome = await runStep(project.dir, step, { env })
    await expectAsRecorded(project.dir, outcome, step, engine, database)
  }
})
