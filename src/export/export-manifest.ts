import type { ResultColumn } from '../adapters/interface.ts'
import type { ExportSpec } from '../core/index.ts'
import { isJsonObject, type Json } from '../core/index.ts'
import type { WrittenFile } from './export-rows-session.ts'

/** What lies beside the files of an export and says what they are. */
export interface ExportManifest {
  readonly name: string
  readonly relation: string
  readonly format: string
  readonly compression: string
  readonly exported_at: string
  readonly invocation_id: string
  /** Of the query's text: the same query has the same id. */
  readonly query_id: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly partition_by: readonly string[]
  readonly rows: number
  readonly bytes: number
  readonly files: readonly {
    readonly path: string
    readonly rows: number
    readonly bytes: number
    readonly sha256: string
  }[]
}

export function exportManifest(facts: {
  readonly name: string
  readonly relation: string
  readonly spec: ExportSpec
  readonly exportedAt: Date
  readonly invocationId: string
  readonly queryId: string
  readonly columns: readonly ResultColumn[]
  readonly files: readonly WrittenFile[]
}): ExportManifest {
  const { spec, files } = facts
  const sum = (of: (file: WrittenFile) => number): number => files.reduce((total, file) => total + of(file), 0)
  return {
    name: facts.name,
    relation: facts.relation,
    format: spec.format,
    compression: spec.compression,
    exported_at: facts.exportedAt.toISOString(),
    invocation_id: facts.invocationId,
    query_id: facts.queryId,
    columns: facts.columns.map(({ name, type }) => ({ name, type })),
    partition_by: spec.partitionBy,
    rows: sum((file) => file.rows),
    bytes: sum((file) => file.bytes),
    files: files.map(({ key, rows, bytes, sha256 }) => ({ path: key, rows, bytes, sha256 })),
  }
}

/** Paths that a manifest of an earlier export names; none where the text is no manifest. */
export function manifestPaths(text: string): readonly string[] {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  const files = isJsonObject(value) ? value['files'] : undefined
  if (!Array.isArray(files)) return []
  return files.flatMap((file: Json) => (isJsonObject(file) && typeof file['path'] === 'string' ? [file['path']] : []))
}
