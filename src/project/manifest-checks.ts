import { nearest, TdbtError } from '../core/index.ts'
import { isRefable, isVersioned, type NodeDraft } from './drafts.ts'
import { isRecord } from './native-render.ts'
import { unknownConfigWarnings } from './node-config.ts'
import { behaviorFlag, type Parsing } from './parsing.ts'

/** What must hold for the manifest as a whole. Errors and warnings go to the builder. */
export function checkManifest(parsing: Parsing): void {
  const { builder } = parsing
  checkNames(parsing)
  const groups = new Set([...builder.groups.values()].map((group) => group.name))
  for (const node of builder.nodes.values()) {
    builder.attempt(() => {
      if (node.group !== null && !groups.has(node.group)) {
        const near = nearest(node.group, groups)
        throw new TdbtError('T1009', `Invalid group '${node.group}'`, {
          found: node.group,
          expected: groups.size === 0 ? 'a group defined under `groups:`' : `one of ${[...groups].sort().join(', ')}`,
          hint: near === undefined ? undefined : `Did you mean '${near}'?`,
        })
      }
      if (node.resource_type === 'model') {
        if (node.access === 'public' && node.config['materialized'] === 'ephemeral') {
          throw new TdbtError('T1009', `Model '${node.name}' is ephemeral and cannot be public`, {
            found: 'access: public',
          })
        }
        checkMicrobatch(node)
      }
      if (node.resource_type === 'snapshot') checkSnapshot(node)
    }, node)
    if (Object.keys(node.config_call_dict).length > 0 || node.patch_path !== null) {
      for (const warning of unknownConfigWarnings(node.resource_type, node.unrendered_config)) {
        builder.warnings.push(
          new TdbtError(warning.code, warning.message, { ...warning.details, ...builder.detailsOf(node) }),
        )
      }
    }
  }
  warnUnusedPaths(parsing)
  warnDeprecated(parsing)
  warnFreshness(parsing)
}

/** Sources whose age nobody can tell: no field, no query, and an adapter without metadata of it. */
function warnFreshness({ builder, adapter }: Parsing): void {
  if (adapter.capabilities.metadataFreshness) return
  for (const source of builder.sources.values()) {
    const { freshness } = source
    const isSet = [freshness?.warn_after, freshness?.error_after].some((time) => time?.count && time.period)
    if (!isSet || source.loaded_at_field !== null || source.loaded_at_query !== null) continue
    const name = `${source.source_name}.${source.name}`
    const message = `The configured adapter does not support metadata-based freshness. A loaded_at_field must be specified for source '${name}'.`
    const details = { ...builder.detailsOf(source), hint: 'Set loaded_at_field, or freshness: null.' }
    builder.warnings.push(new TdbtError('T1009', message, { ...details, event: 'FreshnessConfigProblem' }))
  }
}

/** Models past their deprecation_date, and those that refer to a model that has one. */
function warnDeprecated({ builder, invocation }: Parsing): void {
  const deprecated = new Map<string, NodeDraft>()
  for (const node of builder.nodes.values()) {
    if (node.resource_type === 'model' && node.deprecation_date) deprecated.set(node.unique_id, node)
  }
  if (deprecated.size === 0) return
  const isPast = (node: NodeDraft) => new Date(node.deprecation_date ?? 0).getTime() < invocation.startedAt.getTime()
  const label = (node: NodeDraft) => (isVersioned(node) ? `${node.name}.v${String(node.version)}` : node.name)
  for (const node of deprecated.values()) {
    if (!isPast(node)) continue
    const message = `Model ${label(node)} has passed its deprecation date of ${node.deprecation_date ?? ''}`
    builder.warnings.push(
      new TdbtError('T1015', message, { ...builder.detailsOf(node), hint: 'Remove it.', event: 'DeprecatedModel' }),
    )
  }
  for (const node of builder.nodes.values()) {
    if (node.resource_type !== 'model') continue
    for (const id of node.depends_on.nodes) {
      const target = deprecated.get(id)
      if (!target) continue
      const when = isPast(target) ? 'was deprecated' : 'is slated for deprecation'
      const message = `While compiling '${node.name}': Found a reference to ${label(target)}, which ${when} on '${target.deprecation_date ?? ''}'`
      const newer = target.latest_version !== null && target.latest_version !== target.version
      const hint = newer ? `Try ref('${target.name}', v='${String(target.latest_version)}').` : undefined
      const event = isPast(target) ? 'DeprecatedReference' : 'UpcomingReferenceDeprecation'
      builder.warnings.push(new TdbtError('T1015', message, { ...builder.detailsOf(node), hint, event }))
    }
  }
}

function checkNames(parsing: Parsing): void {
  const { builder, names } = parsing
  const relations = new Map<string, NodeDraft>()
  const named = new Map<string, NodeDraft>()
  const unique = behaviorFlag(parsing.behavior, 'require_unique_project_resource_names', false)
  const spaceless = behaviorFlag(parsing.behavior, 'require_resource_names_without_spaces', true)
  for (const node of builder.nodes.values()) {
    if (node.name.includes(' ')) {
      const error = new TdbtError('T1009', `The name '${node.name}' has a space in it`, {
        ...builder.detailsOf(node),
        hint: 'Rename the file without spaces.',
      })
      if (spaceless) builder.errors.push(error)
      else builder.warnings.push(error)
    }
    if (!isRefable(node.resource_type)) continue
    const key = `${node.package_name}.${node.name}`
    const before = named.get(key)
    if (before && isVersioned(before) !== isVersioned(node)) {
      builder.errors.push(
        duplicate(parsing, `Model '${node.name}' is there both with and without versions`, before, node),
      )
    } else if (before && !isVersioned(node)) {
      const error = duplicate(
        parsing,
        `Two resources of package '${node.package_name}' are named '${node.name}'`,
        before,
        node,
      )
      if (unique) builder.errors.push(error)
      else builder.warnings.push(error)
    }
    named.set(key, node)
    const relation = names.render({ database: node.database, schema: node.schema, identifier: node.alias })
    const other = relations.get(relation)
    if (other) builder.errors.push(duplicate(parsing, `Two resources have the database name ${relation}`, other, node))
    relations.set(relation, node)
  }
}

