import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { graphResources, type Manifest } from '../core/index.ts'
import { buildDag, headOf } from '../graph/index.ts'
import { deriveListing, labelsOf, readHeads, readLabels, readListing } from './listing.ts'

const { manifest: recorded } = JSON.parse(
  readFileSync(new URL('../graph/cases/selectors.json', import.meta.url), 'utf8'),
) as { manifest: Manifest }

/** The recorded project, with a disabled model and names that their selectors do not tell. */
function manifestOf(): Manifest {
  const [id = '', other = '', third = ''] = Object.keys(recorded.nodes).filter((key) => key.startsWith('model.'))
  const node = (key: string) => recorded.nodes[key] as Manifest['nodes'][string]
  const nodes = {
    ...recorded.nodes,
    [id]: { ...node(id), config: { ...node(id).config, enabled: false } },
    [other]: { ...node(other), fqn: ['shop', 'a.b', 'c'] },
    [third]: { ...node(third), package_name: 'elsewhere', tags: ['x', 'y'] },
  } as Manifest['nodes']
  return { ...recorded, nodes }
}

test('what was kept of each resource is what the manifest says', () => {
  const manifest = manifestOf()
  // As the parse cache gives it back.
  const derived: unknown = JSON.parse(JSON.stringify(deriveListing(manifest, buildDag(manifest))))
  const enabled = [...graphResources(manifest)]
    .filter(([, resource]) => resource.config?.enabled !== false)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  expect(enabled.length).toBeGreaterThan(20)
  expect([...(readHeads(derived) ?? [])]).toEqual(enabled.map(([id, resource]) => [id, headOf(resource)]))
  const some = enabled.filter((_, index) => index % 3 === 0)
  for (const key of ['selector', 'name', 'path'] as const) {
    const labels = enabled.map(([, resource]) => ({ kind: resource.resource_type, label: labelsOf(resource)[key] }))
    expect(readListing(derived, key)).toEqual(labels)
    expect(readLabels(derived, new Set(some.map(([id]) => id)), key)).toEqual(
      some.map(([, resource]) => labelsOf(resource)[key]),
    )
  }
})

test('nothing is told where nothing was kept', () => {
  expect(readHeads(null)).toBeUndefined()
  expect(readLabels(null, new Set(), 'name')).toBeUndefined()
  expect(readListing(null, 'name')).toBeUndefined()
})
