import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/**
 * A run that is killed (SIGKILL) at any moment leaves each relation with its old rows or its new ones, whole, and the next run
 * is green. Every relation carries the number of the run that made it in each row, so half-made and mixed ones show.
 */

const ROUNDS = 20
const ROWS = 4000
const NAMES = ['numbers', 'more_numbers', 'kept', 'summary', 'looking'] as const

/** A fifth of a second in each table, so that a kill finds a run at work. */
const SLOW = '(select pg_sleep(0.2)) as pause'

const MODELS: Readonly<Record<string, string>> = {
  'models/numbers.sql': `{{ config(materialized='table', indexes=[{'columns': ['n'], 'unique': true}]) }}
select n, {{ var('run') }} as run from generate_series(1, ${ROWS}) as n, ${SLOW}`,
  'models/more_numbers.sql': `{{ config(materialized='table', post_hook="insert into {{ this }} select ${ROWS} + 1, {{ var('run') }}") }}
select n, run from {{ ref('numbers') }}, ${SLOW}`,
  'models/kept.sql': `{{ config(materialized='incremental', unique_key='n', incremental_strategy='delete+insert') }}
select n, {{ var('run') }} as run from generate_series(1, ${ROWS}) as n, ${SLOW}`,
  'models/summary.sql': `{{ config(materialized='table') }}
select run, count(*) as n from {{ ref('numbers') }}, ${SLOW} group by run`,
  'models/looking.sql': `{{ config(materialized='view') }}
select n, {{ var('run') }} as run from generate_series(1, ${ROWS}) as n`,
  'seeds/words.csv': `word\n${Array.from({ length: 500 }, (_, index) => `word${index}`).join('\n')}\n`,
}

const EXPECTED: Readonly<Record<(typeof NAMES)[number], number>> = {
  numbers: ROWS,
  more_numbers: ROWS + 1,
  kept: ROWS,
  summary: 1,
  looking: ROWS,
}

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})

function projectFile(target: string): string {
  return `name: survivors
version: '1.0'
target: dev
targets:
  dev: ${target}
vars: {run: 0}
`
}

/** One statement that tells of each relation: is it there, how many rows, of which runs. */
const LOOK = `select name, rows, first_run, last_run from (
  ${NAMES.map(
    (name) =>
      `select '${name}' as name, count(*)::integer as rows, min(run)::integer as first_run, max(run)::integer as last_run from survivors.${name}`,
  ).join('\n  union all ')}
  union all select 'words', count(*)::integer, 0, 0 from survivors.words
) as looked`

interface Found {
  readonly name: string
  readonly rows: number
  readonly first_run: number
  readonly last_run: number
}

async function look(dir: string): Promise<readonly Found[]> {
  const { code, stdout, output } = await tdbt(
    ['show', '--quiet', '--output', 'json', '--limit', '-1', '--inline', LOOK],
    { cwd: dir },
  )
  expect({ code, output }).toMatchObject({ code: 0 })
  return (JSON.parse(stdout) as { readonly show: readonly Found[] }).show
}

function startAndKill(dir: string, run: number, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(tdbtCommand[0], [tdbtCommand[1], 'build', '--quiet', '--vars', `{run: ${run}}`], {
      cwd: dir,
      stdio: 'ignore',
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
    child.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function survive(target: string): Promise<void> {
  const folder = projectFolder({ 'project.yaml': projectFile(target), ...MODELS })
  try {
    const green = async (run: number): Promise<void> => {
      const { code, output } = await tdbt(['build', '--vars', `{run: ${run}}`], { cwd: folder.dir })
      expect({ code, output }).toMatchObject({ code: 0 })
    }
    await green(0)
    const began = performance.now()
    await green(1)
    const wholeMs = performance.now() - began
    let killedHalfWay = 0
    for (let round = 2; round < ROUNDS + 2; round++) {
      // Spread over the whole run, more of them in its later part, where tables change.
      await startAndKill(folder.dir, round, wholeMs * (0.2 + (0.85 * (round - 2)) / ROUNDS))
      const found = await look(folder.dir)
      expect(found.map(({ name }) => name).sort()).toEqual([...NAMES, 'words'].sort())
      const runs = new Set<number>()
      for (const { name, rows, first_run, last_run } of found) {
        if (name === 'words') {
          expect(rows).toBe(500)
          continue
        }
        expect({ name, rows }).toEqual({ name, rows: EXPECTED[name as (typeof NAMES)[number]] })
        expect({ name, mixed: first_run !== last_run }).toEqual({ name, mixed: false })
        runs.add(last_run)
      }
      if (runs.size > 1) killedHalfWay++
    }
    await green(99)
    for (const { name, first_run, rows } of await look(folder.dir)) {
      if (name !== 'words')
        expect({ name, rows, first_run }).toEqual({
          name,
          rows: EXPECTED[name as (typeof NAMES)[number]],
          first_run: 99,
        })
    }
    // Else every kill came before or after the work, and nothing was shown.
    expect(killedHalfWay).toBeGreaterThan(0)
  } finally {
    folder.dispose()
  }
}

test('on a Postgres server', async () => {
  const { host, port, user, password } = postgres
  const database = await postgres.createDatabase('survivors')
  await survive(
    `{type: postgres, host: '${host}', port: ${port}, user: '${user}', password: '${password}', dbname: '${database}', schema: survivors, threads: 1}`,
  )
}, 600_000)

test('on the embedded engine', async () => {
  await survive('{type: embedded, schema: survivors, threads: 1}')
}, 600_000)
