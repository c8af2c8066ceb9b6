import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'

/** DuckDB as a user meets it. */

const head = (target: string): string => `name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: ${target}\n`

test('the project that init makes builds on DuckDB, and debug tells of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-init-'))
  try {
    expect((await tdbt(['init', 'first'], { cwd: folder })).code).toBe(0)
    const cwd = join(folder, 'first')
    const { code, output } = await tdbt(['build', '--target', 'duckdb'], { cwd })
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).toMatch(/PASS=9 WARN=0 ERROR=0/)
    const told = await tdbt(['debug', '--target', 'duckdb'], { cwd })
    expect(told.output).toMatch(/server: DuckDB v1\.5\.5/)
    expect(told.output).toContain(join(cwd, 'first.duckdb'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('secrets of the profile reach neither output nor files, also where DuckDB refuses them', async () => {
  const folder = projectFolder({
    'project.yaml': head(
      `{type: duckdb, secrets: [{type: no_such_kind, key_id: open-sesame, secret: very-secret}], attach: [{path: 'dbname=x password=hidden-too', type: postgres}]}`,
    ),
    'models/a.sql': 'select 1 as id, {{ target | string | length }} as n',
  })
  try {
    const { code, output } = await tdbt(['run', '--debug'], { cwd: folder.dir })
    expect(code).not.toBe(0)
    expect(output).not.toMatch(/open-sesame|very-secret/)
    const log = readFileSync(join(folder.dir, 'logs', 'dbt.log'), 'utf8')
    expect(log).not.toMatch(/open-sesame|very-secret/)
  } finally {
    folder.dispose()
  }
})

test('a run in another folder reads and writes files of the project', async () => {
  const folder = projectFolder({
    'project.yaml': head('{type: duckdb, path: shop.duckdb}'),
    'data/cities.csv': 'id,name\n1,Oslo\n2,Łódź\n',
    'models/cities.sql': "{{ config(materialized='external') }} select * from read_csv('data/cities.csv')",
    'models/counted.sql': "{{ config(materialized='table') }} select count(*) as n from {{ ref('cities') }}",
  })
  try {
    const elsewhere = tmpdir()
    const { code, output } = await tdbt(['run', '--project-dir', folder.dir], { cwd: elsewhere })
    expect({ code, output }).toMatchObject({ code: 0 })
    const shown = await tdbt(['show', '--quiet', '--output', 'json', '--project-dir', folder.dir, '-s', 'counted'], {
      cwd: elsewhere,
    })
    expect(JSON.parse(shown.stdout)).toMatchObject({ show: [{ n: 2 }] })
    expect(readFileSync(join(folder.dir, 'cities.parquet')).subarray(0, 4).toString()).toBe('PAR1')
  } finally {
    folder.dispose()
  }
})

test('tables that foreign keys hold are rebuilt with those that point at them, or not at all', async () => {
  const contract = (table: string, constraints: string): string =>
    `  - name: ${table}\n    config: {contract: {enforced: true}}\n    constraints: [${constraints}]\n    columns: [{name: id, data_type: integer}]\n`
  const folder = projectFolder({
    'project.yaml': head('{type: duckdb, path: shop.duckdb}'),
    'models/parent.sql': "{{ config(materialized='table') }} select 1 as id",
    'models/child.sql': "{{ config(materialized='table') }} select id from {{ ref('parent') }}",
    'models/models.yml': `models:\n${contract('parent', '{type: primary_key, columns: [id]}')}${contract('child', "{type: foreign_key, columns: [id], to: ref('parent'), to_columns: [id]}")}`,
  })
  try {
    for (let round = 0; round < 2; round++) {
      const { code, output } = await tdbt(['run'], { cwd: folder.dir })
      expect({ code, output }).toMatchObject({ code: 0 })
    }
    const alone = await tdbt(['run', '-s', 'parent'], { cwd: folder.dir })
    expect(alone.code).toBe(1)
    expect(alone.output).toMatch(/child \(model child is not selected in this run\)/)
    const keys = `select count(*) as n from duckdb_constraints() where constraint_type = 'FOREIGN KEY'`
    const shown = await tdbt(['show', '--quiet', '--output', 'json', '--inline', keys], { cwd: folder.dir })
    expect(JSON.parse(shown.stdout)).toMatchObject({ show: [{ n: 1 }] })
  } finally {
    folder.dispose()
  }
})

test('Ctrl-C ends a running query at once', async () => {
  const folder = projectFolder({
    'project.yaml': head('{type: duckdb, path: shop.duckdb}'),
    'models/slow.sql':
      "{{ config(materialized='table') }} select count(*) as n from range(10000000000000) t(i) where i % 7 = 3",
  })
  try {
    const child = spawn(tdbtCommand[0], [tdbtCommand[1], 'run'], { cwd: folder.dir, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const started = new Promise<void>((resolve) => {
      const hear = (chunk: Buffer): void => {
        output += chunk.toString()
        if (output.includes('START sql table model')) resolve()
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    await started
    await new Promise((resolve) => setTimeout(resolve, 300))
    child.kill('SIGINT')
    expect(await ended).not.toBe(0)
    expect(output).toMatch(/slow/)
    writeFileSync(join(folder.dir, 'models/slow.sql'), 'select 1 as n')
    expect((await tdbt(['run'], { cwd: folder.dir })).code).toBe(0)
  } finally {
    folder.dispose()
  }
})
