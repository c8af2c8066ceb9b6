import { TdbtError } from '../core/index.ts'
import {
  bindArguments,
  type CallResult,
  type Kwargs,
  PyDict,
  PyFunction,
  PyObject,
  type PyValue,
  pyStr,
  toPython,
  truthy,
} from '../jinja/index.ts'

/** A node's config as templates ask it at run time: `config()` gives nothing, `get` and `require` look up, persist_* read persist_docs. */
export class ConfigObject extends PyObject {
  readonly $type = 'RuntimeConfigObject'
  readonly #config: Readonly<Record<string, unknown>> | null
  readonly #nodeId: string
  readonly #model: () => PyValue
  readonly #values = new Map<string, PyValue>()

  /** `config` null: a macro of its own, which has none. `model` makes what `config.model` gives: the node. */
  constructor(config: Readonly<Record<string, unknown>> | null, nodeId: string, model: () => PyValue = () => null) {
    super()
    this.#config = config
    this.#nodeId = nodeId
    this.#model = model
  }

  override $call(): PyValue {
    return ''
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'get':
      case 'meta_get':
        return this.#lookupFunction(name, name === 'meta_get', false)
      case 'require':
      case 'meta_require':
        return this.#lookupFunction(name, name === 'meta_require', true)
      case 'set':
        return new PyFunction('set', () => '')
      case 'persist_relation_docs':
        return new PyFunction(name, () => this.#persists('relation'))
      case 'persist_column_docs':
        return new PyFunction(name, () => this.#persists('columns'))
      case 'model':
        return this.#model()
      default:
        return undefined
    }
  }

  /** The value of a key, undefined when the config has no such key. A key that is there keeps its null. */
  value(key: string): PyValue | undefined {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const config = this.#config
    if (config === null) return undefined
    if (key === 'snapshot_table_column_names' && 'snapshot_meta_column_names' in config) {
      return snapshotColumnNames(config['snapshot_meta_column_names'])
    }
    const written = key === 'pre_hook' || key === 'post_hook' ? key.replace('_', '-') : key
    if (!Object.hasOwn(config, written)) return undefined
    const value = toPython(config[written] ?? null)
    this.#values.set(key, value)
    return value
  }

  #lookupFunction(name: string, meta: boolean, required: boolean): PyFunction {
    return new PyFunction(name, (args, kwargs) => this.#lookup(name, meta, required, args, kwargs))
  }

  #lookup(name: string, meta: boolean, required: boolean, args: readonly PyValue[], kwargs: Kwargs): CallResult {
    const bound = bindArguments(
      name,
      required
        ? [{ name: 'name' }, { name: 'validator', default: null }]
        : [{ name: 'name' }, { name: 'default', default: null }, { name: 'validator', default: null }],
      args,
      kwargs,
    )
    const key = pyStr(bound['name'] ?? null)
    const found = meta ? this.#metaValue(key) : this.value(key)
    if (found === undefined && required) {
      throw new TdbtError('T4001', `Model '${this.#nodeId}' does not define a required config parameter '${key}'.`, {
        hint: `Set ${key} in the model's config.`,
      })
    }
    const value = found ?? bound['default'] ?? null
    const validator = bound['validator'] ?? null
    const validates = required ? validator !== null : validator !== null && (bound['default'] ?? null) !== null
    if (validates && validator instanceof PyObject) validator.$call?.([value], new Map())
    return value
  }

  #metaValue(key: string): PyValue | undefined {
    const meta = this.value('meta')
    return meta instanceof PyDict ? meta.getString(key) : undefined
  }

  #persists(part: 'relation' | 'columns'): boolean {
    const setting = this.value('persist_docs') ?? new PyDict()
    if (setting === null) return false
    if (!(setting instanceof PyDict)) {
      throw new TdbtError(
        'T1009',
        `Invalid value provided for 'persist_docs'. Expected dict but received ${pyStr(setting)}`,
      )
    }
    return truthy(setting.getString(part) ?? false)
  }
}

const SNAPSHOT_COLUMNS = ['dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted']

/** The columns that dbt adds to a snapshot, by their usual names, under those that the config gives them. */
function snapshotColumnNames(configured: unknown): PyValue {
  const given = configured === null || typeof configured !== 'object' ? {} : (configured as Record<string, unknown>)
  return toPython(Object.fromEntries(SNAPSHOT_COLUMNS.map((column) => [column, given[column] ?? column])))
}
