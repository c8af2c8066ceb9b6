import { isAbsolute, join, resolve } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts'
import type { TemplateMethod } from '../interface.ts'

/** dbt-duckdb's methods of `adapter` that are about files and about what tdbt's DuckDB is not (MotherDuck, DuckLake). */
export const templateMethods: Readonly<Record<string, TemplateMethod>> = {
  is_motherduck: { parameters: [], run: () => false },
  is_ducklake: { parameters: [{ name: 'relation' }], run: () => false },
  use_ducklake_table_workarounds: { parameters: [{ name: 'relation' }], run: () => false },
  disable_transactions: { parameters: [], run: (_, { target }) => target.credentials['disable_transactions'] === true },
  get_binding_char: { parameters: [], run: () => '%s' },
  escape_sql_string: { parameters: [{ name: 'value' }], run: ({ value }) => String(value).replaceAll("'", "''") },
  warn_once: {
    parameters: [{ name: 'msg' }],
    run: ({ msg }, { warnOnce }) => {
      warnOnce(String(msg))
      return null
    },
  },
  /** The file of a seed, from the node as templates see it. */
  get_seed_file_path: {
    parameters: [{ name: 'model' }],
    run: ({ model }) =>
      isJsonObject(model) ? join(String(model['root_path'] ?? ''), String(model['original_file_path'] ?? '')) : '',
  },
  /** The profile's `external_root`; from the project where the command runs elsewhere. */
  external_root: {
    parameters: [],
    run: (_, { target, projectRoot }) => {
      const root = String(target.credentials['external_root'] ?? '.')
      const elsewhere = process.cwd() !== projectRoot
      return elsewhere && !isAbsolute(root) && !/^[a-z][a-z0-9+.-]*:/i.test(root) ? resolve(projectRoot, root) : root
    },
  },
  external_file_format: {
    parameters: [{ name: 'write_location' }, { name: 'rendered_options' }],
    run: (args) => completeOptions(String(args['write_location']), options(args))['format'] ?? 'parquet',
  },
  external_write_options: {
    parameters: [{ name: 'write_location' }, { name: 'rendered_options' }],
    run: (args) => copyOptions(completeOptions(String(args['write_location']), options(args))),
  },
  external_read_location: {
    parameters: [{ name: 'write_location' }, { name: 'rendered_options' }],
    run: (args) => readLocation(String(args['write_location']), options(args)),
  },
}

function options(args: Readonly<Record<string, Json>>): JsonObject {
  const given = args['rendered_options']
  return isJsonObject(given) ? given : {}
}

const COMPRESSIONS: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd' }

/** The options with what the file's name tells: `data.csv.gz` is compressed CSV; without an extension a delimiter means CSV, else Parquet. */
function completeOptions(location: string, given: JsonObject): JsonObject {
  const complete: Record<string, Json> = { ...given }
  if (!('format' in complete)) {
    const name = location.split('/').at(-1) ?? location
    const extensions = name.toLowerCase().split('.').slice(1)
    const compression = COMPRESSIONS[extensions.at(-1) ?? '']
    const extension = compression === undefined ? extensions.at(-1) : extensions.at(-2)
    if (extension !== undefined && extension !== '') {
      complete['format'] = extension
      if (compression !== undefined && !('compression' in complete)) complete['compression'] = compression
    } else complete['format'] = 'delimiter' in complete ? 'csv' : 'parquet'
  }
  if (complete['format'] === 'csv' && !('header' in complete)) complete['header'] = 1
  const partitions = complete['partition_by']
  if (typeof partitions === 'string' && partitions.includes(',') && !partitions.startsWith('('))
    complete['partition_by'] = `(${partitions})`
  return complete
}

const QUOTED = new Set(['delimiter', 'quote', 'escape', 'null'])

/** The list of COPY's options: texts that stand for characters are quoted, everything else is as written. */
function copyOptions(complete: JsonObject): string {
  return Object.entries(complete)
    .map(([key, value]) => {
      const text = String(value)
      return QUOTED.has(key.toLowerCase()) && !text.startsWith("'") ? `${key} '${text}'` : `${key} ${text}`
    })
    .join(', ')
}

/** What to read back: the file, or all files of the folders that partitions made. */
function readLocation(location: string, given: JsonObject): string {
  const partitions = given['partition_by']
  if (!partitions && !given['per_thread_output']) return location
  const levels = partitions ? String(partitions).split(',').length : 0
  return `${[location, '*', ...Array<string>(levels).fill('*')].join('/')}.${String(given['format'] ?? 'parquet')}`
}
