import type { ErrorDetails, TdbtError } from './errors.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { ConnectionOrigin, CsvOptions, FilesOrigin, LoadMode, LoadSpec } from './load-spec.ts'
import { nearest } from './suggest.ts'

export interface LoadSpecContext {
  /** Name of the source table: what `table:` defaults to, and `{table}` in `files:` stands for. */
  readonly table: string
  /** Name of the source: what `{source}` stands for. */
  readonly source: string
  /** Declared types of the table's `columns:` (data_type), over which the block's own go. */
  readonly columnTypes: Readonly<Record<string, string>>
  /** Makes the error of what is wrong at a key of the block. */
  readonly fail: (path: readonly string[], message: string, details: ErrorDetails) => TdbtError
}

const MODES: readonly LoadMode[] = ['full', 'append', 'incremental', 'last_batch']
const FORMATS: readonly FilesOrigin['format'][] = ['csv', 'parquet', 'json']
const EXTENSIONS: Readonly<Record<string, FilesOrigin['format']>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  parquet: 'parquet',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
}
const ENCODINGS: readonly string[] = [
  'utf-8',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'latin-1',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'iso-8859-2',
  'iso-8859-15',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gbk',
  'gb18030',
  'big5',
  'koi8-r',
  'macintosh',
]
/** Other spellings of encodings, without case, spaces, dashes and underscores. */
const ENCODING_ALIASES: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  utf8sig: 'utf-8',
  latin1: 'latin-1',
  iso88591: 'latin-1',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  ansi: 'windows-1252',
  sjis: 'shift_jis',
  macroman: 'macintosh',
}

/** What a key `null:` is in a YAML file that is read as Python does. */
const YAML_NULL = 'None'

const SHARED_KEYS = ['mode', 'load_date', 'batch_id', 'columns', 'on_schema_change', 'check', 'rejects']
const FILE_KEYS = ['files', 'connection', 'format', 'source_file', 'batch']
const CSV_KEYS = ['delimiter', 'quote', 'encoding', 'header', 'null', 'dates', 'compression']
const CONNECTION_KEYS = ['from', 'schema', 'table', 'query', 'watermark', 'lag', 'key', 'deleted_flag']
const ALL_KEYS = [...SHARED_KEYS, ...FILE_KEYS, ...CSV_KEYS, ...CONNECTION_KEYS]

/** Reads a `load:` block. Throws what `fail` makes: unknown keys (with a suggestion), values of the wrong kind, settings that do not go together. */
export function readLoadSpec(value: unknown, context: LoadSpecContext): LoadSpec {
  if (!isJsonObject(value)) {
    throw context.fail([], "'load' must be a mapping", {
      found: JSON.stringify(value) ?? String(value),
      expected: 'load: {files: data/*.csv} or load: {from: <connection>}',
    })
  }
  const block = new Block(value, context)
  block.checkKeys()
  const origin = block.has('from') ? connectionOrigin(block) : filesOrigin(block)
  const mode = block.choice('mode', MODES, 'full')
  const isFiles = origin.kind === 'files'
  const onlyIncremental = ['lag', 'key', 'deleted_flag'].find((key) => block.has(key) && mode !== 'incremental')
  if (onlyIncremental !== undefined) {
    throw block.wrong(onlyIncremental, `'${onlyIncremental}' goes with mode incremental`, 'mode: incremental')
  }
  if (isFiles && mode === 'incremental') {
    throw block.wrong(
      'mode',
      'Files have no watermark: incremental is for connections',
      'append (each file once) or full',
    )
  }
  const watermark = block.text('watermark')
  if (!isFiles && (mode === 'incremental' || mode === 'last_batch') && watermark === null) {
    throw block.wrong('watermark', `Mode ${mode} needs 'watermark'`, 'watermark: <column that grows with every change>')
  }
  if (watermark !== null && mode !== 'incremental' && mode !== 'last_batch') {
    throw block.wrong('watermark', `'watermark' goes with mode incremental or last_batch`, 'mode: incremental')
  }
  if (block.has('batch') && mode !== 'last_batch') {
    throw block.wrong('batch', "'batch' goes with mode last_batch", 'mode: last_batch')
  }
  const key = block.texts('key') ?? []
  for (const needy of ['lag', 'deleted_flag']) {
    if (block.has(needy) && key.length === 0) {
      throw block.wrong(
        needy,
        `'${needy}' needs a 'key', or rows would come twice`,
        'key: [<columns that tell rows apart>]',
      )
    }
  }
  const own = mode === 'append'
  const spec: LoadSpec = {
    origin,
    mode,
    loadDate: block.columnName('load_date', own ? 'load_date' : null),
    batchId: block.columnName('batch_id', own ? 'batch_id' : null),
    sourceFile: isFiles ? block.columnName('source_file', null) : null,
    watermark,
    lag: block.lag(),
    key,
    deletedFlag: block.columnName('deleted_flag', null),
    batch: block.choice('batch', ['file', 'run'], 'file'),
    columns: { ...context.columnTypes, ...block.columns() },
    onSchemaChange: block.has('on_schema_change')
      ? block.choice<'add' | 'ignore' | 'fail'>('on_schema_change', ['add', 'ignore', 'fail'], 'fail')
      : mode === 'full' || mode === 'last_batch'
        ? 'mirror'
        : 'fail',
    rejectsLimit: block.rejectsLimit(),
    check: block.choice('check', ['count', 'hash'], 'count'),
  }
  const names = [spec.loadDate, spec.batchId, spec.sourceFile, spec.deletedFlag].filter((name) => name !== null)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw context.fail([], `Two columns of the load are called '${twice}'`, { found: twice })
  if (isFiles && origin.format === 'csv' && origin.csv.header !== true && Object.keys(spec.columns).length === 0) {
    throw block.wrong(
      'header',
      'Without a header the columns have no names',
      'columns: {<name>: <type>, …} in the order of the file',
    )
  }
  return spec
}

