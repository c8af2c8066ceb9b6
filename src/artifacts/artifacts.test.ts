import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  CompiledNode,
  FreshnessResult,
  Invocation,
  JsonObject,
  Manifest,
  ManifestNode,
  NodeResult,
} from '../core/index.ts'
import { TdbtError } from '../core/index.ts'
import { buildDag } from '../graph/index.ts'
import {
  type CatalogInput,
  catalogJson,
  graphSummaryJson,
  manifestJson,
  producedWriter,
  readManifest,
  readPreviousState,
  readRunResults,
  runResultsJson,
  semanticManifestJson,
  sourcesJson,
  writeManifest,
  writeRunResults,
  writeSources,
} from './index.ts'
import { upgradeManifest } from './read-manifest.ts'

type Json = Readonly<Record<string, never>>
interface Recorded {
  readonly parsed: JsonObject
  readonly built: JsonObject & { readonly nodes: Readonly<Record<string, JsonObject>> }
  readonly results: { readonly results: readonly NodeResult[]; readonly elapsed_time: number }
  readonly sources: { readonly results: readonly FreshnessResult[] }
  readonly catalog: { readonly nodes: Readonly<Record<string, Json>>; readonly sources: Readonly<Record<string, Json>> }
  readonly semantic: JsonObject
}

const recorded = JSON.parse(await readFile(new URL('./cases/dbt.json', import.meta.url), 'utf8')) as Recorded

const invocation = {
  invocationId: 'b3d4b7a0-0000-4000-8000-000000000000',
  startedAt: new Date('2026-11-21T05:00:00.123Z'),
  now: () => new Date('2026-11-21T05:00:01Z'),
  env: { DBT_ENV_CUSTOM_ENV_job: 'nightly', DBT_ENV_SECRET_TOKEN: 'hunter2', PATH: '/bin' },
  vars: { day: '2026-01-01' },
  command: 'build',
  flags: { fullRefresh: false, which: 'build', projectDir: '/project', behavior: { some_flag: true } },
} as unknown as Invocation

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tdbt-artifacts-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function failure(work: Promise<unknown>): Promise<TdbtError> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error instanceof TdbtError) return error
  throw new Error(`expected a TdbtError, got ${String(error)}`)
}

