import { createHash } from 'node:crypto'
import { Relation, Table } from '../context/index.ts'
import { isJsonObject, type Json, TdbtError } from '../core/index.ts'
import { PyDict, PyFunction, PyObject, type PyValue, pyRepr, pyStr, toHost, truthy } from '../jinja/index.ts'
import type { AdapterMethods } from './adapter-method.ts'
import { renderColumns, renderModelConstraints } from './constraints.ts'
import type { Scope } from './scope.ts'

/** Strategies that dbt knows by name; an adapter has to support those of them that are used. */
const BUILTIN_STRATEGIES = ['append', 'delete+insert', 'merge', 'insert_overwrite', 'microbatch']

/** An index of a model's `indexes` config. */
class IndexConfig extends PyObject {
  readonly $type = 'PostgresIndexConfig'

  constructor(
    readonly columns: readonly string[],
    readonly unique: boolean,
    readonly method: string | null,
    readonly now: () => Date,
  ) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'columns':
        return [...this.columns]
      case 'unique':
        return this.unique
      case 'type':
        return this.method
      case 'render':
        return new PyFunction('render', (args) => this.#name(args[0]))
      default:
        return undefined
    }
  }

  /** A name that is new in every run, as dbt's are: an index of the table being replaced may still have the old one. */
  #name(relation: PyValue | undefined): string {
    const table = relation instanceof Relation ? relation.render() : pyStr(relation ?? null)
    const parts = [...this.columns, table, pyRepr(this.unique), pyStr(this.method)]
    const text = [...parts, this.now().toISOString().replace('Z', '')].join('_')
    return createHash('md5').update(text).digest('hex')
  }
}

function parseIndex(raw: unknown, now: () => Date): IndexConfig {
  if (!isJsonObject(raw)) {
    throw new TdbtError(
      'T1009',
      `Invalid index config:\n  Got: ${JSON.stringify(raw)}\n  Expected a dictionary with at minimum a "columns" key`,
    )
  }
  const columns = raw['columns']
  const invalid = (reason: string): TdbtError =>
    new TdbtError('T1009', `Could not parse index config: ${reason}`, { found: JSON.stringify(raw) })
  if (columns === undefined) throw invalid("'columns' is a required property")
  if (!Array.isArray(columns)) throw invalid(`columns: ${JSON.stringify(columns)} is not of type 'array'`)
  if (raw['unique'] !== undefined && typeof raw['unique'] !== 'boolean') {
    throw invalid(`unique: ${JSON.stringify(raw['unique'])} is not of type 'boolean'`)
  }
  const unknown = Object.keys(raw).filter((key) => !['columns', 'unique', 'type'].includes(key))
  if (columns.some((column: Json) => typeof column !== 'string') || unknown.length > 0) {
    throw new TdbtError('T1009', `Could not parse index config: ${JSON.stringify(raw)}`, {
      expected: 'columns (a list of names), and perhaps unique and type',
      ...(unknown.length > 0 ? { found: `unknown keys ${unknown.join(', ')}` } : {}),
    })
  }
  const type = raw['type']
  return new IndexConfig(
    columns as readonly string[],
    raw['unique'] === true,
    typeof type === 'string' ? type : null,
    now,
  )
}

