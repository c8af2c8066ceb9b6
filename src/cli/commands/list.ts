import type { GraphNode, Json, ResourceType } from '../../core/index.ts'
import { findResource, TdbtError } from '../../core/index.ts'
import { defaultSelector, selectHeads, toDot, toMermaid } from '../../graph/index.ts'
import type { CommandContext, CommandRun } from '../command.ts'
import { type Labels, labelsOf, readHeads, readLabels, readListing } from '../listing.ts'
import { type OpenProject, openProject, previousState, resourceTypes, select } from '../open-project.ts'
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
  const words = given.array('resource-type')
  // dbt's rule: `ls --models` lists models and nothing else.
  const modelsOnly = given.array('models') !== undefined && words === undefined
  const asked = modelsOnly
    ? ['model' as const]
    : words?.includes('all')
      ? [...LISTED, 'analysis' as const]
      : (resourceTypes(words) ?? LISTED)
  const output = given.string('output') ?? 'selector'
  const whole = listedWhole(context, open, output)
  if (whole) {
    const notAsked = new Set(resourceTypes(given.array('exclude-resource-type')))
    const kinds = new Set(asked.filter((kind) => !notAsked.has(kind)))
    const lines = whole.filter((entry) => kinds.has(entry.kind)).map((entry) => entry.label)
    if (lines.length > 0) {
      printer.data(lines.join('\n'))
      return 0
    }
  }
  const told = listedFromHeads(context, open, output, asked)
  if (told) {
    for (const warning of told.warnings) warnLine(context, warning, 'NoNodesForSelectionCriteria')
    if (told.lines.length === 0) warnLine(context, 'No nodes selected!', 'NoNodesSelected')
    else printer.data(told.lines.join('\n'))
    return 0
  }
  const state = await previousState(context, open)
  const { manifest } = open.project
  const selection = select(context, open, { resourceTypes: asked, state, includeEmpty: true })
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

/** All resources, where no selection is asked for and what is to be shown of them was kept with the parse: nothing else is read then. */
function listedWhole(
  context: CommandContext,
  open: OpenProject,
  output: string,
): readonly { readonly kind: ResourceType; readonly label: string }[] | undefined {
  const { given, invocation } = context
  const selecting = (['select', 'exclude', 'models'] as const).some((name) => (given.array(name) ?? []).length > 0)
  if (selecting || given.string('selector') !== undefined || invocation.flags.state !== null) return undefined
  if (defaultSelector(open.project.selectors) !== undefined) return undefined
  const key = labelKey(output)
  return key && readListing(open.project.derived, key)
}

/** What plain words select, where what they look at was kept with the parse. */
function listedFromHeads(
  context: CommandContext,
  open: OpenProject,
  output: string,
  asked: readonly ResourceType[],
): { readonly lines: readonly string[]; readonly warnings: readonly string[] } | undefined {
  const { given, invocation } = context
  const { derived } = open.project
  const key = labelKey(output)
  const words = given.array('select') ?? []
  const excluded = given.array('exclude') ?? []
  const { flags } = invocation
  if (key === undefined || words.length + excluded.length === 0 || given.string('selector') !== undefined)
    return undefined
  if (flags.state !== null || flags.indirectSelection !== 'eager') return undefined
  const heads = readHeads(derived)
  const selection =
    heads &&
    selectHeads(heads, {
      dag: open.dag,
      select: words,
      exclude: excluded,
      resourceTypes: asked,
      excludeResourceTypes: resourceTypes(given.array('exclude-resource-type')),
    })
  const lines = selection && readLabels(derived, selection.ids, key)
  return lines && { lines, warnings: selection.warnings }
}

function labelKey(output: string): keyof Labels | undefined {
  const key = output === 'text' ? 'selector' : output
  return key === 'selector' || key === 'name' || key === 'path' ? key : undefined
}

function line(node: GraphNode, output: string, keys: readonly string[] | undefined): string {
  switch (output) {
    case 'name':
    case 'path':
    case 'selector':
    case 'text':
      return labelsOf(node)[output === 'text' ? 'selector' : output]
    case 'json':
      return JSON.stringify(pick(node, keys))
    default:
      throw new TdbtError('T0002', `'${output}' is no form of output.`, {
        found: output,
        expected: 'selector, name, path, json, dot or mermaid',
      })
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
