import { TdbtError } from '../core/index.ts'
import {
  bindArguments,
  type Kwargs,
  PyDict,
  PyFunction,
  type PyValue,
  pyIterate,
  pyRepr,
  pyStr,
  toHost,
  typeName,
} from '../jinja/index.ts'
import { indexConfigChanges } from './materialized-view-changes.ts'
import type { EventTimeFilter, Relation, RelationChanges } from './relation.ts'
import { isRelationPart, PartsObject, type Policy, RELATION_PARTS, type RelationPart } from './relation-policy.ts'

const PARTS_OPTIONAL = RELATION_PARTS.map((name) => ({ name, default: null }))

/** The words of relation types that `api.Relation` and every relation have as attributes. */
export const RELATION_TYPE_NAMES: Readonly<Record<string, string>> = {
  Table: 'table',
  View: 'view',
  CTE: 'cte',
  External: 'external',
  MaterializedView: 'materialized_view',
  PointerTable: 'pointer_table',
  Function: 'function',
}

/** What `relation.<name>` gives in a template; undefined when a relation has no such attribute. */
export function relationAttribute(relation: Relation, name: string): PyValue | undefined {
  const { fields } = relation
  switch (name) {
    case 'database':
    case 'schema':
    case 'identifier':
      return fields.path[name]
    case 'name':
    case 'table':
      return fields.path.identifier
    case 'type':
      return fields.type
    case 'path':
      return new PartsObject('Path', fields.path)
    case 'include_policy':
      return new PartsObject('Policy', fields.includePolicy)
    case 'quote_policy':
      return new PartsObject('Policy', fields.quotePolicy)
    case 'quote_character':
      return '"'
    case 'dbt_created':
      return fields.dbtCreated
    case 'external':
      return fields.external
    case 'limit':
      return fields.limit
    case 'require_alias':
      return fields.requireAlias
    case 'event_time_filter':
      return filterDict(fields.eventTimeFilter)
    case 'catalog':
      return null
    case 'renameable_relations':
    case 'replaceable_relations':
      return fields.informationSchemaView === undefined ? ['table', 'view'] : []
    case 'information_schema_view':
      return fields.informationSchemaView
    case 'is_table':
      return fields.type === 'table'
    case 'is_view':
      return fields.type === 'view'
    case 'is_cte':
      return fields.type === 'cte'
    case 'is_materialized_view':
      return fields.type === 'materialized_view'
    case 'is_pointer':
      return fields.type === 'pointer_table'
    case 'is_function':
      return fields.type === 'function'
    case 'can_be_renamed':
      return relation.canBeRenamed
    case 'can_be_replaced':
      return relation.canBeReplaced
    default:
      return (
        (Object.hasOwn(RELATION_TYPE_NAMES, name) ? RELATION_TYPE_NAMES[name] : undefined) ??
        relationMethod(relation, name)
      )
  }
}

type Method = (relation: Relation, args: readonly PyValue[], kwargs: Kwargs) => PyValue