function connectionOrigin(block: Block): ConnectionOrigin {
  const files = [...FILE_KEYS, ...CSV_KEYS].find((key) => block.has(key))
  if (files !== undefined)
    throw block.wrong(files, `'${files}' is for files, and this load is from a connection`, 'from, or files')
  const query = block.text('query')
  const table = block.text('table')
  if (query !== null && table !== null)
    throw block.wrong('query', "'table' and 'query' cannot both be given", 'one of the two')
  const connection = block.text('from')
  if (connection === null)
    throw block.wrong('from', "'from' must name a connection", 'a name of `connections:` in project.yaml')
  const dot = table?.indexOf('.') ?? -1
  const schema = block.text('schema') ?? (table !== null && dot > 0 ? table.slice(0, dot) : null)
  const name = table !== null && dot > 0 && !block.has('schema') ? table.slice(dot + 1) : (table ?? block.context.table)
  return { kind: 'connection', connection, schema, table: query === null ? name : null, query }
}

function filesOrigin(block: Block): FilesOrigin {
  const lone = CONNECTION_KEYS.filter((key) => key !== 'watermark').find((key) => block.has(key))
  if (lone !== undefined && !block.has('files'))
    throw block.wrong('from', "A load needs 'from' or 'files'", 'from: <connection>')
  if (lone !== undefined)
    throw block.wrong(lone, `'${lone}' is for connections, and this load is from files`, 'from, or files')
  const files = (block.texts('files') ?? []).map((file) =>
    file.replaceAll('{table}', block.context.table).replaceAll('{source}', block.context.source),
  )
  const [first] = files
  if (first === undefined)
    throw block.wrong('files', "A load needs 'files' or 'from'", 'files: data/*.csv, or from: <connection>')
  const extension = /\.([a-z0-9]+)(?:\.gz)?\**$/i.exec(first)?.[1]?.toLowerCase() ?? ''
  const known = EXTENSIONS[extension]
  if (known === undefined && !block.has('format')) {
    throw block.wrong('format', `The names of the files do not say their format`, 'format: csv, parquet or json', first)
  }
  const format = block.choice('format', FORMATS, known ?? 'csv')
  const csv = format === 'csv' ? undefined : CSV_KEYS.find((key) => block.has(key))
  if (csv !== undefined) throw block.wrong(csv, `'${csv}' is for CSV files, and these are ${format}`, `no '${csv}'`)
  return {
    kind: 'files',
    files,
    connection: block.text('connection'),
    format,
    csv: csvOptions(block, extension === 'tsv' ? '\t' : ','),
  }
}

function csvOptions(block: Block, delimiter: string): CsvOptions {
  const one = (key: string, fallback: string): string => {
    const written = block.raw(key)
    if (written === undefined) return fallback
    const text = written === '\\t' || written === 'tab' ? '\t' : written
    if (typeof text === 'string' && [...text].length === 1 && !/[\r\n]/.test(text)) return text
    throw block.wrong(key, `'${key}' must be one character`, `${key}: '${fallback === '\t' ? '\\t' : fallback}'`)
  }
  const csv: CsvOptions = {
    delimiter: one('delimiter', delimiter),
    quote: one('quote', '"'),
    encoding: block.encoding(),
    header: block.raw('header') === 'skip' ? 'skip' : block.flag('header', true),
    nullTexts: block.texts('null'),
    dates: block.has('dates') ? block.choice<'dmy' | 'mdy' | 'ymd'>('dates', ['dmy', 'mdy', 'ymd'], 'ymd') : null,
    compression: block.choice('compression', ['auto', 'gzip', 'none'], 'auto'),
  }
  if (csv.delimiter === csv.quote)
    throw block.wrong('quote', "'quote' and 'delimiter' are the same character", 'two characters')
  return csv
}

