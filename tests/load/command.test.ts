import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

/** Loads as a user meets them: the built command line. */

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

async function inFolder(
  files: Readonly<Record<string, string>>,
  work: (dir: string, origin: string) => Promise<void>,
): Promise<void> {
  const [database, origin] = [
    await server.createDatabase('load_command'),
    await server.createDatabase('load_command_origin'),
  ]
  const { host, port, user, password } = server
  const target = { type: 'postgres', host, port, user, password, dbname: database, schema: 'gold' }
  const away = { ...target, dbname: origin, password: "{{ env_var('DBT_ENV_SECRET_AWAY') }}" }
  const folder = projectFolder({
    'project.yaml': `name: shop
targets: {dev: ${JSON.stringify(target)}}
connections: {oltp: ${JSON.stringify(away)}}
sources:
  shop:
    crm:
      +load: {from: oltp, schema: public}
`,
    ...files,
  })
  try {
    await work(folder.dir, origin)
  } finally {
    folder.dispose()
  }
}

const read = (dir: string, name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(dir, 'target', name), 'utf8'))

const SOURCES = `sources:
  - name: lake
    schema: bronze
    tables:
      - name: orders
        load: {files: 'data/orders.csv'}
      - name: quiet
  - name: crm
    schema: bronze
    tables: [{name: customers}]
`

test('build loads before models; reports say what was loaded; no secret is told; retry takes up a failed load', async () => {
  const files = {
    'models/sources.yml': SOURCES,
    'models/joined.sql': `{{ config(materialized='table') }}
select o.id, c.name from {{ source('lake', 'orders') }} o join {{ source('crm', 'customers') }} c on c.id = o.customer_id`,
    'data/orders.csv': 'id,customer_id\n1,10\n2,11\n',
  }
  await inFolder(files, async (dir, origin) => {
    const env = { DBT_ENV_SECRET_AWAY: server.password || 'sesame-open' }
    await server.query(
      'create table customers (id integer, name text); insert into customers values (10, $$a$$), (11, $$b$$)',
      origin,
    )
    writeFileSync(join(dir, 'data/orders.csv'), 'id,customer_id\n1\n')
    writeFileSync(join(dir, 'models/sources.yml'), SOURCES.replace("orders.csv'", "orders.csv', rejects: {limit: 0}"))
    const failed = await tdbt(['build', '--debug'], { cwd: dir, env })
    expect(failed.code, failed.output).toBe(1)
    expect(failed.output).toMatch(/ERROR in load of lake\.orders/)
    expect(failed.output).toMatch(/T8014/)
    expect(failed.output).toMatch(/found: {4}data\/.* line \d+: /)
    expect(failed.output).toMatch(/expected: at most \d+ rows/)
    expect(failed.output).toMatch(/SKIP relation gold\.joined/)
    expect(failed.output).not.toContain(env.DBT_ENV_SECRET_AWAY)
    writeFileSync(join(dir, 'data/orders.csv'), files['data/orders.csv'])
    const retried = await tdbt(['retry'], { cwd: dir, env })
    expect(retried.code, retried.output).toBe(0)
    expect(retried.output).toMatch(/OK finished load of lake\.orders .*LOAD 2/)
    expect(retried.output).not.toMatch(/load of crm/)
    expect(retried.output).toMatch(/OK created sql table model gold\.joined .*SELECT 2/)
    const { results } = read(dir, 'run_results.json') as { results: Record<string, unknown>[] }
    expect(results.find((result) => result['unique_id'] === 'source.shop.lake.orders')).toMatchObject({
      status: 'success',
      message: 'LOAD 2',
      relation_name: expect.stringContaining('"bronze"."orders"'),
      adapter_response: { _message: 'LOAD 2', rows_affected: 2, rows_origin: 2, rows_table: 2, mode: 'full' },
    })
    expect(read(dir, 'load_results.json')).toMatchObject({
      results: [
        { unique_id: 'source.shop.lake.orders', rows_loaded: 2, files: [{ name: 'data/orders.csv', rows: 2 }] },
      ],
    })
    const manifest = read(dir, 'manifest.json') as { sources: Record<string, { config: Record<string, unknown> }> }
    expect(manifest.sources['source.shop.crm.customers']?.config['load']).toEqual({ from: 'oltp', schema: 'public' })
    expect(manifest.sources['source.shop.lake.quiet']?.config).not.toHaveProperty('load')
    for (const name of ['manifest.json', 'run_results.json', 'load_results.json']) {
      expect(readFileSync(join(dir, 'target', name), 'utf8')).not.toContain('sesame-open')
    }
    const one = await tdbt(['load', '-s', 'source:crm', '--log-format', 'json'], { cwd: dir, env })
    expect(one.code, one.output).toBe(0)
    expect(one.output).not.toContain('lake.orders')
  })
})

