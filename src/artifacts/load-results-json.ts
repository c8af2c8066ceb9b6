import { join } from 'node:path'
import type { Invocation, JsonObject } from '../core/index.ts'
import { timestamp } from './metadata.ts'
import { writeText } from './write-text.ts'

/** Writes target/load_results.json: what each load of a run did, with its counts on both sides. tdbt's own; dbt has no such file. Throws T7002. */
export async function writeLoadResults(
  targetDir: string,
  results: readonly JsonObject[],
  invocation: Invocation,
): Promise<void> {
  const file = {
    metadata: { generated_at: timestamp(invocation.now()), invocation_id: invocation.invocationId },
    results,
  }
  await writeText(join(targetDir, 'load_results.json'), `${JSON.stringify(file, null, 2)}\n`)
}
