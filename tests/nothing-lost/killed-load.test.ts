import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/**
 * A load that is killed (SIGKILL) at any moment leaves each table as it was or as it was to be, whole, and the next load makes it right: no row twice,
 * none lost. Every round brings a new file, and changes in the origin.
 */

const FILE_ROWS = 20_000
const ORIGIN_ROWS = 30_000

const SOURCES = `sources:
  - name: lake
    schema: bronze
    tables:
      - name: all_days
        load: {files: 'data/day_*.csv', mode: append}
      - name: last_day
        load: {files: 'data/day_*.csv', mode: last_batch}
  - name: crm
    schema: bronze
    load: {from: oltp}
    tables:
      - name: everything
        load: {table: customers}
      - name: customers
        load: {mode: incremental, watermark: updated_at, key: id, lag: 1 minute, deleted_flag: true}
`

/** For each table: rows, different keys, and the sum of what changes from round to round. */
const LOOK = ['all_days', 'last_day', 'everything', 'customers']
  .map((name) => {
    const living = name === 'customers' ? 'count(case when is_deleted then null else 1 end)' : 'count(*)'
    return `select '${name}' as name, cast(count(*) as integer) as n, cast(count(distinct id) as integer) as ids, cast(sum(value) as varchar(20)) as total, cast(${living} as integer) as living from bronze.${name}`
  })
  .join(' union all ')

interface Found {
  readonly name: string
  readonly n: number
  readonly ids: number
  readonly total: string
  readonly living: number
}

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

function start(dir: string, killAfterMs: number): Promise<'killed' | 'finished'> {
  return new Promise((resolve) => {
    const child = spawn(tdbtCommand[0], [tdbtCommand[1], 'load', '--quiet', '--threads', '2'], {
      cwd: dir,
      stdio: 'ignore',
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('close', (_, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL' ? 'killed' : 'finished')
    })
  })
}

async function survive(rounds: number, targetOf: (database: string) => unknown): Promise<void> {
  const [origin, database] = [await server.createDatabase('killed_origin'), await server.createDatabase('killed_load')]
  const { host, port, user, password } = server
  const oltp = { type: 'postgres', host, port, user, password, dbname: origin, schema: 'public' }
  const folder = projectFolder({
    'project.yaml': `name: survivors\ntargets: {dev: ${JSON.stringify(targetOf(database))}}\nconnections: {oltp: ${JSON.stringify(oltp)}}\n`,
    'models/sources.yml': SOURCES,
  })
  try {
    await server.query(
      `create table customers as select i as id, 1::bigint as value, timestamptz '2024-01-01' + i * interval '1 second' as updated_at from generate_series(1, ${ORIGIN_ROWS}) i;
       alter table customers add primary key (id)`,
      origin,
    )
    const newDay = (round: number): void => {
      mkdirSync(join(folder.dir, 'data'), { recursive: true })
      const rows = Array.from({ length: FILE_ROWS }, (_, index) => `${round * FILE_ROWS + index},${round + 1}`)
      writeFileSync(
        join(folder.dir, 'data', `day_${String(round).padStart(3, '0')}.csv`),
        `id,value\n${rows.join('\n')}\n`,
      )
    }
    const change = (round: number): Promise<unknown> =>
      server.query(
        `update customers set value = value + 1, updated_at = timestamptz '2024-06-01' + ${round} * interval '1 hour' where id % 3 = ${round % 3};
         delete from customers where id % 1000 = ${round};
         insert into customers select ${ORIGIN_ROWS} + ${round} * 100 + i, 1, timestamptz '2024-06-01' + ${round} * interval '1 hour' from generate_series(1, 100) i`,
        origin,
      )
    const expected = async (round: number): Promise<readonly Found[]> => {
      const [row] = await server.query(
        'select count(*)::integer as n, sum(value)::text as total from customers',
        origin,
      )
      const there = {
        n: Number(row?.['n']),
        ids: Number(row?.['n']),
        total: String(row?.['total']),
        living: Number(row?.['n']),
      }
      const files = round + 1
      const all = files * FILE_ROWS
      return [
        { name: 'all_days', n: all, ids: all, total: String((FILE_ROWS * files * (files + 1)) / 2), living: all },
        { name: 'customers', ...there },
        { name: 'everything', ...there },
        { name: 'last_day', n: FILE_ROWS, ids: FILE_ROWS, total: String(FILE_ROWS * files), living: FILE_ROWS },
      ]
    }
    const look = async (): Promise<readonly Found[]> => {
      const { code, stdout, output } = await tdbt(
        ['show', '--quiet', '--output', 'json', '--limit', '-1', '--inline', LOOK],
        { cwd: folder.dir },
      )
      expect(code, output).toBe(0)
      const { show } = JSON.parse(stdout) as { readonly show: readonly Found[] }
      return [...show]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((found) => ({ ...found, total: String(found.total) }))
    }
    const load = async (): Promise<void> => {
      const { code, output } = await tdbt(['load', '--threads', '2'], { cwd: folder.dir })
      expect(code, output).toBe(0)
    }
    newDay(0)
    await load()
    let before = await expected(0)
    expect(await look()).toEqual(before)
    const began = performance.now()
    await load()
    const wholeMs = performance.now() - began
    let killed = 0
    for (let round = 1; round <= rounds; round++) {
      newDay(round)
      await change(round)
      const after = await expected(round)
      // From the start of the first load to past the end of the last.
      if ((await start(folder.dir, wholeMs * (0.15 + (0.95 * round) / rounds))) === 'killed') killed++
      const between = await look()
      for (const [index, found] of between.entries()) {
        // Rows that the origin deletes stay, marked.
        const known = [before[index], after[index]].some(
          (state) =>
            state !== undefined && (found.name === 'customers' ? sameLiving(found, state) : same(found, state)),
        )
        expect(known, `round ${round}: ${JSON.stringify({ found, before: before[index], after: after[index] })}`).toBe(
          true,
        )
      }
      await load()
      const found = await look()
      for (const [index, each] of found.entries()) {
        const state = after[index]
        if (each.name === 'customers')
          expect({ living: each.living, twice: each.n - each.ids }).toEqual({ living: state?.living, twice: 0 })
        else expect(each).toEqual(state)
      }
      before = after
    }
    expect(killed).toBeGreaterThanOrEqual(Math.floor(rounds / 2))
  } finally {
    folder.dispose()
  }
}

function same(a: Found, b: Found): boolean {
  return a.n === b.n && a.ids === b.ids && a.total === b.total
}

function sameLiving(a: Found, b: Found): boolean {
  return a.n === a.ids && a.living === b.living
}

test('Postgres: 20 kills', { timeout: 900_000 }, async () => {
  const { host, port, user, password } = server
  await survive(20, (database) => ({ type: 'postgres', host, port, user, password, dbname: database, schema: 'gold' }))
})

test('DuckDB: 8 kills', { timeout: 900_000 }, async () => {
  await survive(8, () => ({ type: 'duckdb', path: 'warehouse.duckdb', schema: 'gold' }))
})

const forced = process.env['TDBT_EMBEDDED_BACKEND']

test.runIf(forced === undefined || forced === 'native')(
  'embedded Postgres: 4 kills',
  { timeout: 900_000 },
  async () => {
    await survive(4, () => ({ type: 'embedded', backend: 'native', schema: 'gold' }))
  },
)
