import { expect, test } from 'vitest'
import type { Manifest } from '../core/index.ts'
import { float } from '../jinja/index.ts'
import { decodeManifest, encodeManifest, NOT_PLAIN } from './manifest-codec.ts'

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

const SHARED_CONFIG = { enabled: true, tags: ['a'], meta: { deep: [1, { two: null }] }, alias: 'x'.repeat(300) }
const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => 'text',
  () => 1.5,
  () => true,
  () => [],
  () => ({}),
  () => SHARED_CONFIG,
  () => ({ show: true, node_color: null }),
  () => ({ node_color: null, show: true }),
  () => ({ show: true }),
  () => ({ show: true, node_color: undefined }),
  () => ['a', { b: 'c' }],
  () => ({ a: { b: 'c' } }),
]
const FIELDS = ['name', 'config', 'docs', 'columns', 'meta', 'tags', 'depends_on', 'contract', 'primary_key', 'x,y']

function resources(seed: number): Record<string, Record<string, unknown>> {
  const next = numbers(seed)
  const out: Record<string, Record<string, unknown>> = {}
  for (let index = 0; index < 150; index++) {
    const id = `model.p.${index}`
    const resource: Record<string, unknown> = { unique_id: id }
    const skipped = next(6)
    for (const [place, field] of FIELDS.entries()) {
      if (place === skipped) continue
      // Mostly the value that resources of the same number have, so that shapes repeat.
      resource[field] = VALUES[next(3) === 0 ? next(VALUES.length) : (place * 5) % VALUES.length]?.()
    }
    out[id] = resource
  }
  return out
}

function encoded(manifest: unknown): string {
  return [...encodeManifest(manifest as Partial<Manifest>)].join('')
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'resources of all shapes come back as JSON has them, keys in their order: %i',
  (seed) => {
    const nodes = resources(seed)
    const manifest = {
      metadata: { project_name: 'p' },
      nodes,
      macros: resources(seed + 100),
      disabled: { a: Object.values(resources(seed + 200)).slice(0, 2) },
    } as unknown as Partial<Manifest>
    const decoded = decodeManifest(encoded(manifest))
    // Parts that stand as they are come first.
    for (const part of ['metadata', 'nodes', 'macros', 'disabled'] as const) {
      expect(JSON.stringify(decoded[part])).toBe(JSON.stringify(manifest[part]))
    }
  },
)

test('floats that are whole stay floats, among shared values too', () => {
  const nodes = {
    a: { meta: { n: float(1) }, version: float(2), tags: [] },
    b: { meta: { n: 1 }, version: 2, tags: [] },
  }
  const decoded = decodeManifest(encoded({ nodes }))
  expect(decoded.nodes).toEqual(nodes)
})

test.each([
  ['a date', new Date(0)],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a function', () => 1],
  ['a map', new Map()],
])('%s makes a manifest that is not kept', (_, value) => {
  for (const field of ['meta', 'description']) {
    for (const held of [value, [value], { a: value }]) {
      const nodes = { a: { docs: { show: true }, [field]: {} }, b: { docs: { show: true }, [field]: held } }
      expect(() => encoded({ nodes })).toThrow(expect.toSatisfy((thrown) => thrown === NOT_PLAIN))
    }
  }
})
