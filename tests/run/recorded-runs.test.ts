import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { Engine } from '../../src/adapters/interface.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { copyOfFixture, expectAsRecorded, recordingOf, runStep } from './recorded.ts'

let server: TestPostgres

async function openEngine(database: string): Promise<Engine> {
  const { host, port, user, password } = server
  return await (await loadAdapter('postgres')).open({
    target: {
      profileName: 'p',
      targetName: 'dev',
      type: 'postgres',
      database,
      schema: 'public',
      threads: 1,
      credentials: { type: 'postgres', host, port, user, password, dbname: database, schema: 'public' },
    },
    projectRoot: '/',
    env: {},
    emit: () => undefined,
    applicationName: 'tdbt tests',
  })
}

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(async () => {
  await server?.stop()
})

test.each([
  ['run-shop', 'seeds, hooks, ephemerals, incrementals, snapshots and tests'],
  [
    'run-features',
    'microbatches, contracts, materialized views, schema changes, custom materializations and unit tests',
  ],
])('%s: %s leave what dbt leaves, step by step', async (fixture) => {
  await using project = await copyOfFixture(fixture)
  const database = await server.createDatabase('run_steps')
  const engine = await openEngine(database)
  const env = {
    ...process.env,
    TDBT_TEST_DB: database,
    TDBT_TEST_HOST: server.host,
    TDBT_TEST_PORT: String(server.port),
    TDBT_TEST_USER: server.user,
    TDBT_TEST_PASSWORD: server.password,
  }
  const recording = await recordingOf(fixture)
  expect(recording.steps.length).toBeGreaterThan(3)
  for (const step of recording.steps) {
    const outcome = await runStep(project.dir, step, { env })
    await expectAsRecorded(project.dir, outcome, step, engine, database)
  }
  await engine.close()
})

test.each(['native', 'pglite'])('the embedded engine (%s) leaves what dbt leaves on a server', async (backend) => {
  await using project = await copyOfFixture('run-shop')
  const env = { ...process.env, TDBT_EMBEDDED_BACKEND: backend }
  const recording = await recordingOf('run-shop')
  // PGlite starts anew at each step, which takes seconds.
  const steps = recording.steps.slice(0, backend === 'pglite' ? 2 : undefined)
  for (const step of steps) {
    const outcome = await runStep(project.dir, step, { env, target: 'embedded' })
    const { target, adapter } = outcome.project
    const engine = await adapter.open({
      target,
      projectRoot: project.dir,
      env,
      emit: () => undefined,
      applicationName: 'tdbt tests',
    })
    try {
      await expectAsRecorded(project.dir, outcome, step, engine, target.database)
    } finally {
      await engine.close()
    }
  }
})
