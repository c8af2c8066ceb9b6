import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { adapterConformance, type ConformanceEngine, type ConformanceRequest } from '../../src/adapters/conformance.ts'
import { findBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'
import { type Engine, loadAdapter } from '../../src/adapters/index.ts'
import type { JsonObject, RunEvent, TargetConfig } from '../../src/core/index.ts'

const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function projectFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-embedded-'))
  folders.push(folder)
  return folder
}

function target(credentials: JsonObject, threads: number, database: string): TargetConfig {
  return { profileName: 'tests', targetName: 'dev', type: 'embedded', database, schema: 'public', threads, credentials }
}

interface OpenRequest {
  readonly projectRoot: string
  readonly credentials: JsonObject
  readonly threads?: number
  readonly database?: string
  readonly env?: Readonly<Record<string, string>>
  readonly emit?: (event: RunEvent) => void
}

async function open(request: OpenRequest): Promise<Engine> {
  const adapter = await loadAdapter('embedded')
  return await adapter.open({
    target: target(request.credentials, request.threads ?? 2, request.database ?? ''),
    projectRoot: request.projectRoot,
    // Each test says which backend it is about, whatever the caller's environment forces.
    env: { ...process.env, TDBT_EMBEDDED_BACKEND: '', ...request.env },
    emit: request.emit ?? (() => {}),
    applicationName: 'tdbt/test',
  })
}

function opener(backend: 'native' | 'pglite'): (request: ConformanceRequest) => Promise<ConformanceEngine> {
  return async ({ emit, threads, statementTimeoutMs }) => {
    const timeout = statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }
    const credentials = { backend, ...timeout }
    return {
      engine: await open({ projectRoot: await projectFolder(), credentials, threads, emit }),
      database: 'postgres',
    }
  }
}

const binaries = findBinaries()
if ('missing' in binaries) {
  test('conformance of embedded native', (context) => {
    context.skip(`not run: ${binaries.missing}`)
  })
} else {
  adapterConformance('embedded native', opener('native'))
}

adapterConformance('embedded PGlite', opener('pglite'))

const backends = 'missing' in binaries ? (['pglite'] as const) : (['native', 'pglite'] as const)

describe.each(backends)('the %s backend', (backend) => {
  test('data stays from one opening to the next, in a database of the name that was asked for', async () => {
    const projectRoot = await projectFolder()
    for (let round = 0; round < 2; round++) {
      const engine = await open({ projectRoot, credentials: { backend }, database: 'My Shop' })
      const session = await engine.acquire('a')
      await session.execute('create table if not exists kept (i integer)')
      await session.execute('insert into kept values (1)')
      const { rows } = await session.execute(
        'select count(*), current_database(), current_setting($$timezone$$) from kept',
      )
      expect(rows).toEqual([[round + 1, 'My Shop', 'UTC']])
      await session.release()
      await engine.close()
    }
  })

  test('a second engine on the folder is T5005, and works once the first is closed', async () => {
    const projectRoot = await projectFolder()
    const first = await open({ projectRoot, credentials: { backend } })
    await expect(open({ projectRoot, credentials: { backend } })).rejects.toMatchObject({
      code: 'T5005',
      details: { hint: expect.stringMatching(/Close the first engine/) },
    })
    await first.close()
    const second = await open({ projectRoot, credentials: { backend } })
    await second.close()
  })

  test('names and text compare by code point, and upper() knows Unicode', async () => {
    const engine = await open({ projectRoot: await projectFolder(), credentials: { backend } })
    const session = await engine.acquire('a')
    expect((await session.execute(`select 'B' < 'a', 'é' > 'z', pg_encoding_to_char(6)`)).rows).toEqual([
      [true, true, 'UTF8'],
    ])
    await session.release()
    await engine.close()
  })
})

describe('choosing a backend', () => {
  test('one that does not exist is T1006', async () => {
    const projectRoot = await projectFolder()
    await expect(open({ projectRoot, credentials: { backend: 'oracle' } })).rejects.toMatchObject({ code: 'T1006' })
    await expect(open({ projectRoot, credentials: {}, env: { TDBT_EMBEDDED_BACKEND: 'x' } })).rejects.toMatchObject({
      code: 'T1006',
      message: expect.stringMatching(/TDBT_EMBEDDED_BACKEND/),
    })
  })

  test('the environment wins, and data of PGlite keeps auto with PGlite', async () => {
    const projectRoot = await projectFolder()
    const forced = await open({
      projectRoot,
      credentials: { backend: 'native' },
      env: { TDBT_EMBEDDED_BACKEND: 'pglite' },
    })
    expect(forced.maxSessions).toBe(1)
    await forced.close()
    const again = await open({ projectRoot, credentials: {} })
    expect(Object.fromEntries(await again.describe())['backend']).toMatch(/^pglite/)
    await again.close()
  })
})
