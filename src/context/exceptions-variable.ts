import {
  type ErrorCode,
  type ErrorDetails,
  type EventSink,
  type Flags,
  isEscalated,
  type SourceLocation,
  TdbtError,
} from '../core/index.ts'
import {
  bindArguments,
  type Kwargs,
  PyFunction,
  PyObject,
  type PyValue,
  pyGetAttr,
  pyGetItem,
  pyIterate,
  pyStr,
} from '../jinja/index.ts'
import { contractMismatch } from './contract-mismatch.ts'

export interface ExceptionsOptions {
  readonly emit: EventSink
  /** The node whose template raises, for messages. */
  readonly nodeId: string | undefined
  readonly location: SourceLocation | undefined
  /** `--warn-error` and its options. */
  readonly flags: Flags
}

interface Exported {
  readonly parameters: readonly string[]
  /** Parameters from here on may be left out. */
  readonly optionalFrom?: number
  readonly code: ErrorCode
  message(args: readonly PyValue[]): string
  readonly hint?: string
}

const text = (value: PyValue | undefined): string => pyStr(value ?? null)
const field = (value: PyValue | undefined, name: string): string => pyStr(pyGetAttr(value ?? null, name))
const first = ([message]: readonly PyValue[]): string => text(message)

/** dbt's `exceptions.*` that raise: what they are called, take and say. */
const RAISING: Readonly<Record<string, Exported>> = {
  raise_compiler_error: { parameters: ['msg', 'node'], optionalFrom: 1, code: 'T4001', message: first },
  raise_database_error: { parameters: ['msg', 'node'], optionalFrom: 1, code: 'T5003', message: first },
  raise_fail_fast_error: { parameters: ['msg', 'node'], optionalFrom: 1, code: 'T0003', message: first },
  raise_not_implemented: { parameters: ['msg'], code: 'T5007', message: first },
  raise_dependency_error: { parameters: ['msg'], code: 'T1010', message: first },
  missing_config: {
    parameters: ['model', 'name'],
    code: 'T1009',
    message: ([model, name]) =>
      `Model '${field(model, 'unique_id')}' does not define a required config parameter '${text(name)}'.`,
  },
  missing_materialization: {
    parameters: ['model', 'adapter_type'],
    code: 'T4002',
    message: ([model, adapterType]) => {
      const type = text(adapterType)
      const searched = type === 'default' ? "'default'" : `'default' and '${type}'`
      const name = pyStr(pyGetAttr(pyGetAttr(model ?? null, 'config'), 'materialized'))
      return `No materialization '${name}' was found for adapter ${type}! (searched types ${searched})`
    },
  },
  missing_relation: {
    parameters: ['relation', 'model'],
    optionalFrom: 1,
    code: 'T3001',
    message: ([relation]) => `Relation ${text(relation)} not found!`,
  },
  relation_wrong_type: {
    parameters: ['relation', 'expected_type', 'model'],
    optionalFrom: 2,
    code: 'T4001',
    message: ([relation, expected]) =>
      `Trying to create ${text(expected)} ${text(relation)}, but it currently exists as a ${field(relation, 'type')}. Either drop ${text(relation)} manually, or run dbt with \`--full-refresh\` and dbt will drop it for you.`,
  },
  raise_contract_error: {
    parameters: ['yaml_columns', 'sql_columns'],
    code: 'T6005',
    message: ([yaml, sql]) => contractMismatch(contractColumns(yaml), contractColumns(sql)),
  },
  column_type_missing: {
    parameters: ['column_names'],
    code: 'T6005',
    message: ([names]) =>
      `Contracted models require data_type to be defined for each column. Please ensure that the column name and data_type are defined within the YAML configuration for the ${text(names)} column(s).`,
  },
  raise_ambiguous_alias: {
    parameters: ['node_1', 'node_2', 'duped_name'],
    optionalFrom: 2,
    code: 'T1007',
    message: ([one, two, name]) => {
      const shown = name ?? `${field(one, 'database')}.${field(one, 'schema')}.${field(one, 'alias')}`
      return `dbt found two resources with the database representation "${text(shown)}".\ndbt cannot create two resources with identical database representations. To fix this,\nchange the configuration of one of these resources:\n- ${field(one, 'unique_id')} (${field(one, 'original_file_path')})\n- ${field(two, 'unique_id')} (${field(two, 'original_file_path')})`
    },
  },
  raise_ambiguous_catalog_match: {
    parameters: ['unique_id', 'match_1', 'match_2'],
    code: 'T3004',
    message: ([id, ...matches]) => {
      const shown = matches.map((match) => {
        const metadata = pyGetItem(match, 'metadata')
        return ` - ${pyStr(pyGetItem(metadata, 'schema'))}.${pyStr(pyGetItem(metadata, 'name'))}`
      })
      return `dbt found two relations in your warehouse with similar database identifiers. dbt\nis unable to determine which of these relations was created by the model "${text(id)}".\nIn order for dbt to correctly generate the catalog, one of the following relations must be deleted or renamed:\n\n${shown.join('\n')}`
    },
  },
  raise_cache_inconsistent: {
    parameters: ['message'],
    code: 'T0001',
    message: ([message]) => `Cache inconsistency detected: ${text(message)}`,
  },
  raise_dataclass_not_dict: {
    parameters: ['obj'],
    code: 'T4001',
    message: ([object]) =>
      `The object ("${text(object)}") was used as a dictionary. This capability has been removed from objects of this type.`,
  },
  raise_dep_not_found: {
    parameters: ['node', 'node_description', 'required_pkg'],
    code: 'T1010',
    message: ([, description, required]) =>
      `Error while parsing ${text(description)}.\nThe required package "${text(required)}" was not found. Is the package installed?`,
    hint: 'You may need to run `tdbt deps`.',
  },
  raise_duplicate_patch_name: {
    parameters: ['patch_1', 'existing_patch_path'],
    code: 'T1007',
    message: ([patch, path]) =>
      `dbt found two schema.yml entries for the same resource named ${field(patch, 'name')}. Resources and their associated columns may only be described a single time. They are in ${field(patch, 'original_file_path')} and ${text(path)}`,
  },
  raise_duplicate_resource_name: {
    parameters: ['node_1', 'node_2'],
    code: 'T1007',
    message: ([one, two]) =>
      `dbt found two resources with the name "${field(one, 'name')}".\n- ${field(one, 'unique_id')} (${field(one, 'original_file_path')})\n- ${field(two, 'unique_id')} (${field(two, 'original_file_path')})`,
  },
  raise_invalid_property_yml_version: {
    parameters: ['path', 'issue'],
    code: 'T1004',
    message: ([path, issue]) => `The yml property file at ${text(path)} is invalid because ${text(issue)}.`,
  },
}

