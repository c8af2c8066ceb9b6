import { isAbsolute, join, relative } from 'node:path'
import {
  type CompiledNode,
  type GraphNode,
  graphResources,
  isJsonObject,
  type Json,
  type JsonObject,
  type Manifest,
} from '../core/index.ts'
import type { ManifestInput } from './inputs.ts'
import { manifestFields } from './manifest-fields.ts'
import { artifactMetadata, timestamp } from './metadata.ts'
import { writeText } from './write-text.ts'

/** manifest.json v12: every map in the order of its ids, with parent_map, child_map and group_map. */
export function manifestJson(input: ManifestInput): JsonObject {
  const { manifest, invocation, compiled, executed, targetPath = 'target' } = input
  const edges = edgeMaps(manifest)
  const entry = (node: object, id: string): JsonObject => {
    const value = withCompiled(plain(node), compiled?.get(id), targetPath)
    const path = executed?.get(id)
    return path === undefined ? value : { ...value, build_path: path }
  }
  return {
    metadata: {
      ...artifactMetadata('manifest', 12, invocation),
      ...manifest.metadata,
      user_id: null,
      send_anonymous_usage_stats: false,
      run_started_at: timestamp(invocation.startedAt),
    },
    nodes: mapSorted(manifest.nodes, entry),
    sources: mapSorted(manifest.sources, plain),
    macros: mapSorted(manifest.macros, plain),
    docs: mapSorted(manifest.docs, plain),
    // Exposures stay in the order of their files, as dbt has them.
    exposures: Object.fromEntries(Object.entries(manifest.exposures).map(([id, value]) => [id, plain(value)])),
    metrics: mapSorted(manifest.metrics, plain),
    groups: mapSorted(manifest.groups, plain),
    selectors: manifest.selectors,
    disabled: mapSorted(manifest.disabled, (nodes) => nodes.map((node) => notCompiled(plain(node)))),
    parent_map: edges.parents,
    child_map: edges.children,
    group_map: groupMap(manifest),
    saved_queries: mapSorted(manifest.saved_queries, plain),
    semantic_models: mapSorted(manifest.semantic_models, plain),
    unit_tests: mapSorted(manifest.unit_tests, plain),
    functions: mapSorted(manifest.functions, entry),
  }
}

/** Writes target/manifest.json. Throws T7002. */
export async function writeManifest(targetDir: string, input: ManifestInput): Promise<void> {
  const below = relative(input.invocation.flags.projectDir, targetDir)
  // A target folder outside of the project is named in full, as dbt does.
  const targetPath = input.targetPath ?? (below.startsWith('..') || isAbsolute(below) ? targetDir : below)
  await writeText(join(targetDir, 'manifest.json'), JSON.stringify(manifestJson({ ...input, targetPath })))
}

function mapSorted<T>(map: Readonly<Record<string, T>>, change: (value: T, id: string) => Json): JsonObject {
  const out: Record<string, Json> = {}
  for (const id of Object.keys(map).sort()) {
    const value = map[id]
    if (value !== undefined) out[id] = change(value, id)
  }
  return out
}

/** The keys that dbt knows for the kind, in its order. A resource is plain data already; undefined values are left out. */
function plain(resource: object): JsonObject {
  const values = resource as Readonly<Record<string, Json | undefined>>
  const type = String(values['resource_type'])
  const keys = manifestFields(type, values['test_metadata'] !== undefined) ?? Object.keys(values)
  const out: Record<string, Json> = {}
  for (const key of keys) {
    const value = values[key]
    if (value !== undefined) out[key] = key === 'depends_on' ? dependsOn(type, value) : value
  }
  return out
}

/** Seeds and macros depend on macros alone. */
function dependsOn(type: string, value: Json): Json {
  if (!isJsonObject(value)) return value
  const macros = value['macros'] ?? []
  return type === 'seed' || type === 'macro' ? { macros } : { macros, nodes: value['nodes'] ?? [] }
}

/** A disabled node that compiles has the key of its text's path. */
function notCompiled(node: JsonObject): JsonObject {
  return 'raw_code' in node && node['resource_type'] !== 'seed' ? { ...node, compiled_path: null } : node
}

function withCompiled(node: JsonObject, compiled: CompiledNode | undefined, targetPath: string): JsonObject {
  if (node['resource_type'] === 'seed') return node
  if (compiled === undefined) return { ...node, compiled_path: null }
  return {
    ...node,
    relation_name: compiled.relation_name ?? node['relation_name'] ?? null,
    compiled_path:
      compiled.compiled_path === null
        ? null
        : `${targetPath}/compiled/${String(node['package_name'])}/${compiled.compiled_path}`,
    compiled: true,
    compiled_code: compiled.compiled_code,
    extra_ctes_injected: compiled.extra_ctes_injected,
    extra_ctes: compiled.extra_ctes.map(({ id, sql }) => ({ id, sql })),
    ...(compiled.index === undefined ? {} : { index: compiled.index }),
    ...withMacros(node['depends_on'], compiled.macros ?? []),
  }
}

/** What the text called with `execute` true is a dependency as well, behind what parsing saw. */
function withMacros(known: Json | undefined, called: readonly string[]): JsonObject {
  if (called.length === 0 || !isJsonObject(known) || !Array.isArray(known['macros'])) return {}
  return { depends_on: { ...known, macros: [...new Set([...known['macros'], ...called])] } }
}

/** Parents and children by id, as dbt lists them: parents in the order of `depends_on`, children sorted. */
function edgeMaps(manifest: Manifest): { readonly parents: JsonObject; readonly children: JsonObject } {
  const resources = graphResources(manifest)
  const parents: Record<string, string[]> = {}
  const children: Record<string, string[]> = {}
  for (const id of resources.keys()) children[id] = []
  for (const [id, resource] of resources) {
    const above = parentsOf(resource)
    parents[id] = [...above].sort()
    for (const parent of above) children[parent]?.push(id)
  }
  for (const list of Object.values(children)) list.sort()
  return { parents: sortedKeys(parents), children: sortedKeys(children) }
}

function parentsOf(resource: GraphNode): readonly string[] {
  if (resource.resource_type === 'source' || resource.resource_type === 'seed') return []
  return [...new Set(resource.depends_on.nodes)]
}

function groupMap(manifest: Manifest): JsonObject {
  const map: Record<string, string[]> = {}
  for (const group of Object.values(manifest.groups)) map[group.name] = []
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