/** A `load:` block with getters that give defaults and refuse what is of the wrong kind. */
class Block {
  readonly context: LoadSpecContext
  readonly #value: JsonObject

  constructor(value: JsonObject, context: LoadSpecContext) {
    this.#value = value
    this.context = context
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined
  }

  /** Undefined for an absent key and for null, which takes away what a level above had set. */
  raw(key: string): unknown {
    return (key === 'null' ? (this.#value['null'] ?? this.#value[YAML_NULL]) : this.#value[key]) ?? undefined
  }

  checkKeys(): void {
    for (const key of Object.keys(this.#value)) {
      if (ALL_KEYS.includes(key) || key === YAML_NULL) continue
      const near = nearest(key, ALL_KEYS)
      throw this.context.fail([key], `'${key}' is not a key of a load`, {
        found: key,
        expected: `one of ${ALL_KEYS.join(', ')}`,
        ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
      })
    }
  }

  wrong(key: string, message: string, expected: string, found?: unknown): TdbtError {
    const value = found ?? this.raw(key)
    return this.context.fail(this.has(key) ? [key] : [], message, {
      found: value === undefined ? `no '${key}'` : (JSON.stringify(value) ?? String(value)),
      expected,
    })
  }

  text(key: string): string | null {
    const value = this.raw(key)
    if (value === undefined) return null
    if (typeof value === 'string' && value.trim() !== '') return value
    throw this.wrong(key, `'${key}' must be a text`, `${key}: <text>`)
  }

  /** A text or a list of texts; null when nothing is said. */
  texts(key: string): readonly string[] | null {
    const value = this.raw(key)
    if (value === undefined) return null
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (items.every((item) => typeof item === 'string')) return items
    throw this.wrong(key, `'${key}' must be a text or a list of texts`, `${key}: [<text>, …]`)
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.raw(key)
    if (value === undefined) return fallback
    if (typeof value === 'boolean') return value
    const more = key === 'header' ? ', or skip' : ''
    throw this.wrong(key, `'${key}' must be true or false${more}`, `${key}: ${String(fallback)}`)
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.raw(key)
    if (value === undefined) return fallback
    const found = choices.find((choice) => choice === value)
    if (found !== undefined) return found
    const near = typeof value === 'string' ? nearest(value, choices) : undefined
    throw this.context.fail([key], `'${key}' cannot be ${JSON.stringify(value)}`, {
      found: JSON.stringify(value),
      expected: choices.join(', '),
      ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
    })
  }

  /** True: the default name; false: no such column; a text: that name. */
  columnName(key: string, fallback: string | null): string | null {
    const value = this.raw(key)
    if (value === undefined) return fallback
    if (value === false) return null
    if (value === true) return key === 'deleted_flag' ? 'is_deleted' : key
    return this.text(key)
  }

  lag(): string | number | null {
    const value = this.raw('lag')
    if (value === undefined) return null
    if (typeof value === 'number' && value >= 0) return value
    if (typeof value === 'string' && /^\d+(\.\d+)? *(second|minute|hour|day|week|month)s?$/.test(value)) return value
    throw this.wrong('lag', "'lag' must be a length of time, or a number where the watermark is one", "lag: '2 hours'")
  }

  columns(): Readonly<Record<string, string>> {
    const value = this.raw('columns')
    if (value === undefined) return {}
    if (isJsonObject(value)) {
      const entries = Object.entries(value).map(([name, type]): [string, string] => {
        if (typeof type === 'string' && type.trim() !== '') return [name, type]
        throw this.context.fail(['columns', name], `The type of column '${name}' must be a text`, {
          found: JSON.stringify(type),
          expected: `${name}: integer`,
        })
      })
      return Object.fromEntries(entries)
    }
    throw this.wrong('columns', "'columns' must map names to types", 'columns: {id: bigint, name: text}')
  }

  rejectsLimit(): number {
    const value = this.raw('rejects')
    if (value === undefined) return 100
    const limit = isJsonObject(value) ? value['limit'] : value
    const others = isJsonObject(value) ? Object.keys(value).filter((key) => key !== 'limit') : []
    if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 0 && others.length === 0) return limit
    throw this.wrong('rejects', "'rejects' must hold a limit", 'rejects: {limit: 100}')
  }

  encoding(): string | null {
    const written = this.text('encoding')
    if (written === null) return null
    const plain = written.toLowerCase().replace(/[\s_-]/g, '')
    const name = ENCODINGS.find((each) => each.replace(/[_-]/g, '') === plain) ?? ENCODING_ALIASES[plain]
    if (name !== undefined) return name
    const near = nearest(written.toLowerCase(), ENCODINGS)
    throw this.context.fail(['encoding'], `There is no encoding '${written}'`, {
      found: written,
      expected: ENCODINGS.join(', '),
      ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
    })
  }
}