/** Methods that ask nobody: quoting, types, constraints, strategies. */
export function valueMethods(scope: Scope): AdapterMethods {
  const { runtime } = scope
  const { adapter, config } = runtime.project
  const { dialect } = adapter
  return {
    type: { parameters: [], run: () => adapter.type },
    quote: { parameters: [{ name: 'identifier' }], run: (args) => dialect.quote(pyStr(args['identifier'] ?? null)) },
    quote_as_configured: {
      parameters: [{ name: 'identifier' }, { name: 'quote_key' }],
      run: (args) => {
        const identifier = pyStr(args['identifier'] ?? null)
        const key = pyStr(args['quote_key'] ?? null)
        if (key !== 'database' && key !== 'schema' && key !== 'identifier') return identifier
        return (config.quoting[key] ?? dialect.quoting[key]) ? dialect.quote(identifier) : identifier
      },
    },
    quote_seed_column: {
      parameters: [{ name: 'column' }, { name: 'quote_config' }],
      run: (args) => {
        const column = pyStr(args['column'] ?? null)
        const setting = args['quote_config'] ?? null
        if (setting !== null && typeof setting !== 'boolean') {
          throw new TdbtError(
            'T1009',
            `The seed configuration value of "quote_columns" has an invalid type ${pyStr(setting)}`,
          )
        }
        return setting === false ? column : dialect.quote(column)
      },
    },
    convert_type: {
      parameters: [{ name: 'agate_table' }, { name: 'col_idx' }],
      run: (args) => {
        const table = args['agate_table']
        const index = Number(args['col_idx'] ?? 0)
        const kind = table instanceof Table ? table.columnKind(index) : undefined
        return kind === undefined ? null : dialect.typeFor(kind)
      },
    },
    date_function: { parameters: [], run: () => 'now()' },
    get_incremental_strategy_macro: {
      parameters: [{ name: 'model_context' }, { name: 'strategy' }],
      run: (args) => {
        const given = args['strategy'] ?? null
        const strategy = given === null ? 'default' : pyStr(given)
        const valid = validStrategies(adapter.capabilities.merge)
        if (BUILTIN_STRATEGIES.includes(strategy) && !valid.includes(strategy)) {
          throw new TdbtError('T1009', `The incremental strategy '${strategy}' is not valid for this adapter`, {
            expected: valid.join(', '),
          })
        }
        const name = `get_incremental_${strategy.replaceAll('+', '_')}_sql`
        const macro = scope.globals().get(name)
        if (macro === undefined) {
          throw new TdbtError(
            'T2005',
            `dbt could not find an incremental strategy macro with the name "${name}" in ${config.name}`,
          )
        }
        return macro
      },
    },
    valid_incremental_strategies: { parameters: [], run: () => [...validStrategies(adapter.capabilities.merge)] },
    builtin_incremental_strategies: { parameters: [], run: () => [...BUILTIN_STRATEGIES] },
    parse_index: {
      parameters: [{ name: 'raw_index' }],
      run: (args) => {
        const raw = toHost(args['raw_index'] ?? null)
        return raw === null ? null : parseIndex(raw, runtime.invocation.now)
      },
    },
    render_raw_columns_constraints: {
      parameters: [{ name: 'raw_columns' }],
      run: (args) => {
        const columns = toHost(args['raw_columns'] ?? null)
        return isJsonObject(columns) ? renderColumns(columns, dialect) : []
      },
    },
    render_raw_model_constraints: {
      parameters: [{ name: 'raw_constraints' }],
      run: (args) => {
        const constraints = toHost(args['raw_constraints'] ?? null)
        return Array.isArray(constraints) ? renderModelConstraints(constraints as readonly Json[], dialect) : []
      },
    },
    get_hard_deletes_behavior: {
      parameters: [{ name: 'config' }],
      run: (args) => {
        const get = getter(args['config'] ?? null)
        const invalidate = get('invalidate_hard_deletes')
        const mode = get('hard_deletes')
        if (invalidate !== null && mode !== null) {
          throw new TdbtError(
            'T1009',
            'You cannot set both the invalidate_hard_deletes and hard_deletes config properties on the same snapshot.',
          )
        }
        if (truthy(invalidate) || mode === 'invalidate') return 'invalidate'
        if (mode === 'new_record') return 'new_record'
        if (mode === null || mode === 'ignore') return 'ignore'
        throw new TdbtError('T1009', 'Invalid setting for property hard_deletes.', {
          found: pyStr(mode),
          expected: 'ignore, invalidate or new_record',
        })
      },
    },
  }
}

function validStrategies(merge: boolean): readonly string[] {
  return ['append', 'delete+insert', ...(merge ? ['merge'] : []), 'microbatch']
}

/** `config.get` of whatever has one: a dict, or the `config` variable. */
function getter(config: PyValue): (name: string) => PyValue {
  if (config instanceof PyDict) return (name) => config.getString(name) ?? null
  const get = config instanceof PyObject ? config.$attr?.('get') : undefined
  if (!(get instanceof PyObject)) return () => null
  return (name) => (get.$call?.([name], new Map()) as PyValue | undefined) ?? null
}

/** `adapter.behavior`: the project's behaviour flags as attributes, each true or false, with `no_warn` for those that ask without a warning. */
export class BehaviorObject extends PyObject {
  readonly $type = 'Behavior'
  readonly #scope: Scope

  constructor(scope: Scope) {
    super()
    this.#scope = scope
  }

  override $attr(name: string): PyValue {
    const value = this.#scope.runtime.behavior(name, false)
    return new BehaviorFlag(value)
  }
}

class BehaviorFlag extends PyObject {
  readonly $type = 'BehaviorFlagRendered'

  constructor(readonly value: boolean) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'setting' || name === 'no_warn') return this.value
    return undefined
  }

  override $truth(): boolean {
    return this.value
  }

  override $str(): string {
    return pyStr(this.value)
  }
}