const METHODS: Readonly<Record<string, Method>> = {
  render: (relation) => relation.render(),
  render_limited: (relation) => relation.renderLimited(),
  render_event_time_filtered: (relation, args) =>
    args[0] === undefined || args[0] === null
      ? relation.renderEventTimeFiltered()
      : relation.renderEventTimeFiltered(pyStr(args[0])),
  include: (relation, args, kwargs) => relation.include(policyArguments('include', args, kwargs)),
  quote: (relation, args, kwargs) => relation.quote(policyArguments('quote', args, kwargs)),
  quoted: (relation, args) => relation.fields.dialect.quote(pyStr(args[0] ?? null)),
  without_identifier: (relation) => relation.withoutIdentifier(),
  information_schema: (relation, args, kwargs) => {
    const { view_name: view } = bindArguments(
      'information_schema',
      [{ name: 'view_name', default: null }],
      args,
      kwargs,
    )
    return relation.informationSchema(typeof view === 'string' ? view : null)
  },
  information_schema_only: (relation) => relation.informationSchema(null),
  incorporate: (relation, args, kwargs) => {
    bindArguments('incorporate', [], args, NONE)
    return relation.incorporate(relationChanges(kwargs))
  },
  replace: (relation, _, kwargs) => relation.incorporate(relationChanges(kwargs)),
  replace_path: (relation, _, kwargs) => relation.incorporate({ path: pathArgument(kwargs) }),
  matches: (relation, args, kwargs) => {
    const bound = bindArguments('matches', PARTS_OPTIONAL, args, kwargs)
    return relation.matches(pathOf((part) => bound[part]))
  },
  get: (relation, args, kwargs) => {
    const bound = bindArguments('get', [{ name: 'key' }, { name: 'default', default: null }], args, kwargs)
    const key = bound['key'] ?? null
    // dbt_utils asks for metadata.type to tell relations from other mappings.
    if (key === 'metadata') return PyDict.ofStrings({ type: relation.$type })
    return (typeof key === 'string' ? relationAttribute(relation, key) : undefined) ?? bound['default'] ?? null
  },
  to_dict: (relation) => relationDict(relation),
  relation_max_name_length: (relation) => relation.fields.dialect.maxIdentifierLength,
  get_default_quote_policy: (relation) => new PartsObject('Policy', relation.fields.dialect.quoting),
  get_default_include_policy: () => new PartsObject('Policy', { database: true, schema: true, identifier: true }),
  add_ephemeral_prefix: (_, args) => addEphemeralPrefix(pyStr(args[0] ?? null)),
  scd_args: (_, args, kwargs) => scdArguments(args, kwargs),
  get_materialized_view_config_change_collection: (_, args, kwargs) => {
    const bound = bindArguments(
      'get_materialized_view_config_change_collection',
      [{ name: 'relation_results' }, { name: 'relation_config' }],
      args,
      kwargs,
    )
    return indexConfigChanges(bound['relation_results'] ?? null, bound['relation_config'] ?? null)
  },
  get_function_macro_name: (_, args) => {
    const config = toHost(args[0] ?? null) as { readonly type?: unknown; readonly language?: unknown } | null
    return `${String(config?.type ?? '')}_function_${String(config?.language ?? '')}`
  },
  get_function_config: (_, args) => {
    const model = toHost(args[0] ?? null) as Readonly<Record<string, unknown>> | null
    if (model?.['resource_type'] !== 'function') return null
    const config = (model['config'] ?? {}) as Readonly<Record<string, unknown>>
    for (const key of model['language'] === 'python' ? ['runtime_version', 'entry_point'] : []) {
      if ((config[key] ?? null) !== null) continue
      throw new TdbtError(
        'T4001',
        `${key === 'entry_point' ? 'An' : 'A'} \`${key}\` is required for python functions`,
        {
          expected: `${key} in the function's config`,
        },
      )
    }
    return PyDict.ofStrings({
      language: String(model['language'] ?? ''),
      type: String(config['type'] ?? ''),
      runtime_version: textOrNull(config['runtime_version']),
      entry_point: textOrNull(config['entry_point']),
    })
  },
}

const NONE: Kwargs = new Map()

function relationMethod(relation: Relation, name: string): PyValue | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (method === undefined) return undefined
  return new PyFunction(name, (args, kwargs) => method(relation, args, kwargs))
}

/** `__dbt__cte__x`: the name of the CTE that stands for an ephemeral model. */
export function addEphemeralPrefix(name: string): string {
  return `__dbt__cte__${name}`
}

/** The columns that make up a snapshot's row id: the unique key, then updated_at. */
export function scdArguments(args: readonly PyValue[], kwargs: Kwargs): PyValue {
  const bound = bindArguments('scd_args', [{ name: 'primary_key' }, { name: 'updated_at' }], args, kwargs)
  const key = bound['primary_key'] ?? null
  return [...(Array.isArray(key) ? key : [key]), bound['updated_at'] ?? null]
}

