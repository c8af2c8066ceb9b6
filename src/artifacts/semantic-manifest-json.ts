import { join } from 'node:path'
import { isJsonObject, type Json, type JsonObject, type Manifest, type ModelNode } from '../core/index.ts'
import { writeText } from './write-text.ts'

/** Model of that name is a time spine without saying so: MetricFlow's first convention. */
const LEGACY_TIME_SPINE = 'metricflow_time_spine'

const SEMANTIC_MODEL = [
  'name',
  'defaults',
  'description',
  'node_relation',
  'primary_entity',
  'entities',
  'measures',
  'dimensions',
  'label',
  'metadata',
]
const METRIC = [
  'name',
  'description',
  'type',
  'type_params',
  'filter',
  'metadata',
  'label',
  'config',
  'time_granularity',
]
const SAVED_QUERY = ['name', 'query_params', 'description', 'metadata', 'label', 'exports', 'tags']

/** semantic_manifest.json as dbt-semantic-interfaces 0.9 writes it: what MetricFlow reads of the project. */
export function semanticManifestJson(manifest: Manifest): JsonObject {
  return {
    semantic_models: entries(manifest.semantic_models).map((model) => ({
      ...pick(model, SEMANTIC_MODEL),
      entities: list(model['entities']).map((entity) => ({ ...entity, metadata: entity['metadata'] ?? null })),
      measures: list(model['measures']).map((measure) => ({ ...measure, metadata: measure['metadata'] ?? null })),
      config: configMeta(model),
    })),
    metrics: entries(manifest.metrics).map((metric) => ({
      ...pick(metric, METRIC),
      type_params: typeParams(metric['type_params']),
      config: configMeta(metric),
    })),
    project_configuration: {
      time_spine_table_configurations: legacyTimeSpines(manifest),
      metadata: null,
      dsi_package_version: { major_version: '0', minor_version: '9', patch_version: '0' },
      time_spines: Object.values(manifest.nodes).flatMap((node) =>
        node.resource_type === 'model' && node.time_spine !== null && node.time_spine !== undefined
          ? [timeSpine(node, node.time_spine)]
          : [],
      ),
    },
    saved_queries: entries(manifest.saved_queries).map((query) => ({
      ...pick(query, SAVED_QUERY),
      exports: list(query['exports']).map((entry) => {
        const config = isJsonObject(entry['config']) ? entry['config'] : {}
        return { name: entry['name'] ?? null, config: pick(config, ['export_as', 'schema_name', 'alias']) }
      }),
    })),
  }
}

/** Writes target/semantic_manifest.json. Throws T7002. */
export async function writeSemanticManifest(targetDir: string, manifest: Manifest): Promise<void> {
  await writeText(join(targetDir, 'semantic_manifest.json'), JSON.stringify(semanticManifestJson(manifest)))
}

function entries(map: Manifest['metrics']): readonly JsonObject[] {
  return Object.values(map).map((resource) => resource as unknown as JsonObject)
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, object[key] ?? null]))
}

function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function configMeta(resource: JsonObject): JsonObject {
  const config = resource['config']
  return { meta: isJsonObject(config) ? (config['meta'] ?? {}) : {} }
}

function typeParams(value: Json | undefined): Json {
  if (!isJsonObject(value)) return value ?? null
  const { metric_aggregation_params: _, ...rest } = value
  const cumulative = rest['cumulative_type_params']
  if (!isJsonObject(cumulative)) return rest
  const { metric: __, ...inner } = cumulative
  return { ...rest, cumulative_type_params: inner }
}

function timeSpine(node: ModelNode, spine: JsonObject): JsonObject {
  const column = String(spine['standard_granularity_column'] ?? '')
  const granularity = Object.values(node.columns).find((entry) => entry.name === column)?.granularity ?? null
  return {
    node_relation: {
      alias: node.alias,
      schema_name: node.schema,
      database: node.database,
      relation_name: node.relation_name,
    },
    primary_column: { name: column, time_granularity: granularity },
    custom_granularities: list(spine['custom_granularities']).map((custom) => ({
      name: custom['name'] ?? null,
      column_name: custom['column_name'] ?? null,
    })),
  }
}

function legacyTimeSpines(manifest: Manifest): readonly JsonObject[] {
  if (Object.keys(manifest.semantic_models).length === 0) return []
  const model = Object.values(manifest.nodes).find((node) => node.name === LEGACY_TIME_SPINE)
  if (model?.resource_type !== 'model' || (model.time_spine !== null && model.time_spine !== undefined)) return []
  return [{ location: model.relation_name, column_name: 'date_day', grain: 'day' }]
}
