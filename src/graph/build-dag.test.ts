import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Manifest } from '../core/index.ts'
import { TdbtError } from '../core/index.ts'
import { buildDag, toDot, toMermaid, withTestEdges } from './index.ts'

const recorded = JSON.parse(readFileSync(new URL('./cases/selectors.json', import.meta.url), 'utf8')) as {
  manifest: Manifest
  heldBack: Readonly<Record<string, readonly string[]>>
}

/** A manifest of models and tests from `child: parents`; names that begin with `t_` are tests. */
function manifestOf(edges: Readonly<Record<string, readonly string[]>>): Manifest {
  const nodes: Record<string, unknown> = {}
  for (const [name, parents] of Object.entries(edges)) {
    nodes[name] = {
      unique_id: name,
      name,
      resource_type: name.startsWith('t_') ? 'test' : 'model',
      original_file_path: `models/${name}.sql`,
      config: { enabled: true },
      depends_on: { nodes: parents, macros: [] },
    }
  }
  const rest = { sources: {}, exposures: {}, functions: {}, metrics: {}, semantic_models: {}, saved_queries: {} }
  return { nodes, ...rest, unit_tests: {}, macros: {}, docs: {}, selectors: {}, disabled: {} } as unknown as Manifest
}

function failure(work: () => unknown): TdbtError {
  try {
    work()
  } catch (error) {
    if (error instanceof TdbtError) return error
  }
  throw new Error('expected a TdbtError')
}

test('ids are parents first, then by name, whatever the order of the manifest', () => {
  const edges = { c: ['a', 'b'], b: [], z: [], a: ['z'] }
  const reversed = Object.fromEntries(Object.entries(edges).reverse())
  expect(buildDag(manifestOf(edges)).ids).toEqual(['b', 'z', 'a', 'c'])
  expect(buildDag(manifestOf(reversed)).ids).toEqual(['b', 'z', 'a', 'c'])
})

test('ancestors and descendants stop at the depth', () => {
  const dag = buildDag(manifestOf({ a: [], b: ['a'], c: ['b'], d: ['c', 'a'] }))
  expect([...dag.ancestors('d')]).toEqual(['a', 'b', 'c'])
  expect([...dag.ancestors('d', 1)]).toEqual(['a', 'c'])
  expect([...dag.descendants('a', 1)]).toEqual(['b', 'd'])
  expect([...dag.descendants('a', 0)]).toEqual([])
  expect(dag.parents('d')).toEqual(['a', 'c'])
  expect(dag.children('nobody')).toEqual([])
})

test('restrict keeps a path through dropped nodes as one edge', () => {
  const dag = buildDag(manifestOf({ a: [], b: ['a'], c: ['b'], d: ['c', 'a'], e: ['d'], lone: [] }))
  const part = dag.restrict(new Set(['a', 'd', 'lone']))
  expect(part.ids).toEqual(['a', 'lone', 'd'])
  expect(part.parents('d')).toEqual(['a'])
  expect(dag.restrict(new Set(['b', 'e'])).parents('e')).toEqual(['b'])
})

test('a cycle is T3003 with its path and the file of its first node', () => {
  const error = failure(() => buildDag(manifestOf({ start: [], b: ['c', 'start'], c: ['a'], a: ['b'], after: ['a'] })))
  expect(error.code).toBe('T3003')
  expect(error.message).toBe('Found a cycle: a -> c -> b -> a')
  expect(error.details.location?.file).toBe('models/a.sql')
})

test('a node that depends on itself is a cycle of one', () => {
  expect(failure(() => buildDag(manifestOf({ a: ['a'] }))).message).toBe('Found a cycle: a -> a')
})

test('a parent that is not in the manifest is T3001 with the nearest id', () => {
  const error = failure(() => buildDag(manifestOf({ orders: [], revenue: ['order'] })))
  expect(error.code).toBe('T3001')
  expect(error.details.hint).toBe("Did you mean 'orders'?")
})

test('a graph of many diamonds in a row is built and walked in linear time', () => {
  const edges: Record<string, string[]> = { n0: [] }
  for (let step = 0; step < 2000; step++) {
    edges[`l${step}`] = [`n${step}`]
    edges[`r${step}`] = [`n${step}`]
    edges[`n${step + 1}`] = [`l${step}`, `r${step}`]
  }
  expect(buildDag(manifestOf(edges)).ancestors('n2000').size).toBe(6000)
})

test('a test holds back what is downstream of all it tests', () => {
  const dag = buildDag(
    manifestOf({ a: [], b: ['a'], c: ['b'], d: ['a', 'c'], e: ['a'], t_a: ['a'], t_ac: ['a', 'c'], t_ce: ['c', 'e'] }),
  )
  const build = withTestEdges(dag, manifestOf(Object.fromEntries(dag.ids.map((id) => [id, dag.parents(id)]))))
  expect(build.parents('b')).toEqual(['a', 't_a'])
  expect(build.parents('e')).toEqual(['a', 't_a'])
  expect(build.parents('d')).toContain('t_ac')
  // d comes after c but not after e.
  expect(build.children('t_ce')).toEqual([])
  expect(dag.children('t_a')).toEqual([])
})

test('the nodes that each test holds back are those of dbt build', () => {
  const { manifest } = recorded
  const build = withTestEdges(buildDag(manifest), manifest)
  const held = Object.fromEntries(
    Object.keys(manifest.nodes)
      .filter((id) => manifest.nodes[id]?.resource_type === 'test')
      .map((id) => {
        const below = [...build.descendants(id)].filter((node) => {
          const type = manifest.nodes[node]?.resource_type
          return type !== undefined && type !== 'test'
        })
        return [id, below.sort()]
      })
      .filter(([, below]) => below?.length !== 0),
  )
  expect(held).toEqual(recorded.heldBack)
})

test('DOT and Mermaid draw each node once and each edge, with names escaped', () => {
  const manifest = manifestOf({ a: [], 'b"<x>': ['a'] })
  const dag = buildDag(manifest)
  expect(toDot(manifest, dag)).toContain('"a" -> "b\\"<x>";')
  expect(toMermaid(manifest, dag).split('\n')).toEqual([
    'flowchart LR',
    '  n0["a"]',
    '  n1["b&quot;&lt;x&gt;"]',
    '  n0 --> n1',
    '',
  ])
})

test('sources and versions are drawn under the names that people use', () => {
  const dot = toDot(recorded.manifest, buildDag(recorded.manifest))
  expect(dot).toContain('label="raw.orders"')
  expect(dot).toContain('label="customers.v2"')
})
