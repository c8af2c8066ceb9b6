import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestPostgres } from './postgres-server.ts'

const script = fileURLToPath(new URL('../../scripts/example.mjs', import.meta.url))

export interface ExampleRun {
  readonly code: number | null
  readonly output: string
  /** The copy of the example that it ran in. */
  readonly folder: string
  dispose(): void
}

/** Runs an example as `npm run example` does, on a test server, in a temporary copy. */
export function runExample(name: string, postgres: TestPostgres, scale: number): Promise<ExampleRun> {
  const folder = mkdtempSync(join(tmpdir(), `tdbt-example-${name}-`))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, name, '--scale', String(scale), '--folder', folder], {
      env: { ...process.env, NO_COLOR: '1', TDBT_EXAMPLE_PG_URL: postgres.url('postgres') },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 300_000,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, output, folder, dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) }),
    )
  })
}