/** Python keyword arguments of incorporate, replace and create as changes. Throws T4001 on parts that are no text. */
export function relationChanges(kwargs: Kwargs): RelationChanges {
  const changes: { -readonly [Key in keyof RelationChanges]: RelationChanges[Key] } = {}
  for (const [name, value] of kwargs) {
    switch (name) {
      case 'path':
        changes.path = pathArgument(entriesOf(value))
        break
      case 'type':
        changes.type = value === null ? null : pyStr(value)
        break
      case 'quote_policy':
        changes.quotePolicy = policyOf(entriesOf(value))
        break
      case 'include_policy':
        changes.includePolicy = policyOf(entriesOf(value))
        break
      case 'dbt_created':
        changes.dbtCreated = value === true
        break
      case 'limit':
        changes.limit = typeof value === 'number' ? value : null
        break
      case 'require_alias':
        changes.requireAlias = value === true
        break
      default:
        // dbt's dataclasses drop keys that they do not have.
        break
    }
  }
  return changes
}

function entriesOf(value: PyValue): Kwargs {
  if (value instanceof PartsObject) return new Map(RELATION_PARTS.map((part) => [part, value.parts[part]]))
  if (!(value instanceof PyDict)) return NONE
  return new Map([...value.entries.values()].flatMap(([key, item]) => (typeof key === 'string' ? [[key, item]] : [])))
}

function pathArgument(given: Kwargs): Partial<Record<RelationPart, string | null>> {
  const path: Partial<Record<RelationPart, string | null>> = {}
  for (const [name, value] of given) if (isRelationPart(name)) path[name] = pathPart(name, value)
  return path
}

/** A part of a name as text. Throws T4001 on anything but text and None: an undefined variable most often. */
export function pathPart(part: RelationPart, value: PyValue): string | null {
  if (value === null || typeof value === 'string') return value
  throw new TdbtError('T4001', `Got an invalid path ${part}: ${pyStr(value)}`, {
    found: `${typeName(value)} ${pyRepr(value)}`,
    expected: 'text or none',
  })
}

function policyArguments(name: string, args: readonly PyValue[], kwargs: Kwargs): Partial<Policy> {
  return policyOf(new Map(Object.entries(bindArguments(name, PARTS_OPTIONAL, args, kwargs))))
}

function policyOf(given: Kwargs): Partial<Policy> {
  const policy: Partial<Record<RelationPart, boolean>> = {}
  for (const [name, value] of given) if (isRelationPart(name) && value !== null) policy[name] = value === true
  return policy
}

function pathOf(get: (part: RelationPart) => PyValue | undefined): { [Part in RelationPart]?: string | null } {
  return Object.fromEntries(RELATION_PARTS.map((part) => [part, pathPart(part, get(part) ?? null)]))
}

function filterDict(filter: EventTimeFilter | null): PyValue {
  return filter === null ? null : PyDict.ofStrings({ field_name: filter.field, start: filter.start, end: filter.end })
}

function relationDict(relation: Relation): PyDict {
  const { path, type, includePolicy, quotePolicy, dbtCreated, requireAlias, limit } = relation.fields
  const dict = PyDict.ofStrings({
    path: PyDict.ofStrings(Object.entries(path).filter(([, part]) => part !== null)),
    type,
    quote_character: '"',
    include_policy: PyDict.ofStrings(includePolicy),
    quote_policy: PyDict.ofStrings(quotePolicy),
    dbt_created: dbtCreated,
    require_alias: requireAlias,
  })
  if (limit !== null) dict.setString('limit', limit)
  for (const key of ['renameable_relations', 'replaceable_relations']) {
    dict.setString(key, [...pyIterate(relationAttribute(relation, key) ?? [])])
  }
  return dict
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
