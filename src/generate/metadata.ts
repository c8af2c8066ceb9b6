import { createHash } from 'node:crypto'
import type { JsonObject } from '../core/index.ts'
import type { GeneratorSpec } from './spec.ts'
import type { WrittenTable } from './tally.ts'

/** The name of the file beside the data (or in the target folder) that says what was generated. */
export const METADATA_FILE = 'generation_metadata.json'

/** What a run made of one spec. Same `spec.sha256`, `scale` and versions: same checksums. */
export function specMetadata(input: {
  readonly spec: GeneratorSpec
  readonly scale: number
  readonly written: readonly WrittenTable[]
  readonly output: JsonObject
  readonly startedAt: Date
  readonly seconds: number
  readonly versions: JsonObject
}): JsonObject {
  const { spec, written } = input
  return {
    spec: {
      name: spec.name,
      file: spec.file,
      sha256: createHash('sha256').update(spec.source).digest('hex'),
      seed: spec.seed,
      locale: spec.locale,
    },
    scale: input.scale,
    versions: input.versions,
    output: input.output,
    started_at: input.startedAt.toISOString(),
    elapsed_seconds: Math.round(input.seconds * 1000) / 1000,
    rows: written.reduce((sum, table) => sum + table.rows, 0),
    tables: written.map((table) => ({
      name: table.name,
      rows: table.rows,
      csv_bytes: table.bytes,
      csv_sha256: table.sha256,
      ...(table.files.length > 0 ? { files: table.files.map((file) => ({ ...file })) } : {}),
    })),
  }
}

/**
 * The metadata file's content: `made`, and what an older file says of other specs. Entries are in the order of their names.
 * An older file that cannot be read counts as none.
 */
export function mergeMetadata(older: string | null, made: readonly JsonObject[]): JsonObject {
  const nameOf = (entry: unknown): string => String((entry as { spec?: { name?: unknown } } | null)?.spec?.name ?? '')
  const names = new Set(made.map(nameOf))
  const kept = entriesOf(older).filter((entry) => !names.has(nameOf(entry)))
  return { specs: [...kept, ...made].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) }
}

interface MetadataTable {
  readonly files?: readonly { readonly path?: unknown }[]
}

/** The files that an older metadata file lists for a spec: those not written again are of an earlier run. */
export function filesOf(older: string | null, spec: string): readonly string[] {
  return entriesOf(older).flatMap((entry) => {
    const { spec: of, tables } = entry as { spec?: { name?: unknown }; tables?: readonly MetadataTable[] }
    if (of?.name !== spec || !Array.isArray(tables)) return []
    return tables.flatMap((table: MetadataTable) =>
      Array.isArray(table.files)
        ? table.files.flatMap((file) => (typeof file.path === 'string' ? [file.path] : []))
        : [],
    )
  })
}

function entriesOf(text: string | null): readonly JsonObject[] {
  if (text === null) return []
  try {
    const parsed: unknown = JSON.parse(text)
    const specs = (parsed as { specs?: unknown } | null)?.specs
    return Array.isArray(specs)
      ? specs.filter((entry): entry is JsonObject => typeof entry === 'object' && entry !== null)
      : []
  } catch {
    return []
  }
}