/** The variable `exceptions`: dbt's functions that raise or warn, made when they are asked for. What they throw names the node. */
export class ExceptionsObject extends PyObject {
  readonly $type = 'dict'
  override readonly $mapping = true
  readonly #options: ExceptionsOptions

  constructor(options: ExceptionsOptions) {
    super()
    this.#options = options
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'warn':
        return this.#warning(name, ['msg', 'node'], 1, 'T4001', ([message]) => text(message))
      case 'warn_snapshot_timestamp_data_types':
        return this.#warning(
          name,
          ['snapshot_time_data_type', 'updated_at_data_type'],
          2,
          'T1009',
          ([snapshot, updated]) =>
            `Data type of snapshot table timestamp columns (${text(snapshot)}) doesn't match derived column 'updated_at' (${text(updated)}). Please update snapshot config 'updated_at'.`,
        )
      default: {
        const exported = Object.hasOwn(RAISING, name) ? RAISING[name] : undefined
        return exported === undefined ? undefined : this.#raising(name, exported)
      }
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? this.$attr(key) : undefined
  }

  override $contains(item: PyValue): boolean {
    return this.$item(item) !== undefined
  }

  override $iter(): Iterator<PyValue> {
    return ['warn', 'warn_snapshot_timestamp_data_types', ...Object.keys(RAISING)].values()
  }

  #raising(name: string, exported: Exported): PyFunction {
    const { parameters, optionalFrom = parameters.length, code, hint } = exported
    return new PyFunction(name, (args, kwargs) => {
      const message = exported.message(valuesOf(name, parameters, optionalFrom, args, kwargs))
      throw new TdbtError(code, message, { ...this.#details(), ...(hint === undefined ? {} : { hint }) })
    })
  }

  #warning(
    name: string,
    parameters: readonly string[],
    optionalFrom: number,
    code: ErrorCode,
    message: (values: readonly PyValue[]) => string,
  ): PyFunction {
    return new PyFunction(name, (args, kwargs) => {
      const values = valuesOf(name, parameters, optionalFrom, args, kwargs)
      const warning = new TdbtError(code, message(values), this.#details())
      if (isEscalated('JinjaLogWarning', this.#options.flags)) throw warning
      this.#options.emit({ type: 'warning', error: warning })
      return ''
    })
  }

  #details(): ErrorDetails {
    return { nodeId: this.#options.nodeId, location: this.#options.location }
  }
}

function valuesOf(
  name: string,
  parameters: readonly string[],
  optionalFrom: number,
  args: readonly PyValue[],
  kwargs: Kwargs,
): readonly PyValue[] {
  const spec = parameters.map((each, index) => (index < optionalFrom ? { name: each } : { name: each, default: null }))
  const bound = bindArguments(name, spec, args, kwargs)
  return parameters.map((each) => bound[each] ?? null)
}

function contractColumns(columns: PyValue | undefined): readonly { readonly name: string; readonly type: string }[] {
  return [...pyIterate(columns ?? [])].map((column) => ({
    name: pyStr(pyGetItem(column, 'name')),
    type: pyStr(pyGetItem(column, 'data_type')),
  }))
}
