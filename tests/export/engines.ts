import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'
import { type Engine, loadAdapter } from '../../src/adapters/index.ts'
import type { Invocation, JsonObject } from '../../src/core/index.ts'
import { createExporter, type Exporter } from '../../src/export/index.ts'
import { duckdbExtensions } from '../support/duckdb-extensions.ts'
import { startTestPostgres } from '../support/postgres-server.ts'

/** `postgres, attached`: DuckDB's postgres extension fetches the rows of Parquet files. */
export const ENGINES = ['postgres', 'postgres, attached', 'embedded native', 'embedded PGlite', 'duckdb'] as const
export type EngineName = (typeof ENGINES)[number]

const extensions = await duckdbExtensions()
if ('missing' in extensions) console.log(`SKIPPED exports through DuckDB's postgres extension: ${extensions.missing}`)

/** What the exporter is told of DuckDB's extensions. */
export function extensionEnv(name: EngineName): Readonly<Record<string, string>> {
  const folder = name === 'postgres, attached' && 'folder' in extensions ? extensions.folder : 'none'
  return { TDBT_DUCKDB_EXTENSIONS: folder }
}

export interface OpenEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/** Why an engine cannot be had here. */
export function missing(name: EngineName): string | null {
  if (name === 'postgres, attached') return 'missing' in extensions ? extensions.missing : null
  if (name !== 'embedded native') return null
  const binaries = findBinaries()
  return 'missing' in binaries ? binaries.missing : null
}

/** An engine with an empty database, its clock in UTC. */
export async function openTestEngine(name: EngineName): Promise<OpenEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-export-engine-'))
  const drop = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  if (name === 'duckdb') return opened(await open('duckdb', folder, 'memory', duckdbCredentials), drop)
  if (name === 'postgres' || name === 'postgres, attached') {
    const server = await startTestPostgres()
    const database = await server.createDatabase('export')
    const { host, port, user, password } = server
    const credentials = { host, port, user, password, database, schema: 'public' }
    return opened(await open('postgres', folder, database, credentials), async () => {
      await server.stop()
      drop()
    })
  }
  const backend = name === 'embedded native' ? 'native' : 'pglite'
  return opened(await open('embedded', folder, '', { backend }), drop)
}

const duckdbCredentials: JsonObject = { path: ':memory:', settings: { TimeZone: 'UTC' } }

function opened(engine: Engine, drop: () => void | Promise<void>): OpenEngine {
  return {
    engine,
    close: async () => {
      await engine.close()
      await drop()
    },
  }
}

async function open(type: string, projectRoot: string, database: string, credentials: JsonObject): Promise<Engine> {
  const adapter = await loadAdapter(type)
  const target = { profileName: 'tests', targetName: 'dev', type, database, schema: 'public', threads: 3, credentials }
  return await adapter.open({
    target,
    projectRoot,
    env: { ...process.env, TDBT_EMBEDDED_BACKEND: '' },
    emit: () => {},
    applicationName: 'tdbt/test',
  })
}

/** Runs statements one by one; the rows of the last. */
export async function run(engine: Engine, ...statements: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const session = await engine.acquire('test')
  try {
    let rows: readonly (readonly unknown[])[] = []
    for (const sql of statements) rows = (await session.execute(sql)).rows
    return rows
  } finally {
    await session.release()
  }
}

/** DuckDB in memory: writes Parquet for the exporter, reads it for the tests. */
export function memoryDuckdb(): Promise<Engine> {
  return open('duckdb', tmpdir(), 'memory', duckdbCredentials)
}

export function testExporter(
  base: string,
  env: Readonly<Record<string, string | undefined>> = {},
  empty = false,
): Exporter {
  return createExporter({
    invocation: {
      invocationId: '00000000-0000-0000-0000-000000000000',
      env,
      now: () => new Date('2026-01-02T03:04:05Z'),
      flags: { empty },
    } as unknown as Invocation,
    base,
    connectionFor: async () => ({}),
    openDuckdb: memoryDuckdb,
  })
}
