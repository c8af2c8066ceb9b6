import { isJsonObject, type Json, type JsonObject, type Manifest } from '../core/index.ts'
import { readArtifact } from './read-artifact.ts'

const MAPS = [
  'nodes',
  'sources',
  'macros',
  'docs',
  'exposures',
  'metrics',
  'groups',
  'selectors',
  'disabled',
  'saved_queries',
  'semantic_models',
  'unit_tests',
  'functions',
] as const

const WITHOUT_COLUMNS: ReadonlySet<string> = new Set(['exposure', 'metric', 'semantic_model', 'saved_query'])

/**
 * A manifest.json of dbt 1.0 to 1.11 (v4 to v12) or of tdbt as a Manifest: older names are brought up to date (raw_sql,
 * refs as lists) and what older versions do not have gets its default. Throws T7001.
 */
export async function readManifest(file: string): Promise<Manifest> {
  const { json, version } = await readArtifact(file, 'manifest', 4, 12)
  return upgradeManifest(json, version)
}

/** The Manifest that a parsed manifest.json of that version stands for. */
export function upgradeManifest(json: JsonObject, version: number): Manifest {
  const maps: Record<string, JsonObject> = {}
  for (const name of MAPS) maps[name] = objectOf(json[name])
  // The metrics of v9 and before have nothing in common with those of later versions.
  if (version <= 9) maps['metrics'] = {}
  for (const name of MAPS) {
    if (name === 'selectors' || name === 'disabled') continue
    maps[name] = mapValues(objectOf(maps[name]), upgradeResource)
  }
  maps['disabled'] = mapValues(objectOf(maps['disabled']), (entry) =>
    (Array.isArray(entry) ? entry : []).map((node) => (isJsonObject(node) ? upgradeResource(node) : node)),
  )
  const metadata = objectOf(json['metadata'])
  const quoting = objectOf(metadata['quoting'])
  return {
    ...(maps as unknown as Omit<Manifest, 'metadata'>),
    metadata: {
      project_name: String(metadata['project_name'] ?? ''),
      project_id: String(metadata['project_id'] ?? ''),
      adapter_type: String(metadata['adapter_type'] ?? ''),
      quoting: {
        database: quoting['database'] !== false,
        schema: quoting['schema'] !== false,
        identifier: quoting['identifier'] !== false,
        column: null,
      },
    },
  }
}

function upgradeResource(value: Json): Json {
  if (!isJsonObject(value)) return value
  const type = value['resource_type']
  const out: Record<string, Json> = { ...value }
  if (out['raw_sql'] !== undefined) out['raw_code'] = out['raw_sql']
  if (out['compiled_sql'] !== undefined) out['compiled_code'] = out['compiled_sql']
  if (Array.isArray(out['refs'])) out['refs'] = out['refs'].map(upgradeRef)
  if (type !== 'source' && type !== 'doc' && type !== 'group') {
    out['depends_on'] = { macros: [], nodes: [], ...objectOf(out['depends_on']) }
  }
  if (type === undefined || type === 'macro' || type === 'doc' || type === 'group') return out

  out['fqn'] ??= []
  out['config'] = { enabled: true, ...objectOf(out['config']) }
  if (type === 'unit_test') return out
  out['unrendered_config'] ??= {}
  if (WITHOUT_COLUMNS.has(String(type))) return out
  out['tags'] ??= []
  out['columns'] = mapValues(objectOf(out['columns']), (column) => ({ constraints: [], ...objectOf(column) }))
  if (type === 'model') {
    out['contract'] = { enforced: false, alias_types: true, checksum: null, ...objectOf(out['contract']) }
    out['constraints'] ??= []
    out['access'] ??= 'protected'
    out['version'] ??= null
    out['latest_version'] ??= null
    out['deprecation_date'] ??= null
  }
  return out
}

function upgradeRef(ref: Json): Json {
  if (!Array.isArray(ref)) return ref
  const name = ref.at(-1) ?? null
  return { name, package: ref.length > 1 ? (ref[0] ?? null) : null, version: null }
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function mapValues(map: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
}
