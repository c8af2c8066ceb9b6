import { bindArguments, PyFunction, PyObject, type PyValue, typeName } from '../jinja/index.ts'
import type { Relation } from './relation.ts'
import {
  addEphemeralPrefix,
  pathPart,
  RELATION_TYPE_NAMES,
  relationAttribute,
  relationChanges,
  scdArguments,
} from './relation-attributes.ts'

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