function duplicate(parsing: Parsing, message: string, before: NodeDraft, node: NodeDraft): TdbtError {
  return new TdbtError('T1007', message, {
    ...parsing.builder.detailsOf(node),
    found: `${before.unique_id} (${before.original_file_path}) and ${node.unique_id} (${node.original_file_path})`,
    hint: 'Rename one of them, or give it another alias or schema.',
  })
}

function checkSnapshot(node: NodeDraft): void {
  const config = node.config
  const bad = (message: string, key: string, expected: string) =>
    new TdbtError('T1009', message, { found: `${key}: ${JSON.stringify(config[key] ?? null)}`, expected })
  for (const key of ['strategy', 'unique_key']) {
    if (!config[key]) throw bad(`Snapshot '${node.name}' has no '${key}'`, key, "both 'strategy' and 'unique_key'")
  }
  const columns = config['check_cols']
  if (config['strategy'] === 'check') {
    if (!columns || (Array.isArray(columns) && columns.length === 0)) {
      throw bad(
        `Snapshot '${node.name}' has the check strategy and no 'check_cols'`,
        'check_cols',
        "'all' or a list of columns",
      )
    }
    if (typeof columns === 'string' && columns !== 'all') {
      throw bad(`Snapshot '${node.name}' cannot check '${columns}'`, 'check_cols', "'all' or a list of columns")
    }
  } else if (config['strategy'] === 'timestamp') {
    if (!config['updated_at'])
      throw bad(`Snapshot '${node.name}' has the timestamp strategy and no 'updated_at'`, 'updated_at', 'a column')
    if (columns)
      throw bad(`Snapshot '${node.name}' has the timestamp strategy and 'check_cols'`, 'check_cols', 'one of the two')
  }
}

const BATCH_SIZES = ['hour', 'day', 'month', 'year']

function checkMicrobatch(node: NodeDraft): void {
  const config = node.config
  if (config['materialized'] !== 'incremental' || config['incremental_strategy'] !== 'microbatch') return
  const bad = (key: string, expected: string) =>
    new TdbtError(
      'T1009',
      `Microbatch model '${node.name}' must provide ${key === 'event_time' ? 'an' : 'a'} '${key}'`,
      {
        found: `${key}: ${JSON.stringify(config[key] ?? null)}`,
        expected,
      },
    )
  if (typeof config['event_time'] !== 'string')
    throw bad('event_time', 'the name of the column with the time of the event')
  const begin = config['begin']
  if (typeof begin !== 'string' || Number.isNaN(Date.parse(begin)))
    throw bad('begin', 'a date, the earliest to build from')
  // As Python writes a datetime: with a time, if only a day is given.
  if (/^\d{4}-\d{2}-\d{2}$/.test(begin)) config['begin'] = `${begin}T00:00:00`
  if (!BATCH_SIZES.includes(String(config['batch_size']))) throw bad('batch_size', `one of ${BATCH_SIZES.join(', ')}`)
  if (config['lookback'] !== null && !Number.isInteger(config['lookback'])) throw bad('lookback', 'a whole number')
  const concurrent = config['concurrent_batches']
  if (concurrent !== null && typeof concurrent !== 'boolean') throw bad('concurrent_batches', 'true or false')
}

const TREE_KINDS: Readonly<Record<string, readonly string[]>> = {
  models: ['model'],
  seeds: ['seed'],
  snapshots: ['snapshot'],
  sources: ['source'],
  data_tests: ['test'],
}

/** dbt warns of settings in the project file that reach no resource: mostly a folder that was renamed. */
function warnUnusedPaths({ builder, root }: Parsing): void {
  const { yaml } = root.settings.raw
  for (const [tree, kinds] of Object.entries(TREE_KINDS)) {
    const fqns = new Set<string>()
    const collect = (node: { resource_type: string; fqn?: readonly string[] }) => {
      if (!kinds.includes(node.resource_type)) return
      for (let length = 1; length <= (node.fqn?.length ?? 0); length++)
        fqns.add((node.fqn ?? []).slice(0, length).join('\0'))
    }
    for (const node of builder.nodes.values()) collect(node)
    for (const source of builder.sources.values()) collect(source)
    for (const list of builder.disabled.values()) for (const node of list) collect(node)
    for (const path of configuredPaths(root.settings.trees[tree] ?? {}, [])) {
      if (path.length === 0 || fqns.has(path.join('\0'))) continue
      builder.warnings.push(
        new TdbtError('T1016', `The settings under '${[tree, ...path].join('.')}' reach no resource`, {
          location: yaml.locate([tree, ...path]),
          source: yaml.source,
          hint: 'Name the package, then folders, then the resource.',
          event: 'UnusedResourceConfigPath',
        }),
      )
    }
  }
}

/** Paths of the tree on which something is set. */
function configuredPaths(level: Readonly<Record<string, unknown>>, path: readonly string[]): string[][] {
  const out: string[][] = []
  let setsHere = false
  for (const [key, value] of Object.entries(level)) {
    if (key.startsWith('+') || !isRecord(value)) setsHere = true
    else out.push(...configuredPaths(value, [...path, key]))
  }
  if (setsHere) out.push([...path])
  return out
}
