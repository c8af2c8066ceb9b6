import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** Exports that are killed at some moment: each file is the old one or the new one, and the next export works. */

const MOMENTS = 6
let postgres: TestPostgres
let project: ReturnType<typeof projectFolder>

beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.createDatabase('killed')
  const { host, port, user, password } = postgres
  const target = { type: 'postgres', host, port, user, password, dbname: database, schema: 'gold' }
  project = projectFolder({
    'project.yaml': `name: shop\ntargets: {dev: ${JSON.stringify(target)}}\n`,
    'models/rows_of_it.sql':
      "{{ config(materialized='table') }} select n as id, md5(n::text) as t from generate_series(1, {{ var('rows', 5) }}) as n",
  })
})
afterAll(async () => {
  project?.dispose()
  await postgres?.stop()
})

const args = (format: string): string[] => [
  'export',
  '-s',
  'rows_of_it',
  '--format',
  format,
  '--to',
  'out/',
  '--order-by',
  'id',
  '--quiet',
]
const digest = (format: string): string =>
  createHash('sha256')
    .update(readFileSync(join(project.dir, `out/rows_of_it.${format}`)))
    .digest('hex')

/** The time from start to end of one that is let be. */
async function whole(format: string): Promise<number> {
  const from = Date.now()
  const { code, output } = await tdbt(args(format), { cwd: project.dir })
  expect({ code, output }).toMatchObject({ code: 0 })
  return Date.now() - from
}

async function killedAfter(format: string, ms: number): Promise<void> {
  const [command, bin] = tdbtCommand
  const child = spawn(command, [bin, ...args(format)], { cwd: project.dir, stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  await exited
  clearTimeout(timer)
}

test.each(['csv', 'parquet'])('%s', async (format) => {
  expect((await tdbt(['run', '--vars', '{rows: 100000}'], { cwd: project.dir })).code).toBe(0)
  const duration = await whole(format)
  const fresh = digest(format)
  expect((await tdbt(['run'], { cwd: project.dir })).code).toBe(0)
  await whole(format)
  const old = digest(format)
  expect((await tdbt(['run', '--vars', '{rows: 100000}'], { cwd: project.dir })).code).toBe(0)
  const seen = new Set<string>()
  for (let moment = 1; moment <= MOMENTS; moment++) {
    await killedAfter(format, (duration * moment) / (MOMENTS + 1))
    const found = digest(format)
    expect([old, fresh]).toContain(found)
    seen.add(found)
  }
  expect(seen).toContain(old)
  await whole(format)
  expect(digest(format)).toBe(fresh)
  expect(
    readdirSync(join(project.dir, 'out'))
      .filter((name) => !name.endsWith('.tdbt-tmp'))
      .sort(),
  ).toContain(`rows_of_it.${format}`)
})
