import { DBT_VERSION, isJsonObject, type Json, type JsonObject, type NodeResult } from '../core/index.ts'
import { list, objectOf, text } from './json-reading.ts'
import { macroDocs } from './macro-docs.ts'
import { RESULT_ORDER, resultOf } from './result-digest.ts'
import type { Column, LastRun, Resource, ResourceKind, SiteData, Test } from './site/data.ts'
import { testDocs } from './test-docs.ts'

/** What the site shows: artifacts as they are written (manifest.json, catalog.json) and the results of the last run. */
export interface DocsInput {
  readonly manifest: JsonObject
  readonly catalog: JsonObject | null
  readonly runResults: DocsRun | null
}

/** The results of a run; `readRunResults` of artifacts/ gives it. */
export interface DocsRun {
  readonly results: readonly NodeResult[]
  readonly args: JsonObject
  readonly generatedAt: string
  readonly elapsedSeconds: number
}

const KINDS: ReadonlySet<string> = new Set<ResourceKind>([
  'source',
  'seed',
  'model',
  'snapshot',
  'analysis',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'function',
])

/** Digest of the artifacts for the page; pure, and the same for the same input. */
export function buildSiteData({ manifest, catalog, runResults }: DocsInput): SiteData {
  const results = new Map((runResults?.results ?? []).map((result) => [result.unique_id, result]))
  const tables = { ...objectOf(catalog?.['nodes']), ...objectOf(catalog?.['sources']) }
  const tests = testDocs(manifest, results)
  const resources: Resource[] = []
  const parts = ['sources', 'nodes', 'functions', 'semantic_models', 'metrics', 'saved_queries', 'exposures']
  for (const part of parts) {
    for (const node of Object.values(objectOf(manifest[part]))) {
      if (!isJsonObject(node) || !KINDS.has(text(node['resource_type']))) continue
      if (objectOf(node['docs'])['show'] === false) continue
      const id = text(node['unique_id'])
      resources.push(resourceDoc(node, catalog === null ? null : (tables[id] ?? false), tests, results.get(id)))
    }
  }
  resources.sort((a, b) => (a.id < b.id ? -1 : 1))
  const known = new Set(resources.map((resource) => resource.id))
  const metadata = objectOf(manifest['metadata'])
  const project = text(metadata['project_name'])
  return {
    project,
    adapter: text(metadata['adapter_type']),
    generatedAt: text(metadata['generated_at']),
    toolVersion: DBT_VERSION,
    description: overviewText(manifest, project),
    lastRun: runResults === null ? null : lastRun(runResults),
    resources: resources.map((resource) => ({ ...resource, parents: resource.parents.filter((id) => known.has(id)) })),
    tests: tests.filter((test) => test.type !== 'generic' || test.targets.some((id) => known.has(id))),
    macros: macroDocs(manifest, project),
  }
}

/** The doc block `__overview__` of the root project, dbt's way to write a start page. */
function overviewText(manifest: JsonObject, project: string): string {
  const blocks = Object.values(objectOf(manifest['docs'])).filter(isJsonObject)
  const names = [`__${project}__`, '__overview__']
  for (const name of names) {
    const own = blocks.find((block) => block['name'] === name && block['package_name'] === project)
    if (own !== undefined) return text(own['block_contents'])
  }
  return ''
}

function lastRun(run: DocsRun): LastRun {
  const counts: Record<string, number> = {}
  for (const result of run.results) counts[result.status] = (counts[result.status] ?? 0) + 1
  const sorted = Object.entries(counts).sort(([a], [b]) => RESULT_ORDER.indexOf(a) - RESULT_ORDER.indexOf(b))
  return {
    finishedAt: run.generatedAt,
    command: text(run.args['which']),
    elapsedSeconds: run.elapsedSeconds,
    counts: Object.fromEntries(sorted),
  }
}

