import type { Adapter } from '../adapters/interface.ts'
import type { MutableGlobals } from '../context/index.ts'
import { dispatchMacro, RelationFactoryObject, type RelationMaker, Table } from '../context/index.ts'
import { bindArguments, PyFunction, PyObject, PyTuple, type PyValue, pyStr } from '../jinja/index.ts'

/** What a method gives while no database is asked: dbt's parse-time replacements. */
const REPLACEMENTS: Readonly<Record<string, () => PyValue>> = {
  add_query: () => new PyTuple([null, null]),
  execute: () => new PyTuple(['', Table.fromResult([], [])]),
  get_partitions_metadata: () => new PyTuple(['', Table.fromResult([], [])]),
  get_column_schema_from_query: () => [],
  get_columns_in_relation: () => [],
  get_columns_in_table: () => [],
  get_missing_columns: () => [],
  list_relations: () => [],
  list_relations_without_caching: () => [],
  list_schemas: () => [],
  check_schema_exists: () => false,
  already_exists: () => false,
  cache_added: () => '',
  cache_dropped: () => '',
  cache_renamed: () => '',
  verify_database: () => '',
  render_raw_columns_constraints: () => [],
  render_raw_model_constraints: () => [],
}

const NONE = new Set([
  'drop_relation',
  'truncate_relation',
  'rename_relation',
  'valid_snapshot_target',
  'assert_valid_snapshot_target_given_strategy',
  'expand_target_column_types',
  'get_relation',
  'create_schema',
  'drop_schema',
  'get_incremental_strategy_macro',
  'get_hard_deletes_behavior',
  'parse_index',
  'standardize_grants_dict',
  'convert_type',
  'commit',
  'clear_transaction',
  'tdbt_copy_seed',
])

/** Behaviour flags while parsing: all off, as nothing that depends on them is sent. */
class ParseBehavior extends PyObject {
  readonly $type = 'Behavior'

  override $attr(): PyValue {
    return new ParseFlag()
  }
}

class ParseFlag extends PyObject {
  readonly $type = 'BehaviorFlagRendered'

  override $attr(name: string): PyValue | undefined {
    return name === 'setting' || name === 'no_warn' ? false : undefined
  }

  override $truth(): boolean {
    return false
  }
}

/** `adapter` at parse time: dispatch, type and quoting work, everything that would ask the database gives dbt's stand-in. */
export class ParseAdapter extends PyObject {
  readonly $type = 'ParseDatabaseWrapper'
  readonly #adapter: Adapter
  readonly #relations: RelationMaker
  readonly #quoting: Readonly<Record<string, unknown>>
  readonly #globals: () => MutableGlobals

  constructor(
    adapter: Adapter,
    relations: RelationMaker,
    quoting: Readonly<Record<string, unknown>>,
    globals: () => MutableGlobals,
  ) {
    super()
    this.#adapter = adapter
    this.#relations = relations
    this.#quoting = quoting
    this.#globals = globals
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'type':
        return new PyFunction(name, () => this.#adapter.type)
      case 'behavior':
        return new ParseBehavior()
      case 'Relation':
        return new RelationFactoryObject(this.#relations)
      case 'dispatch':
        return new PyFunction(name, (args, kwargs) => {
          const globals = this.#globals()
          return globals.macro(dispatchMacro(globals.library, globals.packageName, args, kwargs))
        })
      case 'quote':
        return new PyFunction(name, ([identifier]) => this.#adapter.dialect.quote(pyStr(identifier ?? null)))
      case 'quote_as_configured':
        return new PyFunction(name, (args, kwargs) => {
          const bound = bindArguments(name, [{ name: 'identifier' }, { name: 'quote_key' }], args, kwargs)
          const identifier = pyStr(bound['identifier'] ?? null)
          return this.#quoting[pyStr(bound['quote_key'] ?? null)] === true
            ? this.#adapter.dialect.quote(identifier)
            : identifier
        })
      case 'quote_seed_column':
        return new PyFunction(name, (args, kwargs) => {
          const bound = bindArguments(name, [{ name: 'column' }, { name: 'quote_config', default: null }], args, kwargs)
          const column = pyStr(bound['column'] ?? null)
          return bound['quote_config'] === false ? column : this.#adapter.dialect.quote(column)
        })
      default: {
        if (NONE.has(name)) return new PyFunction(name, () => null)
        // What an engine has beyond dbt's own methods is empty text, as any method that dbt does not replace.
        if (Object.hasOwn(this.#adapter.templateMethods ?? {}, name)) return new PyFunction(name, () => '')
        const replacement = Object.hasOwn(REPLACEMENTS, name) ? REPLACEMENTS[name] : undefined
        return replacement === undefined ? undefined : new PyFunction(name, replacement)
      }
    }
  }
}
