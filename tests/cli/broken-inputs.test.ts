import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

/** What a user does wrong, and what tdbt says: a code, the place, what was expected, the next step; exit code 2; no stack trace. */

const folders: { dispose(): void }[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder.dispose()
})

const PROJECT = `name: shop
version: '1.0'
target: dev
targets:
  dev: {type: embedded, schema: shop}
`

function project(files: Readonly<Record<string, string>>, projectFile = PROJECT): string {
  const folder = projectFolder({ 'project.yaml': projectFile, ...files })
  folders.push(folder)
  return folder.dir
}

async function refusal(cwd: string, args: readonly string[] = ['parse']): Promise<string> {
  const { code, output } = await tdbt(args, { cwd })
  expect(output).not.toMatch(/\n\s+at .+\(.+:\d+:\d+\)/)
  expect(output).not.toContain('T0001')
  expect({ code, output }).toMatchObject({ code: 2 })
  return output
}

test('an unclosed block', async () => {
  const output = await refusal(project({ 'models/a.sql': 'select 1\n{% if true %}\n  , 2\n' }))
  expect(output).toContain('T2001')
  expect(output).toMatch(/models\/a\.sql:\d+:\d+/)
  expect(output).toMatch(/endif/)
})

test('an undefined macro', async () => {
  const output = await refusal(
    project({
      'models/a.sql': 'select\n  {{ cents_to_dolars("x") }} as x\n',
      'macros/m.sql': '{% macro cents_to_dollars(c) %}{{ c }}{% endmacro %}',
    }),
    ['compile'],
  )
  expect(output).toContain('models/a.sql:2:')
  expect(output).toContain("'cents_to_dolars' is undefined")
  expect(output).toContain('cents_to_dollars')
})

test('a ref to nothing, with the nearest name', async () => {
  const output = await refusal(
    project({ 'models/stg_orders.sql': 'select 1 as id', 'models/a.sql': "select *\nfrom {{ ref('stg_order') }}\n" }),
  )
  expect(output).toContain('T3001')
  expect(output).toContain('models/a.sql:2:')
  expect(output).toContain("'stg_orders'")
})

test('a cycle, named as a path', async () => {
  const output = await refusal(
    project({
      'models/a.sql': "select * from {{ ref('c') }}",
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/c.sql': "select * from {{ ref('b') }}",
    }),
  )
  expect(output).toContain('T3003')
  expect(output).toMatch(/model\.shop\.\w.*->.*->.*->/)
  expect(output).toMatch(/models\/[abc]\.sql/)
})

test('two models of one name', async () => {
  const output = await refusal(project({ 'models/x/a.sql': 'select 1', 'models/y/a.sql': 'select 2' }))
  expect(output).toContain('T1007')
  expect(output).toContain('models/x/a.sql')
  expect(output).toContain('models/y/a.sql')
})

test('bad YAML, with its line', async () => {
  const output = await refusal(
    project({ 'models/a.sql': 'select 1', 'models/s.yml': 'version: 2\nmodels:\n  - name: a\n   columns: [\n' }),
  )
  expect(output).toContain('T1002')
  expect(output).toMatch(/models\/s\.yml:[45]:\d+/)
})

test('an unknown config key is a warning that names the near one', async () => {
  const dir = project({ 'models/a.sql': "{{ config(materialised='table') }}\nselect 1" })
  const { code, output } = await tdbt(['parse'], { cwd: dir })
  expect(code).toBe(0)
  expect(output).toContain('T1008')
  expect(output).toContain("'materialized'")
})

test('several errors are shown together', async () => {
  const output = await refusal(project({ 'models/a.sql': '{% if %}', 'models/b.sql': '{{ 1 + }}' }))
  expect(output).toContain('models/a.sql:1:')
  expect(output).toContain('models/b.sql:1:')
})

test('no project file', async () => {
  const folder = projectFolder({ 'readme.md': 'nothing here' })
  folders.push(folder)
  const output = await refusal(folder.dir)
  expect(output).toContain('T1001')
  expect(output).toContain('tdbt init')
})

test('a target that is not there', async () => {
  const output = await refusal(project({ 'models/a.sql': 'select 1' }), ['parse', '--target', 'prd'])
  expect(output).toMatch(/T100[56]/)
  expect(output).toContain('dev')
})

test('no server', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await new Promise((done) => server.close(done))
  const dir = project(
    { 'models/a.sql': 'select 1' },
    `${PROJECT}  pg: {type: postgres, host: 127.0.0.1, port: ${port}, user: u, password: p, dbname: d, schema: s}\n`,
  )
  const output = await refusal(dir, ['run', '--target', 'pg'])
  expect(output).toContain('T5001')
  expect(output).toContain(`127.0.0.1:${port}`)
})

test('a wrong command and a wrong option, with the nearest', async () => {
  const dir = project({ 'models/a.sql': 'select 1' })
  expect(await refusal(dir, ['biuld'])).toContain("'tdbt build'")
  expect(await refusal(dir, ['build', '--full-refrsh'])).toContain('--full-refresh')
})

test('a selector that cannot be read', async () => {
  const output = await refusal(project({ 'models/a.sql': 'select 1' }), ['ls', '-s', 'tagg:x'])
  expect(output).toContain('T1014')
  expect(output).toContain('tag')
})