function resourceDoc(
  node: JsonObject,
  table: Json | false | null,
  tests: readonly Test[],
  result: NodeResult | undefined,
): Resource {
  const id = text(node['unique_id'])
  const kind = text(node['resource_type']) as ResourceKind
  const config = objectOf(node['config'])
  const own = tests.filter((test) => test.targets[0] === id)
  const file = text(node['original_file_path'])
  const color = text(objectOf(node['docs'])['node_color'] ?? objectOf(config['docs'])['node_color'])
  const { folder, layer } = place(node, kind, file)
  return {
    id,
    kind,
    name: text(node['name']),
    label: labelOf(node, kind),
    package: text(node['package_name']),
    file,
    folder,
    layer,
    relation: typeof node['relation_name'] === 'string' ? node['relation_name'] : null,
    materialized: typeof config['materialized'] === 'string' ? config['materialized'] : null,
    tags: tagsOf(node),
    description: text(node['description']),
    columns: columnsOf(node, isJsonObject(table) ? table : undefined, own),
    raw: text(node['raw_code']),
    compiled: typeof node['compiled_code'] === 'string' ? node['compiled_code'] : null,
    language: text(node['language']) || 'sql',
    parents: list(objectOf(node['depends_on'])['nodes']),
    macros: list(objectOf(node['depends_on'])['macros']),
    tests: own.map((test) => test.id),
    facts: facts(node, kind, isJsonObject(table) ? table : undefined),
    config: meaningful(config),
    meta: objectOf(node['meta']),
    result: resultOf(result),
    built: table === null ? null : table !== false,
    color: /^(#[0-9a-f]{3,8}|[a-z]+)$/i.test(color) ? color : null,
  }
}

function labelOf(node: JsonObject, kind: ResourceKind): string {
  const name = text(node['name'])
  if (kind === 'source') return `${text(node['source_name'])}.${name}`
  if (kind === 'model' && node['version'] !== null && node['version'] !== undefined) {
    return `${name}.v${text(node['version'])}`
  }
  return kind === 'metric' || kind === 'exposure' ? text(node['label']) || name : name
}

/** Where it stands in the tree, and its layer. */
function place(node: JsonObject, kind: ResourceKind, file: string): { folder: readonly string[]; layer: string } {
  const packageName = text(node['package_name'])
  if (kind === 'source') return { folder: [packageName, 'sources', text(node['source_name'])], layer: 'source' }
  const folders = file.split(/[\\/]/).slice(0, -1)
  const [, first] = folders
  return { folder: [packageName, ...folders], layer: kind === 'model' ? (first ?? 'models') : kind }
}

function columnsOf(node: JsonObject, table: JsonObject | undefined, tests: readonly Test[]): readonly Column[] {
  const documented = objectOf(node['columns'])
  const real = objectOf(table?.['columns'])
  const byName = new Map<string, { documented?: JsonObject; real?: JsonObject; name: string }>()
  const inOrder = Object.values(real).filter(isJsonObject)
  for (const column of inOrder.sort((a, b) => Number(a['index']) - Number(b['index']))) {
    byName.set(text(column['name']).toLowerCase(), { real: column, name: text(column['name']) })
  }
  for (const column of Object.values(documented).filter(isJsonObject)) {
    const key = text(column['name']).toLowerCase()
    byName.set(key, { ...byName.get(key), documented: column, name: byName.get(key)?.name ?? text(column['name']) })
  }
  return [...byName.entries()].map(([key, column]) => ({
    name: column.name,
    type: text(column.real?.['type']) || text(column.documented?.['data_type']),
    description: text(column.documented?.['description']) || text(column.real?.['comment']),
    tests: tests.filter((test) => test.column?.toLowerCase() === key).map((test) => test.id),
    constraints: listOfObjects(column.documented?.['constraints']).map((constraint) => text(constraint['type'])),
    tags: tagsOf(column.documented ?? {}),
  }))
}

function facts(node: JsonObject, kind: ResourceKind, table: JsonObject | undefined): Resource['facts'] {
  const found: (readonly [string, string])[] = []
  const add = (label: string, value: Json | undefined): void => {
    const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    if (shown !== '') found.push([label, shown])
  }
  const owner = objectOf(node['owner'])
  add('Owner', [owner['name'], owner['email']].filter((part) => typeof part === 'string').join(' · '))
  add('Group', node['group'])
  if (kind === 'model' && node['access'] !== 'protected') add('Access', node['access'])
  if (objectOf(node['contract'])['enforced'] === true) add('Contract', 'enforced')
  if (kind === 'model') add('Latest version', node['latest_version'])
  add('Deprecated on', node['deprecation_date'])
  if (kind === 'exposure') {
    const files = objectOf(objectOf(node['meta'])['export'])
    const isExport = typeof files['to'] === 'string'
    add('Type', isExport ? 'export' : node['type'])
    if (isExport)
      add('Exported to', [files['to'], files['format']].filter((part) => typeof part === 'string').join(' · '))
    add('Maturity', node['maturity'])
    add('URL', node['url'])
  }
  if (kind === 'metric') add('Type', node['type'])
  if (kind === 'source') {
    add('Loader', node['loader'])
    add('Loaded at', node['loaded_at_field'])
    add('Freshness', freshness(objectOf(node['freshness'])))
    add('Source', node['source_description'])
  }
  const metadata = objectOf(table?.['metadata'])
  add('Relation type', text(metadata['type']).toLowerCase())
  add('Database owner', metadata['owner'])
  for (const stat of Object.values(objectOf(table?.['stats'])).filter(isJsonObject)) {
    if (stat['include'] === true) add(text(stat['label']), stat['value'])
  }
  return found
}

function freshness(rule: JsonObject): string {
  const limit = (key: string, word: string): string[] => {
    const { count, period } = objectOf(rule[key])
    return typeof count === 'number' ? [`${word} after ${count} ${text(period)}${count === 1 ? '' : 's'}`] : []
  }
  return [...limit('warn_after', 'warn'), ...limit('error_after', 'error')].join(', ')
}

/** The config without what is empty, default or shown elsewhere. */
function meaningful(config: JsonObject): Readonly<Record<string, unknown>> {
  const skipped = new Set(['enabled', 'materialized', 'tags', 'meta', 'docs', 'access', 'group', 'packages'])
  const empty = (value: Json | undefined): boolean =>
    value === null ||
    value === undefined ||
    value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isJsonObject(value) && Object.values(value).every(empty))
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => !skipped.has(key) && !empty(value)))
}

function tagsOf(node: JsonObject): readonly string[] {
  const tags = node['tags']
  return typeof tags === 'string' ? [tags] : list(tags)
}

function listOfObjects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