test('a bad block is refused with its place, before anything is asked of a server', async () => {
  const files = {
    'models/sources.yml': `sources:
  - name: lake
    tables:
      - name: orders
        load:
          files: data/*.csv
          delimeter: ';'
      - name: items
        config: {load: {from: oltp, mode: incremental}}
`,
  }
  await inFolder(files, async (dir) => {
    const { code, output } = await tdbt(['parse'], { cwd: dir, env: { DBT_ENV_SECRET_AWAY: 'x' } })
    expect(code, output).toBe(2)
    expect(output).toContain('T8010 Invalid load at models/sources.yml:7:11')
    expect(output).toContain("Source 'lake.orders': 'delimeter' is not a key of a load")
    expect(output).toContain("Did you mean 'delimiter'?")
    expect(output).toContain('T8010 Invalid load at models/sources.yml:9:')
    expect(output).toContain("Source 'lake.items': Mode incremental needs 'watermark'")
  })
})

test('load without loads is told; --empty makes tables without rows', async () => {
  await inFolder({ 'models/sources.yml': 'sources: [{name: lake, tables: [{name: orders}]}]\n' }, async (dir) => {
    const { code, output } = await tdbt(['load'], { cwd: dir })
    expect(code, output).toBe(2)
    expect(output).toContain('No source of the project has a load.')
  })
  const files = {
    'models/sources.yml': SOURCES.split('  - name: crm')[0] ?? '',
    'models/m.sql': "select id, customer_id from {{ source('lake', 'orders') }}",
    'data/orders.csv': 'id,customer_id\n1,10\n',
  }
  await inFolder(files, async (dir) => {
    const empty = await tdbt(['build', '--empty'], { cwd: dir })
    expect(empty.code, empty.output).toBe(0)
    const rows = async () => {
      const shown = await tdbt(['show', '--quiet', '--output', 'json', '-s', 'm'], { cwd: dir })
      return JSON.parse(shown.stdout) as unknown
    }
    expect(await rows()).toMatchObject({ show: [] })
    const full = await tdbt(['build'], { cwd: dir })
    expect(full.code, full.output).toBe(0)
    expect(await rows()).toMatchObject({ show: [{ id: 1, customer_id: 10 }] })
    expect(existsSync(join(dir, 'target/load_results.json'))).toBe(true)
  })
})

test('Ctrl-C ends a load whose origin is slow to answer, on both sides; the table stays', async () => {
  const files = {
    'models/sources.yml': `sources: [{name: crm, schema: bronze, tables: [{name: slow, load: {query: "select 1 as one"}}]}]\n`,
  }
  await inFolder(files, async (dir, origin) => {
    const env = { DBT_ENV_SECRET_AWAY: server.password }
    const first = await tdbt(['load'], { cwd: dir, env })
    expect(first.code, first.output).toBe(0)
    const slow = files['models/sources.yml'].replace(
      'select 1 as one',
      'select 1 as one from (select pg_sleep(900)) as long',
    )
    writeFileSync(join(dir, 'models/sources.yml'), slow)
    const child = spawn(tdbtCommand[0], [tdbtCommand[1], 'load'], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const asleep = `select count(*)::integer as n from pg_stat_activity where datname = '${origin}' and query like '%pg_sleep(900)%' and state = 'active'`
    const count = async (): Promise<unknown> => (await server.query(asleep))[0]?.['n']
    while ((await count()) !== 1) await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGINT')
    expect(await ended).toBe(1)
    while ((await count()) !== 0) await new Promise((resolve) => setTimeout(resolve, 100))
    writeFileSync(join(dir, 'models/sources.yml'), files['models/sources.yml'])
    const again = await tdbt(['load'], { cwd: dir, env })
    expect(again.code, again.output).toBe(0)
  })
})
