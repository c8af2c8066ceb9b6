import {
  bindArguments,
  type Kwargs,
  PyDict,
  PyFunction,
  PyObject,
  type PyValue,
  pyGetAttr,
  pyStr,
  raise,
  typeName,
  Undefined,
} from '../jinja/index.ts'
import type { Relation } from './relation.ts'
import {
  addEphemeralPrefix,
  pathPart,
  RELATION_TYPE_NAMES,
  relationAttribute,
  relationChanges,
  scdArguments,
} from './relation-attributes.ts'
import { RELATION_PARTS, type RelationPart } from './relation-policy.ts'

/** Makes relations quoted as the project says. */
export interface RelationMaker {
  create(parts: {
    readonly database: string | null
    readonly schema: string | null
    readonly identifier: string | null
    readonly type?: string | null
  }): Relation
}

const CREATE = [
  { name: 'database', default: null },
  { name: 'schema', default: null },
  { name: 'identifier', default: null },
  { name: 'type', default: null },
  { name: 'kwargs', keywords: true },
] as const

/** `api.Relation` and `adapter.Relation`: dbt's class of relations, whose `create` starts from the project's quoting. */
export class RelationFactoryObject extends PyObject {
  readonly $type = 'RelationProxy'
  readonly #maker: RelationMaker

  constructor(maker: RelationMaker) {
    super()
    this.#maker = maker
  }

  /** The relation of a node or source: the project's quoting, under what `quoting` says, under the node's own. */
  #ofConfig(quoting: PyValue, node: PyValue, others: Kwargs): Relation {
    const text = (name: string): string | null => {
      const value = field(node, name)
      return value === null ? null : pyStr(value)
    }
    const identifier = text('identifier') ?? text('alias')
    const relation = this.#maker.create({ database: text('database'), schema: text('schema'), identifier })
    const policies = [field(quoting, 'quoting'), field(field(node, 'config'), 'quoting'), field(node, 'quoting')]
    let result = relation
    for (const policy of policies) {
      if (!(policy instanceof PyDict)) continue
      const parts = RELATION_PARTS.flatMap((name): [string, PyValue][] => {
        const value = policy.getString(name) ?? null
        return value === null ? [] : [[name, value]]
      })
      if (parts.length > 0) {
        result = result.incorporate(relationChanges(new Map([['quote_policy', PyDict.ofStrings(parts)]])))
      }
    }
    return others.size === 0 ? result : result.incorporate(relationChanges(others))
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'create':
        return new PyFunction('create', (args, kwargs) => {
          const named = new Map([...kwargs].filter(([key]) => CREATE.some((each) => each.name === key)))
          const bound = bindArguments('create', CREATE.slice(0, 4), args, named)
          const type = bound['type'] ?? null
          const relation = this.#maker.create({
            database: pathPart('database', bound['database'] ?? null),
            schema: pathPart('schema', bound['schema'] ?? null),
            identifier: pathPart('identifier', bound['identifier'] ?? null),
            type: type === null || typeof type === 'string' ? type : typeName(type),
          })
          const others = new Map([...kwargs].filter(([key]) => !named.has(key)))
          return others.size === 0 ? relation : relation.incorporate(relationChanges(others))
        })
      case 'create_from':
        return new PyFunction('create_from', (args, kwargs) => {
          const named = new Map([...kwargs].filter(([key]) => key === 'quoting' || key === 'relation_config'))
          const bound = bindArguments('create_from', [{ name: 'quoting' }, { name: 'relation_config' }], args, named)
          const others = new Map([...kwargs].filter(([key]) => !named.has(key)))
          return this.#ofConfig(bound['quoting'] ?? null, bound['relation_config'] ?? null, others)
        })
      case 'from_dict':
        return new PyFunction('from_dict', (args, kwargs) => {
          const { data } = bindArguments('from_dict', [{ name: 'data' }], args, kwargs)
          if (!(data instanceof PyDict))
            raise('AttributeError', `'${typeName(data ?? null)}' object has no attribute 'get'`)
          const path = data.getString('path')
          const part = (name: RelationPart): string | null =>
            pathPart(name, path instanceof PyDict ? (path.getString(name) ?? null) : null)
          const made = this.#maker.create({
            database: part('database'),
            schema: part('schema'),
            identifier: part('identifier'),
          })
          // Unlike `create`, dbt's does not ask how the project quotes.
          const relation = made.quote({ database: true, schema: true, identifier: true })
          const given = new Map<string, PyValue>()
          for (const key of ['type', 'quote_policy', 'include_policy', 'dbt_created', 'limit']) {
            const value = data.getString(key)
            if (value !== undefined) given.set(key, value)
          }
          return given.size === 0 ? relation : relation.incorporate(relationChanges(given))
        })
      case 'scd_args':
        return new PyFunction('scd_args', scdArguments)
      case 'add_ephemeral_prefix':
        return new PyFunction('add_ephemeral_prefix', ([name]) => addEphemeralPrefix(String(name ?? '')))
      case 'get_default_quote_policy':
      case 'get_default_include_policy':
      case 'relation_max_name_length':
        return relationAttribute(this.#maker.create({ database: null, schema: null, identifier: null }), name)
      default:
        return Object.hasOwn(RELATION_TYPE_NAMES, name) ? RELATION_TYPE_NAMES[name] : undefined
    }
  }
}

/** A field of a node, which is a dictionary in `graph` and an object elsewhere; null where there is none. */
function field(value: PyValue, name: string): PyValue {
  if (value instanceof PyDict) return value.getString(name) ?? null
  if (!(value instanceof PyObject)) return null
  const found = pyGetAttr(value, name)
  return found instanceof Undefined ? null : found
}
