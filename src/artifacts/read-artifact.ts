import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject, TdbtError } from '../core/index.ts'

export interface Artifact {
  readonly json: JsonObject
  /** N of `…/vN.json`. */
  readonly version: number
}

/**
 * Reads an artifact and checks that it is of that kind and of a version from `oldest` to `newest`.
 * Throws T7001: not there, not JSON (torn), another kind, a version that cannot be read.
 */
export async function readArtifact(file: string, kind: string, oldest: number, newest: number): Promise<Artifact> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, 'it cannot be read', 'Look at --state, or run the command that writes it.', cause)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw unreadable(file, 'it is not valid JSON', 'The file is torn; write it again.', cause)
  }
  const metadata = isJsonObject(json) && isJsonObject(json['metadata']) ? json['metadata'] : undefined
  const schema = String(metadata?.['dbt_schema_version'] ?? '')
  const match = /\/dbt\/([a-z-]+)\/v(\d+)\.json$/.exec(schema)
  if (!isJsonObject(json) || match?.[1] !== kind) {
    throw unreadable(file, `it is no dbt ${kind} artifact`, `Expected a ${kind} file of dbt or tdbt.`)
  }
  const version = Number(match[2])
  if (version < oldest || version > newest) {
    throw unreadable(
      file,
      `its schema is ${kind} v${version}, and tdbt reads v${oldest} to v${newest}`,
      'Write it again with tdbt or with a dbt from 1.0 to 1.11.',
    )
  }
  return { json, version }
}

function unreadable(file: string, why: string, hint: string, cause?: unknown): TdbtError {
  return new TdbtError('T7001', `Could not read ${file}: ${why}`, {
    location: { file, line: 1, column: 1 },
    hint,
    cause,
  })
}
