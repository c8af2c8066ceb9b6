import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

let folder: ReturnType<typeof projectFolder>
const run = (...args: string[]) => tdbt(args, { cwd: folder.dir })
const log = () => readFileSync(join(folder.dir, 'logs/dbt.log'), 'utf8')

interface LogRecord {
  readonly data: Readonly<Record<string, unknown>> & { readonly node_info?: { readonly unique_id: string } }
  readonly info: Readonly<Record<string, unknown>>
}
const records = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogRecord)

beforeAll(() => {
  folder = projectFolder({
    'project.yaml': "name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/good.sql': "{{ config(materialized='table') }}\nselect 1 as id\n",
    'models/bad.sql': "select missing from {{ ref('good') }}\n",
    'models/after.sql': "select * from {{ ref('bad') }}\n",
  })
})
beforeEach(() => rmSync(join(folder.dir, 'logs'), { recursive: true, force: true }))
afterAll(() => folder.dispose())

test('logs/dbt.log has everything, with level and statements, whatever the terminal shows', async () => {
  const { code, stdout } = await run('--quiet', 'run', '--select', 'good')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  const [id] = log().match(/[0-9a-f-]{36}/) ?? []
  expect(log()).toContain(`| ${id} ====`)
  expect(log()).toMatch(/^\d\d:\d\d:\d\d\.\d{6} \[info \] \[MainThread\]: 1 of 1 OK created sql table model shop.good/m)
  expect(log()).toMatch(/\[debug\] \[MainThread\]: On model\.shop\.good: [\s\S]*create\s+table/)
  expect(log()).toContain('Command `tdbt run` succeeded')
})

test('--log-format-file json: records with the names, levels and fields of dbt; statements and results know their node', async () => {
  expect(await run('run', '--log-format-file', 'json')).toMatchObject({ code: 1 })
  const all = records(log())
  const named = (name: string) => all.filter((record) => record.info['name'] === name)
  expect(
    named('LogModelResult').map(({ data, info }) => [data.node_info?.unique_id, data['status'], info['level']]),
  ).toEqual([
    ['model.shop.good', 'success', 'info'],
    ['model.shop.bad', 'error', 'error'],
  ])
  expect(named('SkippingDetails').map(({ data }) => data.node_info?.unique_id)).toEqual(['model.shop.after'])
  const made = named('SQLQuery').filter(({ data }) => data.node_info?.unique_id === 'model.shop.good')
  expect(made.some(({ data }) => String(data['sql']).includes('table'))).toBe(true)
  expect(named('RunResultError')[0]?.data['msg']).toContain('Database Error in model bad (models/bad.sql)')
  expect(named('StatsLine')[0]?.data['stats']).toMatchObject({ pass: 1, error: 1, skip: 1, total: 3 })
  expect(named('ResourceReport')[0]).toMatchObject({
    info: { level: 'debug', code: 'Z051' },
    data: { command_name: 'run', command_success: false },
  })
  expect(new Set(all.map(({ info }) => info['invocation_id'])).size).toBe(1)
})

test('--log-path, --log-level-file and --show-resource-report', async () => {
  await run('parse', '--log-path', 'elsewhere', '--log-level-file', 'warn', '--log-format-file', 'text')
  expect(existsSync(join(folder.dir, 'logs'))).toBe(false)
  expect(existsSync(join(folder.dir, 'elsewhere'))).toBe(false)
  await run('parse', '--log-path', 'elsewhere', '--log-level-file', 'info', '--log-format-file', 'text')
  expect(readFileSync(join(folder.dir, 'elsewhere/dbt.log'), 'utf8')).toMatch(/^\d\d:\d\d:\d\d {2}Running with tdbt=/)
  await run('parse', '--log-level-file', 'none')
  expect(existsSync(join(folder.dir, 'logs'))).toBe(false)
  const { stdout } = await tdbt(['parse', '--log-format', 'json'], {
    cwd: folder.dir,
    env: { DBT_SHOW_RESOURCE_REPORT: '1' },
  })
  expect(records(stdout).find(({ info }) => info['name'] === 'ResourceReport')?.info['level']).toBe('info')
})

test('secrets reach neither the terminal nor the log file', async () => {
  const secret = 'open sesame'
  const env = { DBT_ENV_SECRET_WORD: secret }
  for (const format of ['debug', 'json']) {
    const { output } = await tdbt(
      ['--debug', '--log-format-file', format, 'show', '--inline', `select '${secret}' as word`],
      { cwd: folder.dir, env },
    )
    expect(output).toContain("select '*****' as word")
    expect(output + log()).not.toContain(secret)
  }
})

test('nothing selected: a warning and no summary; --warn-error makes it an error', async () => {
  const { code, stdout } = await run('run', '--select', 'nope')
  expect(code).toBe(0)
  expect(stdout).toContain("The selection criterion 'nope' does not match any enabled nodes")
  expect(stdout).toContain('Nothing to do.')
  expect(stdout).not.toContain('Done.')
  const failed = await run('--warn-error', 'run', '--select', 'nope')
  expect(failed.code).toBe(2)
  expect(failed.output).toContain("The selection criterion 'nope' does not match any enabled nodes")
  const options = '{error: [NothingToDo]}'
  expect(await run('--warn-error-options', options, 'run', '--select', 'nope')).toMatchObject({ code: 2 })
})

test('a warning of parsing is shown once; sources whose age nobody can tell are one, which --warn-error lets pass', async () => {
  const path = join(folder.dir, 'models/raw.yml')
  writeFileSync(
    path,
    'sources:\n  - name: raw\n    freshness: {warn_after: {count: 1, period: day}}\n    tables: [{name: t}]\n',
  )
  try {
    const { code, stdout } = await run('--warn-error', 'parse')
    expect(code).toBe(0)
    const text = "A loaded_at_field must be specified for source 'raw.t'"
    expect(stdout.split(text)).toHaveLength(2)
    writeFileSync(path, 'models: [{name: nobody}]\n')
    const warned = await run('parse')
    expect(warned.code).toBe(0)
    expect(warned.stdout.split("There is no model 'nobody'")).toHaveLength(2)
    expect(await run('--warn-error', 'parse')).toMatchObject({ code: 2 })
    const spared = '{error: all, warn: [NoNodeForYamlKey]}'
    expect(await run('--warn-error-options', spared, 'parse')).toMatchObject({ code: 0 })
  } finally {
    rmSync(path)
  }
})
