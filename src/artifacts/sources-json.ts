import { join } from 'node:path'
import type { FreshnessResult, JsonObject } from '../core/index.ts'
import type { SourcesInput } from './inputs.ts'
import { artifactMetadata } from './metadata.ts'
import { writeText } from './write-text.ts'

/** sources.json v3. */
export function sourcesJson({ results, invocation, elapsedSeconds }: SourcesInput): JsonObject {
  return {
    metadata: artifactMetadata('sources', 3, invocation),
    results: results.map(entry),
    elapsed_time: elapsedSeconds,
  }
}

/** Writes target/sources.json, or the file that `--output` names. Throws T7002. */
export async function writeSources(targetDir: string, input: SourcesInput, file?: string): Promise<void> {
  await writeText(file ?? join(targetDir, 'sources.json'), JSON.stringify(sourcesJson(input)))
}

function entry(result: FreshnessResult): JsonObject {
  const { unique_id, status } = result
  if (status === 'runtime error' || result.max_loaded_at === undefined) {
    return { unique_id, error: result.error ?? null, status: 'runtime error' }
  }
  return {
    unique_id,
    max_loaded_at: result.max_loaded_at,
    snapshotted_at: result.snapshotted_at ?? null,
    max_loaded_at_time_ago_in_s: result.max_loaded_at_time_ago_in_s ?? 0,
    status,
    criteria: result.criteria ?? { warn_after: null, error_after: null, filter: null },
    adapter_response: result.adapter_response ?? {},
    timing: result.timing.map(({ name, started_at, completed_at }) => ({ name, started_at, completed_at })),
    thread_id: result.thread_id,
    execution_time: result.execution_time,
  }
}
