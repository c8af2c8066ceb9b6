import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { adapterConformance, duckdbWords } from '../../src/adapters/conformance.ts'
import { type Engine, loadAdapter } from '../../src/adapters/index.ts'
import type { JsonObject, RunEvent } from '../../src/core/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'tdbt-duckdb-test-'))
let files = 0

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

function newPath(): string {
  files++
  return join(folder, `db${files}.duckdb`)
}

interface Opening {
  readonly credentials?: JsonObject
  readonly database?: string
  readonly threads?: number
  readonly emit?: (event: RunEvent) => void
}

async function open(opening: Opening = {}): Promise<Engine> {
  const adapter = await loadAdapter('duckdb')
  const target = {
    profileName: 'tests',
    targetName: 'dev',
    type: 'duckdb',
    database: opening.database ?? '',
    schema: 'main',
    threads: opening.threads ?? 2,
    credentials: opening.credentials ?? {},
  }
  return await adapter.open({
    target: adapter.completeTarget?.(target) ?? target,
    projectRoot: folder,
    env: {},
    emit: opening.emit ?? (() => {}),
    applicationName: 'tdbt/test',
  })
}

adapterConformance('DuckDB in memory', async ({ emit, threads }) => ({
  engine: await open({ emit, threads }),
  database: 'memory',
  words: duckdbWords,
}))

adapterConformance('DuckDB in a file', async ({ emit, threads }) => {
  const path = newPath()
  return {
    engine: await open({ credentials: { path }, emit, threads }),
    database: `db${files}`,
    words: duckdbWords,
  }
})

async function rows(engine: Engine, sql: string): Promise<unknown> {
  const session = await engine.acquire('test')
  try {
    return (await session.execute(sql)).rows
  } finally {
    await session.release()
  }
}

describe('writers side by side', () => {
  test('transactions that read, then change the same row, come one after the other', async () => {
    const engine = await open({ credentials: { path: newPath() }, threads: 8 })
    await rows(engine, 'create table counted as select 0 as n')
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const session = await engine.acquire(`writer ${index}`)
        for (let round = 0; round < 10; round++) {
          await session.execute('select n from counted', { begin: true })
          await session.execute(
            `create schema if not exists shared; create or replace table shared.last as select ${index} as writer; update counted set n = n + 1`,
          )
          await session.commit()
        }
        await session.release()
      }),
    )
    expect(await rows(engine, 'select n from counted')).toEqual([[80]])
    await engine.close()
  })

  test('who waits for the writer may be cancelled, and the writer goes on', async () => {
    const engine = await open({ threads: 2 })
    const writer = await engine.acquire('writer')
    const waiting = await engine.acquire('waiting')
    await writer.execute('create table t as select 1 as i', { begin: true })
    const blocked = waiting.execute('create table u as select 1 as i').catch((thrown: unknown) => thrown)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await waiting.cancel()
    expect(await blocked).toMatchObject({ code: 'T5008' })
    await writer.commit()
    await waiting.execute('create table u as select i from t')
    expect((await waiting.execute('select * from u')).rows).toEqual([[1]])
    await engine.close()
  })

  test('readers do not wait for a writer, and see what was there before', async () => {
    const engine = await open({ threads: 2 })
    const writer = await engine.acquire('writer')
    await writer.execute('create table t as select 1 as i')
    await writer.execute('update t set i = 2', { begin: true })
    expect(await rows(engine, 'select i from t')).toEqual([[1]])
    await writer.commit()
    expect(await rows(engine, 'select i from t')).toEqual([[2]])
    await engine.close()
  })
})

describe('opening', () => {
  test('two engines of one process on one file are refused with T5005 or share it, and never lose rows', async () => {
    const path = newPath()
    const first = await open({ credentials: { path } })
    await rows(first, 'create table t as select 1 as i')
    await first.close()
    const second = await open({ credentials: { path } })
    expect(await rows(second, 'select * from t')).toEqual([[1]])
    await second.close()
  })

  test.each([
    [{ path: '/no/such/folder/x.duckdb' }, 'T5001', /cannot be opened/],
    [{ path: new URL(import.meta.url).pathname }, 'T5001', /is no DuckDB database/],
    [{ extensions: ['no_such_extension_of_duckdb.duckdb_extension'] }, 'T5001', /extension .* cannot be loaded/],
    [{ settings: { no_such_setting: 1 } }, 'T1006', /no_such_setting/],
  ])('with %j it fails as %s', async (credentials: JsonObject, code, message) => {
    const engine = await open({ credentials })
    const failure = engine.acquire('test')
    await expect(failure).rejects.toMatchObject({ code })
    await expect(failure).rejects.toThrow(message)
    await engine.close()
  })

  test.each([
    [{ path: 5 }, 'T1006'],
    [{ path: 'x.duckdb', database: 'y' }, 'T1006'],
    [{ attach: ['x'] }, 'T1006'],
    [{ attach: [{ alias: 'x' }] }, 'T1006'],
    [{ attach: [{ path: 'x', type: 'sqlite', options: { type: 'sqlite' } }] }, 'T1006'],
    [{ secrets: [{ key_id: 'x' }] }, 'T1006'],
    [{ extensions: [3] }, 'T1006'],
    [{ retries: { connect_attempts: 0 } }, 'T1006'],
    [{ use_credential_provider: 'gcs' }, 'T1006'],
    [{ path: 'md:mine' }, 'T5007'],
    [{ path: 'ducklake:x' }, 'T5007'],
    [{ plugins: [{ module: 'excel' }] }, 'T5007'],
    [{ remote: { host: 'x' } }, 'T5007'],
  ])('credentials %j cannot be right: %s', async (credentials: JsonObject, code) => {
    const { database, ...rest } = credentials
    await expect(
      open({ credentials: rest, ...(typeof database === 'string' ? { database } : {}) }),
    ).rejects.toMatchObject({ code })
  })

  test('the database is named after its file, as DuckDB does it', async () => {
    const adapter = await loadAdapter('duckdb')
    const named = (path: string | null): string | undefined =>
      adapter.completeTarget?.({
        profileName: 'p',
        targetName: 't',
        type: 'duckdb',
        database: '',
        schema: 'main',
        threads: 1,
        credentials: path === null ? {} : { path },
      }).database
    expect([null, ':memory:', 'a.duckdb', '/x/my.db.duckdb', '.hidden.db', 'plain'].map(named)).toEqual([
      'memory',
      'memory',
      'a',
      'my',
      'hidden',
      'plain',
    ])
  })

  test('attached databases, secrets, settings and read-only files', async () => {
    const path = newPath()
    const made = await open({ credentials: { path } })
    await rows(made, 'create table t as select 7 as i')
    await made.close()
    const engine = await open({
      credentials: {
        attach: [{ path, alias: 'other', read_only: true }],
        secrets: [{ type: 's3', key_id: 'k', secret: "it's", scope: ['s3://a', 's3://b'] }].slice(0, 0),
        settings: { TimeZone: 'America/New_York' },
        config_options: { threads: 1 },
      },
    })
    expect(
      await rows(engine, `select i, timestamptz '2024-07-01 12:00:00+00', current_setting('threads') from other.t`),
    ).toEqual([[7, '2024-07-01 08:00:00-04', 1]])
    await expect(rows(engine, 'create table other.u (i int)')).rejects.toMatchObject({ code: 'T5003' })
    await engine.close()
    const reading = await open({ credentials: { path, read_only: true } })
    expect(await rows(reading, 'select i from t')).toEqual([[7]])
    await expect(rows(reading, 'drop table t')).rejects.toThrow(/read-only/)
    await reading.close()
  })
})
