import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject } from '../core/index.ts'
import type { PreviousFreshness, PreviousState } from '../graph/index.ts'
import { readArtifact } from './read-artifact.ts'
import { readManifest } from './read-manifest.ts'
import { readRunResults } from './read-run-results.ts'

/**
 * What a state folder holds: manifest.json, run_results.json and sources.json of an earlier run, and sources.json of the
 * current target folder. A file that is not there is null; one that cannot be read is T7001.
 */
export async function readPreviousState(stateDir: string, targetDir?: string): Promise<PreviousState> {
  const manifestFile = join(stateDir, 'manifest.json')
  const resultsFile = join(stateDir, 'run_results.json')
  return {
    manifest: (await exists(manifestFile)) ? await readManifest(manifestFile) : null,
    results: (await exists(resultsFile)) ? (await readRunResults(resultsFile)).results : null,
    sources: await readFreshness(join(stateDir, 'sources.json')),
    sourcesCurrent: targetDir === undefined ? null : await readFreshness(join(targetDir, 'sources.json')),
  }
}

async function readFreshness(file: string): Promise<readonly PreviousFreshness[] | null> {
  if (!(await exists(file))) return null
  const { json } = await readArtifact(file, 'sources', 1, 3)
  const entries = Array.isArray(json['results']) ? json['results'].filter(isJsonObject) : []
  return entries.map((entry) => ({
    unique_id: String(entry['unique_id']),
    status: String(entry['status']),
    max_loaded_at: typeof entry['max_loaded_at'] === 'string' ? entry['max_loaded_at'] : null,
  }))
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
