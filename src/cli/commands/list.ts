import type { GraphNode, Json, ResourceType } from '../../core/index.ts'
import { findResource, TdbtError } from '../../core/index.ts'
import { toDot, toMermaid } from '../../graph/index.ts'
import type { CommandRun } from '../command.ts'
import { openProject, previousState, resourceTypes, select } from '../open-project.ts'
import { warnLine } from '../warn.ts'

/** What is listed unless --resource-type says otherwise; analyses come with `all` alone, as in dbt. */
const LISTED: readonly ResourceType[] = [
  'model',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'function',
]

/** Keys of JSON output unless --output-keys says others: those that dbt gives. */
const JSON_KEYS = [
  'alias',
  'name',
  'package_name',
  'depends_on',
  'tags',
  'config',
  'resource_type',
  'source_name',
  'original_file_path',
  'unique_id',
]

export const list: CommandRun = async (context) => {
  const { given, printer } = context
  const open = await openProject(context, { silent: true })
  const { manifest } = open.project
  const state = await previousState(context, open)
  const words = given.array('resource-type')
  // dbt's rule: `ls --models` lists models and nothing else.
  const modelsOnly = given.array('models') !== undefined && words === undefined
  const asked = modelsOnly
    ? ['model' as const]
    : words?.includes('all')
      ? [...LISTED, 'analysis' as const]
      : (resourceTypes(words) ?? LISTED)
  const selection = select(context, open, { resourceTypes: asked, state, includeEmpty: true })
  const output = given.string('output') ?? 'selector'
  if (output === 'dot' || output === 'mermaid') {
    const part = open.dag.restrict(selection.ids)
    printer.data((output === 'dot' ? toDot : toMermaid)(manifest, part).trimEnd())
    return 0
  }
  const keys = given
    .array('output-keys')
    ?.flatMap((word) => word.split(/[\s,]+/))
    .filter(Boolean)
  const lines = [...selection.ids].sort().flatMap((id) => {
    const node = findResource(manifest, id)
    return node ? [line(node, output, keys)] : []
  })
  if (lines.length === 0) warnLine(context, 'No nodes selected!', 'NoNodesSelected')
  else printer.data(lines.join('\n'))
  return 0
}

function line(node: GraphNode, output: string, keys: readonly string[] | undefined): string {
  switch (output) {
    case 'name':
      return node.resource_type === 'source' ? `${node.source_name}.${node.name}` : node.name
    case 'path':
      return node.original_file_path
    case 'selector':
    case 'text':
      return selector(node)
    case 'json':
      return JSON.stringify(pick(node, keys))
    default:
      throw new TdbtError('T0002', `'${output}' is no form of output.`, {
        found: output,
        expected: 'selector, name, path, json, dot or mermaid',
      })
  }
}

function selector(node: GraphNode): string {
  const fqn = node.fqn.join('.')
  switch (node.resource_type) {
    case 'source':
      return `source:${[node.package_name, node.source_name, node.name].join('.')}`
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
    case 'unit_test':
      return `${node.resource_type}:${[node.package_name, ...(node.resource_type === 'unit_test' ? [node.name] : node.fqn.slice(1))].join('.')}`
    default:
      return fqn
  }
}

/** Chosen keys, nested ones by dots (`config.materialized`), sorted as dbt gives them: in the node's own order. */
function pick(node: GraphNode, keys: readonly string[] | undefined): Readonly<Record<string, unknown>> {
  const whole = node as unknown as Readonly<Record<string, unknown>>
  if (!keys) return Object.fromEntries(JSON_KEYS.filter((key) => key in whole).map((key) => [key, whole[key]]))
  const out: Record<string, Json | unknown> = {}
  for (const key of keys) {
    let value: unknown = whole
    for (const part of key.split('.')) {
      value =
        typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[part] : undefined
    }
    if (value !== undefined) out[key] = value
  }
  return out
}
