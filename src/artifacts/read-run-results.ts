import { isJsonObject, type JsonObject, type NodeResult } from '../core/index.ts'
import { readArtifact } from './read-artifact.ts'

export interface RunResultsFile {
  /** Entries as they were written; from before v5 without compiled code. */
  readonly results: readonly NodeResult[]
  /** dbt's `args`: `which`, `select`, `exclude`, `selector`… of that invocation. */
  readonly args: JsonObject
  /** ISO time of its end; empty when the file does not say. */
  readonly generatedAt: string
  readonly elapsedSeconds: number
}

/** A run_results.json (v4 to v6) of dbt or tdbt. Throws T7001. */
export async function readRunResults(file: string): Promise<RunResultsFile> {
  const { json } = await readArtifact(file, 'run-results', 4, 6)
  const entries = Array.isArray(json['results']) ? json['results'].filter(isJsonObject) : []
  const metadata = isJsonObject(json['metadata']) ? json['metadata'] : {}
  return {
    results: entries.map((entry) => ({
      ...(entry as unknown as NodeResult),
      message: typeof entry['message'] === 'string' ? entry['message'] : null,
      failures: typeof entry['failures'] === 'number' ? entry['failures'] : null,
      batch_results: isJsonObject(entry['batch_results']) ? entry['batch_results'] : null,
    })),
    args: isJsonObject(json['args']) ? json['args'] : {},
    generatedAt: String(metadata['generated_at'] ?? ''),
    elapsedSeconds: Number(json['elapsed_time'] ?? 0),
  }
}
