import type { JsonObject } from '../core/index.ts'
import type { Place } from './drafts.ts'
import type { SemanticDraft } from './manifest-builder.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import type { RawEntry } from './schema-render.ts'
import { fqnOf } from './sql-nodes.ts'
import { readStaticReference } from './static-reference.ts'

type SemanticKind = 'metric' | 'semantic_model' | 'saved_query'

function newResource(
  parsing: Parsing,
  properties: PropertiesFile,
  kind: SemanticKind,
  { entry }: RawEntry,
): SemanticDraft {
  const { scope, file } = properties
  const packageName = scope.config.name
  const name = entry.name
  const fqn = fqnOf(packageName, file.relativePath, name)
  const patch = { ...entry.mapping('config'), ...(entry.has('group') ? { group: entry.text('group') } : {}) }
  const request = { kind, fqn, packageName, patch } as const
  const config = parsing.configs.resolve(request)
  const draft: SemanticDraft = {
    name,
    resource_type: kind,
    package_name: packageName,
    path: file.relativePath,
    original_file_path: file.originalPath,
    unique_id: `${kind}.${packageName}.${name}`,
    fqn,
    description: entry.text('description') ?? '',
    label: entry.text('label'),
    config,
    unrendered_config: parsing.configs.resolveUnrendered(request),
    group: (config['group'] as string | null | undefined) ?? null,
    meta: (config['meta'] ?? {}) as JsonObject,
    tags: [...entry.texts('tags')],
    depends_on: { macros: [], nodes: [] },
    refs: [],
    created_at: parsing.createdAt,
  }
  const place: Place = { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source }
  parsing.builder.setPlace(draft, place)
  return draft
}

function add(parsing: Parsing, map: Map<string, SemanticDraft>, draft: SemanticDraft): void {
  if (draft.config['enabled'] === false) parsing.builder.addDisabled(draft)
  else parsing.builder.claim(map, draft)
}

/** Adds a metric: dbt's fields, with its type parameters as they are written. */
export function parseMetric(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'metric', raw)
  const { entry } = raw
  draft['type'] = entry.text('type') ?? 'simple'
  draft['type_params'] = entry.mapping('type_params')
  draft['filter'] = filterOf(entry.data['filter'])
  draft['time_granularity'] = entry.text('time_granularity')
  draft['metadata'] = null
  draft['sources'] = []
  draft['metrics'] = []
  add(parsing, parsing.builder.metrics, draft)
}

/** Adds a semantic model; its model becomes a ref. */
export function parseSemanticModel(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'semantic_model', raw)
  const { entry } = raw
  const model = entry.text('model')
  if (model === null) throw entry.problem('model', `Semantic model '${entry.name}' names no 'model'`, null)
  const reference = readStaticReference(model)
  if (reference.kind === 'ref') draft['refs'] = [reference.ref]
  draft['model'] = model
  for (const key of ['entities', 'measures', 'dimensions']) draft[key] = entry.list(key)
  draft['defaults'] = entry.data['defaults'] ?? null
  draft['primary_entity'] = entry.text('primary_entity')
  draft['node_relation'] = null
  draft['metadata'] = null
  add(parsing, parsing.builder.semanticModels, draft)
}

/** Adds a saved query. */
export function parseSavedQuery(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'saved_query', raw)
  const { entry } = raw
  draft['query_params'] = {
    metrics: [],
    group_by: [],
    where: null,
    order_by: [],
    limit: null,
    ...entry.mapping('query_params'),
  }
  draft['exports'] = entry.list('exports')
  draft['metadata'] = null
  add(parsing, parsing.builder.savedQueries, draft)
}

function filterOf(value: unknown): unknown {
  if (value === undefined || value === null) return null
  const filters = Array.isArray(value) ? value : [value]
  return { where_filters: filters.map((filter) => ({ where_sql_template: String(filter) })) }
}

/** Finds the models of semantic models, the measures and metrics of metrics, the metrics of saved queries. */
export function linkSemanticNodes(parsing: Parsing): void {
  const { builder } = parsing
  const measures = new Map<string, SemanticDraft>()
  for (const model of builder.semanticModels.values()) {
    for (const ref of (model['refs'] as readonly { name: string }[] | undefined) ?? []) {
      const node = [...builder.nodes.values()].find((item) => item.name === ref.name && item.resource_type === 'model')
      if (!node) continue
      model.depends_on.nodes.push(node.unique_id)
      model['node_relation'] = {
        alias: node.alias,
        schema_name: node.schema,
        database: node.database,
        relation_name: node.relation_name,
      }
    }
    for (const measure of (model['measures'] as readonly { name?: string }[] | undefined) ?? []) {
      if (measure.name !== undefined) measures.set(measure.name, model)
    }
  }
  const metrics = new Map([...builder.metrics.values()].map((metric) => [metric.name, metric]))
  const link = (draft: SemanticDraft, names: Iterable<string>) => {
    for (const name of names) {
      const target = metrics.get(name) ?? measures.get(name)
      if (target && target !== draft && !draft.depends_on.nodes.includes(target.unique_id))
        draft.depends_on.nodes.push(target.unique_id)
    }
  }
  for (const metric of builder.metrics.values()) link(metric, inputsOf(metric['type_params']))
  for (const query of builder.savedQueries.values()) {
    const params = query['query_params'] as { metrics?: readonly string[] } | undefined
    link(query, params?.metrics ?? [])
  }
}

// Names of measures and metrics among the type parameters, wherever they stand.
function* inputsOf(params: unknown): Generator<string> {
  const fields = (params ?? {}) as Readonly<Record<string, unknown>>
  for (const key of ['measure', 'numerator', 'denominator', 'base_measure', 'conversion_measure']) {
    const value = fields[key]
    if (typeof value === 'string') yield value
    else if (typeof value === 'object' && value !== null && 'name' in value) yield String(value.name)
  }
  const metrics = fields['metrics']
  for (const value of Array.isArray(metrics) ? metrics : []) {
    yield typeof value === 'string' ? value : String((value as { name?: unknown }).name ?? '')
  }
  if ('conversion_type_params' in fields) yield* inputsOf(fields['conversion_type_params'])
}
