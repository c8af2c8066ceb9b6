import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** What a user sees when an engine says no, and when a run is interrupted. */

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})

const head = (target: string): string => `name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: ${target}\n`

test('a wrong password', async () => {
  const { host, port } = postgres
  const user = 'stranger'
  await postgres.query(
    `do $$ begin create role ${user} login password 'right'; exception when duplicate_object then null; end $$`,
  )
  const folder = projectFolder({
    'project.yaml': head(
      `{type: postgres, host: '${host}', port: ${port}, user: ${user}, password: wrong-password, dbname: nowhere, schema: s}`,
    ),
    'models/a.sql': 'select 1 as id',
  })
  try {
    const { code, output } = await tdbt(['run'], { cwd: folder.dir })
    expect({ code, output }).toMatchObject({ code: 2 })
    expect(output).toContain('T5002')
    expect(output).toContain(user)
    expect(output).not.toContain('wrong-password')
    expect(output).not.toMatch(/\n\s+at .+\(.+:\d+:\d+\)/)
  } finally {
    folder.dispose()
  }
})

const SLOW = {
  'project.yaml': head('{type: embedded, schema: shop}'),
  'models/slow.sql': "{{ config(materialized='table') }}\nselect 1 as id, pg_sleep(600) is not null as slept",
}

async function whenRunning(dir: string): Promise<{
  readonly child: ReturnType<typeof spawn>
  readonly ended: Promise<{ code: number | null; output: string }>
}> {
  const child = spawn(tdbtCommand[0], [tdbtCommand[1], 'run'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const started = new Promise<void>((resolve) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      if (output.includes('START sql table model')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
  })
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  )
  await started
  return { child, ended }
}

test('a second process on the same embedded folder, and Ctrl-C', async () => {
  const folder = projectFolder(SLOW)
  try {
    const first = await whenRunning(folder.dir)
    const second = await tdbt(['run'], { cwd: folder.dir })
    expect({ code: second.code, output: second.output }).toMatchObject({ code: 2 })
    expect(second.output).toContain('T5005')
    expect(second.output).toContain(String(first.child.pid))

    first.child.kill('SIGINT')
    const { code, output } = await first.ended
    // The model would sleep for ten minutes: that the run ends shows that its query was cancelled.
    expect({ code, output }).toMatchObject({ code: 1 })
    expect(output).toContain('Interrupted')

    const left = await tdbt(
      ['show', '-q', '--output', 'json', '--inline', "select count(*) as n from pg_class where relname like 'slow%'"],
      { cwd: folder.dir },
    )
    expect(JSON.parse(left.stdout)).toEqual({ show: [{ n: 0 }] })
  } finally {
    folder.dispose()
  }
})
