/**
 * What a source's `load:` block says, with every default filled in. `readLoadSpec` makes it; project/ reads it to refuse bad blocks with their place, load/
 * to carry it out. docs/guide.md describes it for users.
 */
export interface LoadSpec {
  readonly origin: FilesOrigin | ConnectionOrigin
  readonly mode: LoadMode
  /** Column that gets the time of the load, null for none. Default: `load_date` with mode append, none elsewhere. */
  readonly loadDate: string | null
  /** Column that gets the number of the batch, null for none. Default: `batch_id` with mode append, none elsewhere. */
  readonly batchId: string | null
  /** Column that gets the name of the file, null for none. */
  readonly sourceFile: string | null
  /** incremental: column that grows with every change. */
  readonly watermark: string | null
  /** incremental: how far below the last watermark rows are read again: `2 hours`, or a number for numbers. */
  readonly lag: string | number | null
  /** incremental: columns that tell rows apart. Empty: rows are only added. */
  readonly key: readonly string[]
  /** incremental: column that is true for rows that the origin has no more. */
  readonly deletedFlag: string | null
  /** last_batch of files: `file` = the last by name, `run` = all that came since the last load. */
  readonly batch: 'file' | 'run'
  /** Declared types by column. */
  readonly columns: Readonly<Record<string, string>>
  /**
   * What happens when the origin's columns are not the table's. Default: fail where rows are added; where the table is replaced it takes the shape of the origin
   * (`mirror`, which nobody writes).
   */
  readonly onSchemaChange: 'add' | 'ignore' | 'fail' | 'mirror'
  /** Rows that may be put aside before the load fails whole. Default 100. */
  readonly rejectsLimit: number
  /** What is held against the origin after the load. Default count. */
  readonly check: 'count' | 'hash'
}

export type LoadMode = 'full' | 'append' | 'incremental' | 'last_batch'

export interface FilesOrigin {
  readonly kind: 'files'
  /** Paths below the project's root or URLs, with * ? [] ** in them. `{table}` and `{source}` are already put in. */
  readonly files: readonly string[]
  /** Connection of type s3 with the settings of the bucket, null: those of the environment. */
  readonly connection: string | null
  readonly format: 'csv' | 'parquet' | 'json'
  readonly csv: CsvOptions
}

export interface CsvOptions {
  readonly delimiter: string
  readonly quote: string
  /** Null: UTF-8, or what the byte order mark says. */
  readonly encoding: string | null
  /** False: the first line is a row; `skip`: it is left out, and the names are those of `columns`, in the order of the file. */
  readonly header: boolean | 'skip'
  /** Texts that mean null when they are not quoted; null for the default: the empty text, and NA and its like in columns that are not text. */
  readonly nullTexts: readonly string[] | null
  /** Order of the parts of dates with slashes or dots; null: what the file's own values leave open as only possible. */
  readonly dates: 'dmy' | 'mdy' | 'ymd' | null
  readonly compression: 'auto' | 'gzip' | 'none'
}

export interface ConnectionOrigin {
  readonly kind: 'connection'
  readonly connection: string
  /** Schema and table, or a query. */
  readonly schema: string | null
  readonly table: string | null
  readonly query: string | null
}
