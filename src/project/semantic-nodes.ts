import { type JsonObject, nearest, TdbtError } from '../core/index.ts'
import type { Place } from './drafts.ts'
import type { RefLookup } from './lookups.ts'
import type { SemanticDraft } from './manifest-builder.ts'
import { isRecord } from './native-render.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import type { RawEntry } from './schema-render.ts'
import { dimensionOf, entityOf, filterOf, inputMeasure, measureOf, type Part, typeParams } from './semantic-parts.ts'
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
    description: entry.text('description'),
    label: entry.text('label'),
    metadata: null,
    config,
    unrendered_config: parsing.configs.resolveUnrendered(request),
    group: (config['group'] as string | null | undefined) ?? null,
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

/** Adds a metric. */
export function parseMetric(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'metric', raw)
  const { entry } = raw
  const type = entry.text('type') ?? 'simple'
  draft['description'] ??= ''
  draft['type'] = type
  draft['type_params'] = typeParams(type, entry.data['type_params'])
  draft['filter'] = filterOf(entry.data['filter'])
  draft['time_granularity'] = entry.text('time_granularity')
  draft['meta'] = { ...entry.mapping('meta'), ...(draft.config['meta'] as JsonObject) }
  draft.config['meta'] = draft['meta']
  draft['tags'] = [...entry.texts('tags')]
  draft['sources'] = []
  draft['metrics'] = []
  add(parsing, parsing.builder.metrics, draft)
}

/** Adds a semantic model; its model becomes a ref. Measures with `create_metric` make a metric each. */
export function parseSemanticModel(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'semantic_model', raw)
  const { entry } = raw
  const model = entry.text('model')
  if (model === null) throw entry.problem('model', `Semantic model '${entry.name}' names no 'model'`, null)
  const reference = readStaticReference(model)
  if (reference.kind === 'ref') draft['refs'] = [reference.ref]
  const defaults = entry.data['defaults']
  draft['model'] = model
  draft['node_relation'] = null
  draft['entities'] = entry.list('entities').map(entityOf)
  const measures = entry.list('measures').map(measureOf)
  const asking = new Set(measures.filter((each) => each['create_metric'] === true).map((each) => each['name']))
  // dbt's measures say false once their metric is made.
  draft['measures'] = measures.map((each) => ({ ...each, create_metric: false }))
  draft['dimensions'] = entry.list('dimensions').map(dimensionOf)
  draft['defaults'] = isRecord(defaults) ? { agg_time_dimension: null, ...defaults } : null
  draft['primary_entity'] = entry.text('primary_entity')
  add(parsing, parsing.builder.semanticModels, draft)
  for (const measure of draft['measures'] as readonly Part[]) {
    if (!asking.has(measure['name']) || draft.config['enabled'] === false) continue
    const metric = newResource(parsing, properties, 'metric', raw)
    const name = String(measure['name'])
    Object.assign(metric, {
      name,
      unique_id: `metric.${metric.package_name}.${name}`,
      fqn: [...(metric['fqn'] as readonly string[]).slice(0, -1), name],
      description: measure['description'] ?? `Metric created from measure ${name}`,
      label: measure['label'] ?? name,
      type: 'simple',
      type_params: typeParams('simple', { measure: name, expr: measure['expr'] ?? name }),
      filter: null,
      time_granularity: null,
      meta: {},
      unrendered_config: { enabled: true, meta: {} },
      tags: [],
      sources: [],
      metrics: [],
    })
    add(parsing, parsing.builder.metrics, metric)
  }
}

/** Adds a saved query. */
export function parseSavedQuery(parsing: Parsing, properties: PropertiesFile, raw: RawEntry): void {
  const draft = newResource(parsing, properties, 'saved_query', raw)
  const { entry } = raw
  const params = entry.mapping('query_params')
  draft['query_params'] = {
    metrics: params['metrics'] ?? [],
    group_by: params['group_by'] ?? [],
    where: filterOf(params['where']),
    order_by: params['order_by'] ?? [],
    limit: params['limit'] ?? null,
  }
  draft['exports'] = entry.entries('exports').map((item) => exportOf(parsing, draft, item.name, item.mapping('config')))
  draft['tags'] = [...entry.texts('tags')]
  add(parsing, parsing.builder.savedQueries, draft)
}

