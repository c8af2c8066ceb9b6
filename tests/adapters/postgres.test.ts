import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapterConformance } from '../../src/adapters/conformance.ts'
import { type Engine, loadAdapter } from '../../src/adapters/index.ts'
import type { JsonObject, TargetConfig } from '../../src/core/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

let server: TestPostgres
let database = ''

beforeAll(async () => {
  server = await startTestPostgres()
  database = await server.createDatabase('tdbt_adapter')
})

afterAll(async () => {
  await server?.stop()
})

function target(credentials: JsonObject, threads = 2): TargetConfig {
  return {
    profileName: 'tests',
    targetName: 'dev',
    type: 'postgres',
    database: typeof credentials['dbname'] === 'string' ? credentials['dbname'] : database,
    schema: 'public',
    threads,
    credentials: { host: server.host, port: server.port, user: server.user, password: server.password, ...credentials },
  }
}

async function open(
  credentials: JsonObject = {},
  threads = 2,
  emit: (event: never) => void = () => {},
): Promise<Engine> {
  const adapter = await loadAdapter('postgres')
  return await adapter.open({
    target: target(credentials, threads),
    projectRoot: '/nowhere',
    env: {},
    emit: emit as () => void,
    applicationName: 'tdbt/test',
  })
}

adapterConformance('postgres', async (request) => ({
  engine: await open(
    request.statementTimeoutMs === undefined ? {} : { statement_timeout: request.statementTimeoutMs },
    request.threads,
    request.emit,
  ),
  database,
}))

describe('connecting to a server', () => {
  const failure = async (credentials: JsonObject): Promise<unknown> => {
    const engine = await open({ retries: 0, ...credentials })
    try {
      return await engine.acquire('debug').catch((thrown: unknown) => thrown)
    } finally {
      await engine.close()
    }
  }

  test('a wrong password is T5002 with the user and the next step', async () => {
    await server.query(
      `do $$ begin create role a4_login login password 'right'; exception when duplicate_object then null; end $$`,
    )
    if (process.env['TDBT_TEST_POSTGRES']) return // that server may trust everyone
    expect(await failure({ user: 'a4_login', password: 'wrong' })).toMatchObject({
      code: 'T5002',
      message: expect.stringMatching(/refused user "a4_login": password authentication failed/),
      details: { found: '28P01', hint: expect.stringMatching(/password/) },
    })
    expect(await failure({ user: 'a4_login', password: '' })).toMatchObject({ code: 'T5002' })
  })

  test('an unknown role or database is T5002', async () => {
    expect(await failure({ role: 'no_such_role' })).toMatchObject({
      code: 'T5002',
      message: expect.stringMatching(/no_such_role/),
    })
    expect(await failure({ dbname: 'no_such_db' })).toMatchObject({
      code: 'T5002',
      details: { found: '3D000', hint: expect.stringMatching(/Create the database/) },
    })
  })

  test('no server is T5001 with host, port and the next step', async () => {
    expect(await failure({ port: 1 })).toMatchObject({
      code: 'T5001',
      message: expect.stringMatching(/127\.0\.0\.1:1\b/),
      details: { hint: expect.stringMatching(/Start Postgres/) },
    })
    expect(await failure({ host: 'no-such-host.invalid' })).toMatchObject({ code: 'T5001' })
    expect(await failure({ host: '/no/such/socket/folder' })).toMatchObject({ code: 'T5001' })
  })

  test('credentials that cannot be right are T1006 before anything is opened', async () => {
    await expect(open({ host: '' })).rejects.toMatchObject({ code: 'T1006', message: expect.stringMatching(/'host'/) })
    await expect(open({ port: 'abc' })).rejects.toMatchObject({ code: 'T1006' })
    await expect(open({ sslmode: 'sometimes' })).rejects.toMatchObject({ code: 'T1006' })
  })

  test('search_path, role and application_name hold, also after a session was cleaned', async () => {
    await server.query(
      `do $$ begin create role a4_owner; exception when duplicate_object then null; end $$; create schema if not exists "Odd"; create schema if not exists second`,
      database,
    )
    const engine = await open({ search_path: 'second, public', role: 'a4_owner', application_name: 'my app' }, 1)
    try {
      for (let round = 0; round < 2; round++) {
        const session = await engine.acquire('a')
        const { rows } = await session.execute(
          `select current_setting('search_path'), current_user, current_setting('application_name')`,
        )
        expect(rows).toEqual([['second, public', 'a4_owner', 'my app']])
        await session.execute(`set search_path to "Odd"; reset role`)
        await session.release()
      }
    } finally {
      await engine.close()
    }
  })

  test('TLS: disable has none; require asks for it and says so when there is none', async () => {
    const engine = await open({ sslmode: 'disable' })
    const session = await engine.acquire('a')
    const { rows } = await session.execute('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
    expect(rows).toEqual([[false]])
    await session.release()
    await engine.close()
    const ssl = (await server.query('show ssl'))[0]?.['ssl']
    if (ssl === 'off') {
      expect(await failure({ sslmode: 'require' })).toMatchObject({
        code: 'T5001',
        details: { hint: expect.stringMatching(/sslmode/) },
      })
    }
  })
})
