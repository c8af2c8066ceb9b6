import { join } from 'node:path'
import type { Invocation, Json, JsonObject } from '../core/index.ts'
import type { RunResultsInput } from './inputs.ts'
import { artifactMetadata } from './metadata.ts'
import { scrubSecrets } from './scrub-secrets.ts'
import { writeText } from './write-text.ts'

/** run_results.json v6. The values of secret variables (`DBT_ENV_SECRET_…`) never get into it. */
export function runResultsJson({ results, invocation, elapsedSeconds, args }: RunResultsInput): JsonObject {
  return scrubSecrets(
    {
      metadata: artifactMetadata('run-results', 6, invocation),
      results: results.map((result) => ({
        status: result.status,
        timing: result.timing.map(({ name, started_at, completed_at }) => ({ name, started_at, completed_at })),
        thread_id: result.thread_id,
        execution_time: result.execution_time,
        adapter_response: result.adapter_response as JsonObject,
        message: result.message,
        failures: result.failures,
        unique_id: result.unique_id,
        compiled: result.compiled,
        compiled_code: result.compiled_code,
        relation_name: result.relation_name,
        batch_results: result.batch_results,
      })),
      elapsed_time: elapsedSeconds,
      args: { ...invocationArgs(invocation), ...args },
    },
    invocation,
  )
}

/** Writes target/run_results.json. Throws T7002. */
export async function writeRunResults(targetDir: string, input: RunResultsInput): Promise<void> {
  await writeText(join(targetDir, 'run_results.json'), JSON.stringify(runResultsJson(input)))
}

/** dbt's `args` block: the flags of the invocation under their snake_case names, sorted. */
function invocationArgs({ flags, vars, command }: Invocation): JsonObject {
  const entries: [string, Json][] = []
  for (const [key, value] of Object.entries(flags)) {
    if (key === 'behavior') continue
    entries.push([key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value as Json])
  }
  for (const [key, value] of Object.entries(flags.behavior)) entries.push([key, value])
  entries.push(['vars', vars], ['invocation_command', `tdbt ${command}`])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