/** dbt has keys with null where another manifest leaves the key out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  )
}

describe('manifest.json', () => {
  test('what dbt parse wrote comes out again, edge maps and group map included', () => {
    const manifest = upgradeManifest(recorded.parsed, 12)
    const { metadata, ...written } = manifestJson({ manifest, invocation })
    const { metadata: _, ...parsed } = recorded.parsed
    // dbt lists the members of a group as it met them.
    const groups = Object.entries(parsed['group_map'] as Record<string, string[]>)
    const before = { ...parsed, group_map: Object.fromEntries(groups.map(([name, ids]) => [name, [...ids].sort()])) }
    expect(withoutNulls(written)).toEqual(withoutNulls(before))
    expect(metadata).toMatchObject({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      generated_at: '2026-11-21T05:00:01.000000Z',
      invocation_started_at: '2026-11-21T05:00:00.123000Z',
      env: { job: 'nightly' },
      project_name: 'shop',
      adapter_type: 'postgres',
    })
  })

  test('compiled nodes carry what dbt build wrote of them', () => {
    const manifest = upgradeManifest(recorded.parsed, 12)
    const compiled = new Map<string, CompiledNode>()
    for (const [id, node] of Object.entries(recorded.built.nodes)) {
      if (node['compiled'] !== true) continue
      const path = node['compiled_path']
      const compiled_path = typeof path === 'string' ? path.replace('target/compiled/shop/', '') : null
      const { macros } = node['depends_on'] as { readonly macros: readonly string[] }
      compiled.set(id, { ...node, unique_id: id, compiled_path, macros } as unknown as CompiledNode)
    }
    expect(compiled.size).toBeGreaterThan(5)
    const nodes = manifestJson({ manifest, invocation, compiled })['nodes'] as Readonly<Record<string, JsonObject>>
    const pick = (node: JsonObject | undefined): JsonObject =>
      Object.fromEntries(
        [
          'relation_name',
          'compiled',
          'compiled_code',
          'compiled_path',
          'extra_ctes',
          'extra_ctes_injected',
          'depends_on',
        ].map((key) => [key, node?.[key] ?? null]),
      )
    for (const id of compiled.keys()) expect(pick(nodes[id]), id).toEqual(pick(recorded.built.nodes[id]))
    expect(nodes['seed.shop.raw_orders']).not.toHaveProperty('compiled_path')
  })

  test('the same manifest in another order gives the same bytes', () => {
    const reversed = Object.fromEntries(
      Object.entries(recorded.parsed).map(([key, map]) =>
        key === 'nodes' ? [key, Object.fromEntries(Object.entries(map as JsonObject).reverse())] : [key, map],
      ),
    ) as JsonObject
    const bytes = (json: JsonObject): string =>
      JSON.stringify(manifestJson({ manifest: upgradeManifest(json, 12), invocation }))
    expect(bytes(reversed)).toBe(bytes(recorded.parsed))
  })

  test('keys that dbt does not know are left out', () => {
    const manifest = upgradeManifest(recorded.parsed, 12)
    const id = 'model.shop.orders'
    const node = { ...manifest.nodes[id], config_call_dict: { a: 1 }, of_tdbt: 1 } as unknown as ManifestNode
    const json = manifestJson({ manifest: { ...manifest, nodes: { [id]: node } }, invocation })
    expect(JSON.stringify(json)).not.toContain('config_call_dict')
    expect(JSON.stringify(json)).not.toContain('of_tdbt')
  })
})

test('semantic_manifest.json is what dbt wrote', () => {
  const written = semanticManifestJson(upgradeManifest(recorded.built, 12))
  const byName = (json: JsonObject): unknown =>
    JSON.parse(
      JSON.stringify(json, (_, value: unknown) =>
        Array.isArray(value) ? [...value].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : value,
      ),
    )
  const sortKeys = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sortKeys)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, sortKeys(inner)]),
    )
  }
  expect(byName(sortKeys(written) as JsonObject)).toEqual(byName(sortKeys(recorded.semantic) as JsonObject))
})

test('run_results.json holds the results as dbt wrote them, and flags and vars as args', () => {
  const { results, elapsed_time } = recorded.results
  const json = runResultsJson({ results, invocation, elapsedSeconds: elapsed_time, args: { select: ['orders'] } })
  expect(json['results']).toEqual(results)
  expect(json['args']).toEqual({
    full_refresh: false,
    invocation_command: 'tdbt build',
    project_dir: '/project',
    select: ['orders'],
    some_flag: true,
    vars: { day: '2026-01-01' },
    which: 'build',
  })
})

test('the values of secrets do not get into run_results.json', () => {
  const [first] = recorded.results.results
  if (first === undefined) throw new Error('no result recorded')
  const results = [{ ...first, message: 'wrong password hunter2 for hunter2' }]
  const text = JSON.stringify(runResultsJson({ results, invocation, elapsedSeconds: 1 }))
  expect(text).not.toContain('hunter2')
  expect(text).toContain('wrong password ***** for *****')
})

test('sources.json holds what dbt wrote; a check that failed keeps its error alone', () => {
  const { results } = recorded.sources
  const failed = {
    unique_id: 's',
    status: 'runtime error',
    error: 'gone',
    timing: [],
    thread_id: 't',
    execution_time: 0,
  }
  const json = sourcesJson({ results: [...results, failed as FreshnessResult], invocation, elapsedSeconds: 1 })
  expect(json['results']).toEqual([...results, { unique_id: 's', status: 'runtime error', error: 'gone' }])
})

test('catalog.json maps rows to nodes and sources as dbt does', () => {
  interface Table {
    readonly metadata: Readonly<Record<string, string>>
    readonly columns: Readonly<Record<string, Readonly<Record<string, string | number>>>>
  }
  const rows = new Map<string, CatalogInput['rows'][number]>()
  for (const part of [recorded.catalog.nodes, recorded.catalog.sources]) {
    for (const table of Object.values(part) as unknown as Table[]) {
      for (const column of Object.values(table.columns)) {
        const row = {
          ...Object.fromEntries(Object.entries(table.metadata).map(([key, value]) => [`table_${key}`, value])),
          ...Object.fromEntries(Object.entries(column).map(([key, value]) => [`column_${key}`, value])),
        }
        rows.set(JSON.stringify(row), row)
      }
    }
  }
  const unknown = { table_database: 'x', table_schema: 'y', table_name: 'z', column_name: 'a', column_index: 1 }
  const manifest = upgradeManifest(recorded.built, 12)
  // Rows in any order: columns are put in the order of their index.
  const json = catalogJson({ manifest, rows: [unknown, ...[...rows.values()].reverse()], invocation })
  expect(json['nodes']).toEqual(recorded.catalog.nodes)
  expect(json['sources']).toEqual(recorded.catalog.sources)
  expect(json['errors']).toBeNull()
  const orders = (json['nodes'] as Record<string, { columns: JsonObject }>)['model.shop.orders']
  expect(Object.keys(orders?.columns ?? {})).toEqual(['order_id', 'cents', 'status', 'ordered_on'])
})

test('graph_summary.json names each node once, with its successors by number', () => {
  const manifest = upgradeManifest(recorded.parsed, 12)
  const dag = buildDag(manifest)
  const json = graphSummaryJson(manifest, dag, invocation) as unknown as {
    linked: Record<string, { name: string; succ?: number[] }>
  }
  expect(Object.keys(json.linked)).toHaveLength(dag.ids.length)
  const orders = Object.values(json.linked).find((entry) => entry.name === 'model.shop.orders')
  expect(orders?.succ?.map((index) => json.linked[index]?.name)).toContain('model.shop.broken')
})

describe('on disk', () => {
  const manifest = upgradeManifest(recorded.built, 12)

  test('compiled_path starts at the project, or names a folder outside of it in full', async () => {
    const id = 'model.shop.orders'
    const node = { ...recorded.built.nodes[id], unique_id: id, compiled_path: 'models/orders.sql' }
    const compiled = new Map([[id, node as unknown as CompiledNode]])
    const pathIn = async (projectDir: string): Promise<unknown> => {
      const flags = { ...invocation.flags, projectDir }
      await writeManifest(join(folder, 'out'), { manifest, compiled, invocation: { ...invocation, flags } })
      const written = JSON.parse(await readFile(join(folder, 'out/manifest.json'), 'utf8')) as Recorded['built']
      return written.nodes[id]?.['compiled_path']
    }
    expect(await pathIn(folder)).toBe('out/compiled/shop/models/orders.sql')
    expect(await pathIn(join(folder, 'elsewhere'))).toBe(join(folder, 'out/compiled/shop/models/orders.sql'))
  })

  test('what was written is read again as previous state', async () => {
    await writeManifest(folder, { manifest, invocation })
    await writeRunResults(folder, { results: recorded.results.results, invocation, elapsedSeconds: 1 })
    await writeSources(folder, { results: recorded.sources.results, invocation, elapsedSeconds: 1 })
    const state = await readPreviousState(folder, folder)
    expect(Object.keys(state.manifest?.nodes ?? {})).toEqual(Object.keys(manifest.nodes).sort())
    expect(state.results?.map((result) => result.status)).toEqual(
      recorded.results.results.map((result) => result.status),
    )
    expect(state.sources).toEqual(state.sourcesCurrent)
    expect(state.sources?.[0]?.max_loaded_at).toBe(recorded.sources.results[0]?.max_loaded_at)
    expect((await readRunResults(join(folder, 'run_results.json'))).args['which']).toBe('build')
  })

  test('what is written piece by piece is what manifestJson gives, small or long, compiled or not', async () => {
    const compiled = new Map<string, CompiledNode>()
    for (const [id, node] of Object.entries(recorded.built.nodes)) {
      if (typeof node['compiled_code'] !== 'string' || compiled.size % 3 === 2) continue
      compiled.set(id, { ...node, unique_id: id, macros: ['macro.shop.x'] } as unknown as CompiledNode)
    }
    const executed = new Map([...compiled.keys()].map((id, index) => [id, `target/run/${index}.sql`]))
    const long = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => {
        const id = `macro.shop.long_${index}`
        return [id, { unique_id: id, resource_type: 'macro', macro_sql: `"ü"\n${'x'.repeat(100_000)}${index}` }]
      }),
    ) as unknown as Manifest['macros']
    const [id = ''] = Object.keys(manifest.nodes)
    const variants: readonly Manifest[] = [
      manifest,
      upgradeManifest(recorded.parsed, 12),
      { ...manifest, macros: { ...manifest.macros, ...long } },
      { ...manifest, groups: {}, disabled: { [id]: Object.values(manifest.nodes) } },
    ]
    for (const each of variants) {
      for (const more of [{}, { compiled }, { compiled, executed }]) {
        const input = { manifest: each, invocation, targetPath: 'target', ...more }
        await writeManifest(folder, input)
        expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toBe(JSON.stringify(manifestJson(input)))
      }
    }
    expect(await readdir(folder)).toEqual(['manifest.json'])
  })

  test('files that are not there are null, and leave no temporary files behind', async () => {
    expect(await readPreviousState(folder)).toEqual({
      manifest: null,
      results: null,
      sources: null,
      sourcesCurrent: null,
    })
    await writeManifest(join(folder, 'new', 'target'), { manifest, invocation })
    expect(await readdir(join(folder, 'new', 'target'))).toEqual(['manifest.json'])
  })

  test('a torn, foreign or too new file is T7001 with its path', async () => {
    const file = join(folder, 'manifest.json')
    await writeFile(file, '{"metadata": ')
    expect(await failure(readPreviousState(folder))).toMatchObject({ code: 'T7001' })
    await writeFile(file, JSON.stringify({ metadata: { dbt_schema_version: 'https://x/dbt/catalog/v1.json' } }))
    expect((await failure(readManifest(file))).message).toContain('no dbt manifest')
    await writeFile(file, JSON.stringify({ metadata: { dbt_schema_version: 'https://x/dbt/manifest/v99.json' } }))
    expect((await failure(readManifest(file))).message).toContain('v99')
  })

  test('a folder that cannot be made is T7002', async () => {
    await writeFile(join(folder, 'target'), 'a file')
    expect((await failure(writeManifest(join(folder, 'target'), { manifest, invocation }))).code).toBe('T7002')
  })

  test('compiled and executed SQL goes below its folder, never out of it', async () => {
    const write = producedWriter(folder)
    await write({ kind: 'compiled', path: 'shop/models/a.sql', text: 'select 1' })
    expect(await readFile(join(folder, 'compiled/shop/models/a.sql'), 'utf8')).toBe('select 1')
    const outside = async () => write({ kind: 'run', path: '../../a.sql', text: 'x' })
    expect((await failure(outside())).code).toBe('T7002')
  })

  test('texts are what was written last, whatever was there or happens to their folder meanwhile', async () => {
    const target = join(folder, 'compiled/shop')
    const long = 'select 1 -- ö\n'.repeat(10_000)
    const produce = async (texts: Readonly<Record<string, string>>, write = producedWriter(folder)) => {
      for (const [name, text] of Object.entries(texts)) {
        await write({ kind: 'compiled', path: `shop/${name}.sql`, text })
        expect(await readFile(join(target, `${name}.sql`), 'utf8')).toBe(text)
      }
      return write
    }
    await produce({ a: 'select 1', b: long, 'deep/c': '' })
    const write = await produce({ a: 'select 1', b: 'select 2', d: 'select 4' })
    await produce({ a: long, b: 'select 2', d: 'select 5', 'deep/c': 'select 3', e: 'new' }, write)
    // Someone else puts files there, takes the folder away, links to a file.
    await writeFile(join(target, 'f.sql'), 'theirs')
    await produce({ f: 'ours' }, write)
    await rm(target, { recursive: true })
    await produce({ a: 'select 1', b: long, g: 'select 7' }, write)
    await writeFile(join(folder, 'elsewhere.sql'), 'theirs')
    await symlink(join(folder, 'elsewhere.sql'), join(target, 'h.sql'))
    await produce({ h: 'ours' })
    expect(await readFile(join(folder, 'elsewhere.sql'), 'utf8')).toBe('theirs')
    expect((await readdir(target)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a text whose place is a folder, or below a file, is T7002 and leaves nothing behind', async () => {
    const write = producedWriter(folder)
    await mkdir(join(folder, 'run/a.sql'), { recursive: true })
    await writeFile(join(folder, 'run/file'), '')
    const at = (path: string) => failure((async () => write({ kind: 'run', path, text: 'select 1' }))())
    expect((await at('a.sql')).code).toBe('T7002')
    expect((await at('file/b.sql')).code).toBe('T7002')
    expect((await readdir(join(folder, 'run'))).sort()).toEqual(['a.sql', 'file'])
  })
})

test('a manifest of dbt 1.0 (v4) is brought up to date', () => {
  const manifest = upgradeManifest(
    {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v4.json' },
      nodes: {
        'model.p.a': { unique_id: 'model.p.a', resource_type: 'model', raw_sql: 'select 1', refs: [['b'], ['q', 'c']] },
      },
      metrics: { 'metric.p.m': { resource_type: 'metric' } },
    },
    4,
  )
  expect(manifest.nodes['model.p.a']).toMatchObject({
    raw_code: 'select 1',
    refs: [
      { name: 'b', package: null, version: null },
      { name: 'c', package: 'q', version: null },
    ],
    contract: { enforced: false },
    unrendered_config: {},
    depends_on: { macros: [], nodes: [] },
  })
  expect(manifest.metrics).toEqual({})
  expect(manifest.unit_tests).toEqual({})
})
