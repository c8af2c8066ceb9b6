import { isAbsolute, join, relative } from 'node:path'
import {
  type GraphNode,
  graphResources,
  isJsonObject,
  type Json,
  type JsonObject,
  type Manifest,
} from '../core/index.ts'
import type { ManifestInput } from './inputs.ts'
import { manifestEntries } from './manifest-entry.ts'
import { artifactMetadata, timestamp } from './metadata.ts'
import { writePieces } from './write-text.ts'

/** A part of manifest.json: a value as it is, or resources by id, each of which becomes an entry. */
type Part =
  | { readonly name: string; readonly value: Json }
  | {
      readonly name: string
      readonly ids: readonly string[]
      readonly of: Readonly<Record<string, unknown>>
      readonly entry: (resource: never, id: string) => Json
    }

/** manifest.json v12: every map in the order of its ids, with parent_map, child_map and group_map. */
export function manifestJson(input: ManifestInput): JsonObject {
  const out: Record<string, Json> = {}
  for (const part of manifestParts(input)) {
    if ('value' in part) {
      out[part.name] = part.value
      continue
    }
    const entries: Record<string, Json> = {}
    for (const id of part.ids) entries[id] = withoutUndefined(part.entry(part.of[id] as never, id))
    out[part.name] = entries
  }
  return out
}

/**
 * The text of `manifestJson` in pieces, one for each resource: a manifest of thousands never stands in memory as a second set of objects,
 * nor as one text.
 */
export function* manifestText(input: ManifestInput): Generator<string, void> {
  let between = '{'
  for (const part of manifestParts(input)) {
    const key = `${between}${JSON.stringify(part.name)}:`
    between = ','
    if ('value' in part) {
      yield key + JSON.stringify(part.value)
      continue
    }
    yield `${key}{`
    let comma = ''
    for (const id of part.ids) {
      yield `${comma}${JSON.stringify(id)}:${JSON.stringify(part.entry(part.of[id] as never, id))}`
      comma = ','
    }
    yield '}'
  }
  yield '}'
}

/** Writes target/manifest.json. Throws T7002. */
export async function writeManifest(targetDir: string, input: ManifestInput): Promise<void> {
  const below = relative(input.invocation.flags.projectDir, targetDir)
  // A target folder outside of the project is named in full, as dbt does.
  const targetPath = input.targetPath ?? (below.startsWith('..') || isAbsolute(below) ? targetDir : below)
  await writePieces(join(targetDir, 'manifest.json'), manifestText({ ...input, targetPath }))
}

function manifestParts(input: ManifestInput): readonly Part[] {
  const { manifest, invocation } = input
  const edges = edgeMaps(manifest)
  const node = manifestEntries(input)
  const plain = manifestEntries({})
  const sorted = (
    name: keyof Manifest,
    entry: (resource: never, id: string) => Json = plain,
    of: Readonly<Record<string, unknown>> = manifest[name] as unknown as Readonly<Record<string, unknown>>,
  ): Part => ({ name, ids: Object.keys(of).sort(), of, entry })
  return [
    {
      name: 'metadata',
      value: {
        ...artifactMetadata('manifest', 12, invocation),
        ...manifest.metadata,
        user_id: null,
        send_anonymous_usage_stats: false,
        run_started_at: timestamp(invocation.startedAt),
      },
    },
    sorted('nodes', node),
    sorted('sources'),
    sorted('macros'),
    sorted('docs'),
    // Exposures stay in the order of their files, as dbt has them.
    { name: 'exposures', ids: Object.keys(manifest.exposures), of: manifest.exposures, entry: plain },
    sorted('metrics'),
    sorted('groups'),
    { name: 'selectors', value: manifest.selectors },
    sorted('disabled', (nodes: readonly GraphNode[], id) => nodes.map((item) => plain(item, id))),
    { name: 'parent_map', value: edges.parents },
    { name: 'child_map', value: edges.children },
    { name: 'group_map', value: groupMap(manifest) },
    sorted('saved_queries'),
    sorted('semantic_models'),
    sorted('unit_tests'),
    sorted('functions', node),
  ]
}

function withoutUndefined(entry: Json): Json {
  if (Array.isArray(entry)) return entry.map(withoutUndefined)
  if (!isJsonObject(entry)) return entry
  const out: Record<string, Json> = {}
  for (const [key, value] of Object.entries<Json | undefined>(entry)) if (value !== undefined) out[key] = value
  return out
}

/** Parents and children by id, as dbt lists them: parents in the order of `depends_on`, children sorted. */
function edgeMaps(manifest: Manifest): { readonly parents: JsonObject; readonly children: JsonObject } {
  const resources = graphResources(manifest)
  const ids = [...resources.keys()].sort()
  const parents: Record<string, readonly string[]> = {}
  const children: Record<string, string[]> = {}
  for (const id of ids) children[id] = []
  // Those that come with sorted ids are sorted.
  for (const id of ids) {
    const above = parentsOf(resources.get(id))
    parents[id] = above.length < 2 ? above : [...above].sort()
    for (const parent of above) children[parent]?.push(id)
  }
  return { parents, children }
}

function parentsOf(resource: GraphNode | undefined): readonly string[] {
  if (resource === undefined || resource.resource_type === 'source' || resource.resource_type === 'seed') return []
  const { nodes } = resource.depends_on
  return nodes.length < 2 ? nodes : [...new Set(nodes)]
}

function groupMap(manifest: Manifest): JsonObject {
  const map: Record<string, string[]> = {}
  for (const group of Object.values(manifest.groups)) map[group.name] = []
  if (Object.keys(map).length === 0) return map
  for (const part of [manifest.nodes, manifest.saved_queries, manifest.semantic_models, manifest.metrics]) {
    for (const [id, node] of Object.entries(part)) {
      const group: unknown = node['group']
      if (typeof group === 'string') map[group]?.push(id)
    }
  }
  for (const list of Object.values(map)) list.sort()
  return sortedKeys(map)
}

function sortedKeys(map: Readonly<Record<string, readonly string[]>>): JsonObject {
  const out: Record<string, readonly string[]> = {}
  for (const key of Object.keys(map).sort()) out[key] = map[key] ?? []
  return out
}
