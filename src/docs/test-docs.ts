import { isJsonObject, type Json, type JsonObject, type NodeResult } from '../core/index.ts'
import { list, objectOf, text } from './json-reading.ts'
import { resultOf } from './result-digest.ts'
import type { Test } from './site/data.ts'

/** Data tests and unit tests of the manifest with their last result, sorted by id. */
export function testDocs(manifest: JsonObject, results: ReadonlyMap<string, NodeResult>): readonly Test[] {
  const nodes = Object.values(objectOf(manifest['nodes'])).filter(isJsonObject)
  const tests = nodes.filter((node) => node['resource_type'] === 'test').map((node) => dataTest(node, results))
  const unitTests = Object.values(objectOf(manifest['unit_tests'])).filter(isJsonObject)
  return [...tests, ...unitTests.map((node) => unitTest(node, results))].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function dataTest(node: JsonObject, results: ReadonlyMap<string, NodeResult>): Test {
  const id = text(node['unique_id'])
  const metadata = node['test_metadata']
  const targets = list(objectOf(node['depends_on'])['nodes'])
  const attached = text(node['attached_node'])
  const ordered = targets.includes(attached) ? [attached, ...targets.filter((target) => target !== attached)] : targets
  return {
    id,
    label: isJsonObject(metadata) ? genericLabel(metadata) : text(node['name']),
    name: text(node['name']),
    type: isJsonObject(metadata) ? 'generic' : 'singular',
    package: text(node['package_name']),
    file: text(node['original_file_path']),
    column: isJsonObject(metadata) ? columnOf(node, metadata) : null,
    targets: ordered,
    severity: text(objectOf(node['config'])['severity']).toLowerCase() || 'error',
    description: text(node['description']),
    raw: text(node['raw_code']),
    compiled: typeof node['compiled_code'] === 'string' ? node['compiled_code'] : null,
    result: resultOf(results.get(id)),
  }
}

function columnOf(node: JsonObject, metadata: JsonObject): string | null {
  const column = text(node['column_name']) || text(objectOf(metadata['kwargs'])['column_name'])
  return column === '' ? null : column.replace(/^["`]|["`]$/g, '')
}

/** The generic test's name in words, with what it was given: `accepted values: placed, shipped`. */
function genericLabel(metadata: JsonObject): string {
  const namespace = text(metadata['namespace'])
  const name = `${namespace === '' ? '' : `${namespace}.`}${text(metadata['name'])}`
  const given = Object.entries(objectOf(metadata['kwargs']))
    .filter(([key]) => key !== 'model' && key !== 'column_name')
    .map(([key, value]) => (key === 'values' || key === 'to' ? short(value) : `${key} ${short(value)}`))
  return given.length === 0 ? name : `${name}: ${given.join(', ')}`
}

function short(value: Json): string {
  if (Array.isArray(value)) return value.map(short).join(', ')
  return typeof value === 'string' ? value.replace(/^\{\{\s*|\s*\}\}$/g, '') : JSON.stringify(value)
}

function unitTest(node: JsonObject, results: ReadonlyMap<string, NodeResult>): Test {
  const id = text(node['unique_id'])
  return {
    id,
    label: text(node['name']),
    name: text(node['name']),
    type: 'unit',
    package: text(node['package_name']),
    file: text(node['original_file_path']),
    column: null,
    targets: list(objectOf(node['depends_on'])['nodes']),
    severity: 'error',
    description: text(node['description']),
    raw: JSON.stringify({ given: node['given'], expect: node['expect'] }, null, 2),
    compiled: null,
    result: resultOf(results.get(id)),
  }
}
