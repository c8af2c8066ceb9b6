import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { type CliResult, projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'

/** A DuckDB file through killed runs and a second process: readers find the old rows or the new ones, never none, and the next run works. */

const project = projectFolder({
  'dbt_project.yml': 'name: kept\nversion: "1.0"\nprofile: kept\n',
  'profiles.yml': 'kept: {target: dev, outputs: {dev: {type: duckdb, path: kept.duckdb, threads: 4}}}\n',
  'models/rows.sql': `{{ config(materialized='table', indexes=[{'columns': ['i']}]) }}
select i, {{ var('version', 1) }} as version, hash(i) as h from range({{ var('size', 300000) }}) t(i)`,
  'models/added.sql': `{{ config(materialized='incremental', unique_key='i', indexes=[{'columns': ['i'], 'unique': true}]) }}
select i, {{ var('version', 1) }} as version from range(100000) t(i)`,
})
afterAll(() => project.dispose())

async function run(args: readonly string[]): Promise<CliResult> {
  return await tdbt(args, { cwd: project.dir })
}

async function shown(sql: string): Promise<readonly Record<string, unknown>[]> {
  const result = await run(['show', '--quiet', '--output', 'json', '--inline', sql])
  expect(result.output, result.output).toContain('"show"')
  return (JSON.parse(result.stdout) as { readonly show: readonly Record<string, unknown>[] }).show
}

test('killed at any moment, a run leaves the old rows or the new ones', async () => {
  expect((await run(['run'])).code).toBe(0)
  let version = 1
  for (const delayMs of [500, 700, 850, 1000, 1150, 1300, 1600]) {
    const next = version + 1
    const [command, bin] = tdbtCommand
    const child = spawn(command, [bin, 'run', '--vars', `{version: ${next}}`], { cwd: project.dir, stdio: 'ignore' })
    const ended = new Promise((resolve) => child.on('close', resolve))
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    child.kill('SIGKILL')
    await ended
    for (const [model, rows] of [
      ['rows', 300_000],
      ['added', 100_000],
    ] as const) {
      const found = await shown(
        `select count(*) as n, min(version) as least, max(version) as most from {{ ref('${model}') }}`,
      )
      expect(found).toHaveLength(1)
      const [{ n, least, most } = {}] = found
      expect([n, least === most]).toEqual([rows, true])
      expect(Number(most)).toBeLessThanOrEqual(next)
    }
    version = next
  }
  expect((await run(['run', '--vars', '{version: 99}'])).code).toBe(0)
  const names = await shown(`select string_agg(table_name, ',' order by table_name) as names from duckdb_tables()`)
  expect(names).toEqual([{ names: 'added,rows' }])
}, 300_000)

test('a second process is told who has the file, and nothing happens to it', async () => {
  const holder = spawn(
    process.execPath,
    [
      '-e',
      `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then((db) => { console.log('open'); setTimeout(() => db.closeSync(), 60000) })`,
      `${project.dir}/kept.duckdb`,
    ],
    { cwd: process.cwd(), stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const refused = await run(['run'])
    expect(refused.code).not.toBe(0)
    expect(refused.output).toMatch(/T5005/)
    expect(refused.output).toContain(`PID ${holder.pid}`)
  } finally {
    holder.kill('SIGKILL')
    await new Promise((resolve) => holder.on('close', resolve))
  }
  expect((await run(['run', '-s', 'added'])).code).toBe(0)
}, 120_000)

test('what a killed process left in the log is played back with the indexes: the next runs still delete and insert', async () => {
  expect((await run(['run', '-s', 'added', '--full-refresh'])).code).toBe(0)
  const statements = [
    'create temp table fresh as select i, 1000 as version from range(100000) t(i)',
    'begin',
    'insert into added select * from added where false',
    'delete from added where i in (select i from fresh)',
    'insert into added select * from fresh',
    'commit',
  ]
  const killed = spawn(
    process.execPath,
    [
      '-e',
      `require('@duckdb/node-api').DuckDBInstance.create(process.argv[1]).then(async (db) => {
        const connection = await db.connect()
        for (const sql of ${JSON.stringify(statements)}) await connection.run(sql)
        process.kill(process.pid, 'SIGKILL')
      })`,
      `${project.dir}/kept.duckdb`,
    ],
    { cwd: process.cwd(), stdio: 'ignore' },
  )
  const [, signal] = await new Promise<readonly [unknown, unknown]>((resolve) =>
    killed.on('close', (...ended) => resolve(ended)),
  )
  expect(signal).toBe('SIGKILL')
  expect(existsSync(`${project.dir}/kept.duckdb.wal`)).toBe(true)
  // The first to open the file reads one table and closes it.
  expect(await shown(`select min(version) as least from {{ ref('added') }}`)).toEqual([{ least: 1000 }])
  for (const version of [1001, 1002]) {
    const result = await run(['run', '-s', 'added', '--vars', `{version: ${version}}`])
    expect(result.code, result.output).toBe(0)
  }
  expect(await shown(`select count(*) as n, min(version) as least from {{ ref('added') }}`)).toEqual([
    { n: 100_000, least: 1002 },
  ])
}, 120_000)