function exportOf(parsing: Parsing, query: SemanticDraft, name: string, written: Readonly<Part>): Part {
  const config = {
    export_as: written['export_as'] ?? query.config['export_as'] ?? null,
    schema_name: String(written['schema'] ?? written['schema_name'] ?? query.config['schema'] ?? parsing.target.schema),
    alias: String(written['alias'] ?? name),
    database: String(written['database'] ?? parsing.target.database),
  }
  return { name, config, unrendered_config: { ...written } }
}

/** Finds the models of semantic models, the measures and metrics of metrics, the metrics of saved queries. Errors (T3001) go to the builder. */
export function linkSemanticNodes(parsing: Parsing, refs: RefLookup): void {
  const { builder } = parsing
  const measures = new Map<string, SemanticDraft>()
  for (const model of builder.semanticModels.values()) {
    for (const ref of (model['refs'] ?? []) as readonly {
      name: string
      package: string | null
      version: string | null
    }[]) {
      builder.attempt(() => {
        const node = refs.find(ref.name, ref.package ?? null, ref.version)
        if (!node) throw missing(model, 'node', ref.name, refs.names())
        model.depends_on.nodes.push(node.unique_id)
        model['node_relation'] = {
          alias: node.alias,
          schema_name: node.schema,
          database: node.database,
          relation_name: node.relation_name,
        }
      }, model)
    }
    for (const measure of model['measures'] as readonly Part[]) measures.set(String(measure['name']), model)
  }
  const metrics = new Map([...builder.metrics.values()].map((metric) => [metric.name, metric]))
  const linker = new MetricLinker(metrics, measures)
  for (const metric of builder.metrics.values()) builder.attempt(() => linker.link(metric), metric)
  for (const exposure of builder.exposures.values()) {
    for (const call of exposure.metrics) {
      const metric = metrics.get(String(call[call.length - 1]))
      if (metric && !exposure.depends_on.nodes.includes(metric.unique_id))
        exposure.depends_on.nodes.push(metric.unique_id)
    }
  }
  for (const query of builder.savedQueries.values()) {
    builder.attempt(() => {
      for (const name of (query['query_params'] as { metrics: readonly string[] }).metrics) {
        const metric = metrics.get(name)
        if (!metric) throw missing(query, 'metric', name, metrics.keys())
        depend(query, metric)
      }
    }, query)
  }
}

/** Gives metrics their input measures, through the metrics that they are made of. */
class MetricLinker {
  private readonly metrics: ReadonlyMap<string, SemanticDraft>
  private readonly measures: ReadonlyMap<string, SemanticDraft>
  private readonly done = new Set<SemanticDraft>()

  constructor(metrics: ReadonlyMap<string, SemanticDraft>, measures: ReadonlyMap<string, SemanticDraft>) {
    this.metrics = metrics
    this.measures = measures
  }

  link(metric: SemanticDraft): void {
    if (this.done.has(metric)) return
    this.done.add(metric)
    const params = metric['type_params'] as Part & { input_measures: Part[] }
    const conversion = params['conversion_type_params'] as Part | null
    const inputs = [params['measure'], conversion?.['base_measure'], conversion?.['conversion_measure']]
    for (const input of inputs) {
      if (!isRecord(input)) continue
      const name = String(input['name'])
      const model = this.measures.get(name)
      if (!model) throw missing(metric, 'measure', name, this.measures.keys())
      addInput(params.input_measures, input)
      depend(metric, model)
    }
    const parents = [params['numerator'], params['denominator'], ...((params['metrics'] ?? []) as unknown[])]
    for (const parent of parents) {
      if (!isRecord(parent)) continue
      const name = String(parent['name'])
      const found = this.metrics.get(name)
      if (!found) throw missing(metric, 'metric', name, this.metrics.keys())
      this.link(found)
      for (const input of (found['type_params'] as { input_measures: Part[] }).input_measures)
        addInput(params.input_measures, input)
      depend(metric, found)
    }
  }
}

function addInput(inputs: Part[], input: Part): void {
  const text = JSON.stringify(input)
  if (!inputs.some((known) => JSON.stringify(known) === text)) inputs.push(inputMeasure(input) ?? input)
}

function depend(resource: SemanticDraft, target: SemanticDraft): void {
  if (!resource.depends_on.nodes.includes(target.unique_id)) resource.depends_on.nodes.push(target.unique_id)
}

function missing(resource: SemanticDraft, kind: string, name: string, known: Iterable<string>): TdbtError {
  const near = nearest(name, known)
  return new TdbtError('T3001', `'${resource.unique_id}' depends on a ${kind} named '${name}' which was not found`, {
    found: name,
    hint: near === undefined ? undefined : `Did you mean '${near}'?`,
  })
}
