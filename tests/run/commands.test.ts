import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pyStr } from '../../src/jinja/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { callOperation, type RunProjectOptions, runProject } from '../support/run-project.ts'
import { copyOfFixture } from './recorded.ts'

let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(async () => {
  await server?.stop()
})

interface Shop {
  readonly dir: string
  readonly database: string
  readonly env: Readonly<Record<string, string | undefined>>
  go(options: Omit<RunProjectOptions, 'dir' | 'env'>): ReturnType<typeof runProject>
  rows(sql: string): Promise<readonly unknown[]>
}

async function shop(work: (shop: Shop) => Promise<void>, fixture = 'run-shop'): Promise<void> {
  await using project = await copyOfFixture(fixture)
  const database = await server.createDatabase('run_commands')
  const env = {
    ...process.env,
    TDBT_TEST_DB: database,
    TDBT_TEST_HOST: server.host,
    TDBT_TEST_PORT: String(server.port),
    TDBT_TEST_USER: server.user,
    TDBT_TEST_PASSWORD: server.password,
  }
  const { dir } = project
  await work({
    dir,
    database,
    env,
    go: (options) => runProject({ dir, env, ...options }),
    rows: async (sql) => (await server.query(sql, database)).map((row) => Object.values(row)),
  })
}

const statusOf = (outcome: { readonly statuses: Readonly<Record<string, string>> }, name: string) =>
  Object.entries(outcome.statuses).find(([id]) => id.split('.')[2]?.startsWith(name))?.[1]

test('show reads at most the rows asked for, of models, ephemerals, seeds and inline queries', async () => {
  await shop(async ({ go }) => {
    await go({ command: 'build' })
    const shown = await go({ command: 'show', select: ['orders', 'eph_payments', 'raw_payments'], limit: 2 })
    const table = (name: string) => [...shown.tables].find(([id]) => id.endsWith(name))?.[1]
    expect(table('.orders')?.rows.length).toBe(2)
    expect(table('.eph_payments')?.columnNames).toEqual(['order_id', 'method', 'amount_cents'])
    expect(table('.raw_payments')?.rows.length).toBe(5)
    const inline = await go({
      command: 'show',
      inline: "select count(*) as n from {{ ref('raw_orders') }}",
      limit: null,
    })
    expect([...inline.tables.values()].map((each) => each.rows.map((row) => row.map(pyStr)))).toEqual([[['5']]])
  })
})

test('run-operation: queries answer, statements stay, errors are told', async () => {
  await shop(async ({ go, dir, env, rows }) => {
    await go({ command: 'seed' })
    const counted = await callOperation({ dir, env, macro: 'count_rows', args: { relation_name: 'raw_orders' } })
    expect(counted.error).toBeNull()
    expect(counted.events).toContainEqual({ type: 'print', message: 'raw_orders: 5' })
    expect((await callOperation({ dir, env, macro: 'run_shop.make_table', args: { name: 'made' } })).error).toBeNull()
    expect(await rows('select one from shop.made')).toEqual([[1]])
    expect((await callOperation({ dir, env, macro: 'make_table', args: { name: 'made' } })).error).toContain(
      '"made" already exists',
    )
    await expect(callOperation({ dir, env, macro: 'no_such' })).rejects.toThrow('could not find a macro')
  })
})

test('source freshness judges by thresholds', async () => {
  await shop(async ({ go, rows }) => {
    await go({ command: 'seed' })
    await rows("create table feat.batches as select 'x' as what")
    const outcome = await go({ command: 'source freshness' })
    const entries = Object.fromEntries(outcome.freshness.map((entry) => [entry.unique_id, entry]))
    const events = entries['source.run_features.raw.events']
    expect(events?.status).toBe('warn')
    expect(events?.max_loaded_at).toBe('2024-01-02T23:59:59+00:00')
    expect(events?.criteria).toEqual({
      warn_after: { count: 1, period: 'hour' },
      error_after: { count: null, period: null },
      filter: 'id < 4',
    })
    expect(entries['source.run_features.raw.batches']?.status).toBe('pass')
    await rows('drop table feat.batches')
    const broken = await go({ command: 'source freshness', select: ['source:raw.batches'] })
    expect(broken.freshness[0]?.status).toBe('runtime error')
    expect(broken.freshness[0]?.error).toContain('does not exist')
    expect(broken.success).toBe(false)
  }, 'run-features')
})

test('deferral looks at the previous schema for what is not here; clone brings it over', async () => {
  await shop(async ({ go, dir, rows }) => {
    const first = await go({ command: 'build' })
    const profile = join(dir, 'profiles.yml')
    await writeFile(profile, (await readFile(profile, 'utf8')).replace('schema: shop', 'schema: dev'))
    const previous = first.project.manifest
    const alone = await go({ command: 'run', select: ['customers'] })
    expect(statusOf(alone, 'customers')).toContain('does not exist')
    const deferred = await go({ command: 'run', select: ['customers'], previous, flags: { defer: true } })
    expect(statusOf(deferred, 'customers')).toBe('success')
    expect(await rows('select count(*)::int from dev.customers')).toEqual([[5]])
    const cloned = await go({ command: 'clone', select: ['orders'], previous })
    expect(statusOf(cloned, 'orders')).toBe('success')
    expect(await rows('select count(*)::int from dev.orders')).toEqual([[5]])
  })
})

test('--fail-fast cancels what runs and skips the rest', async () => {
  await shop(async ({ go, dir }) => {
    await writeFile(join(dir, 'models', 'slow.sql'), 'select pg_sleep(60)::text as x')
    await writeFile(join(dir, 'models', 'bad.sql'), 'select pg_sleep(0.3)::text, nonsense')
    await writeFile(
      join(dir, 'models', 'after_slow.sql'),
      "{{ config(materialized='table') }} select * from {{ ref('slow') }}",
    )
    await writeFile(
      join(dir, 'models', 'slow.sql'),
      "{{ config(materialized='table') }} select pg_sleep(60)::text as x",
    )
    const outcome = await go({ command: 'run', select: ['slow', 'bad', 'after_slow'], flags: { failFast: true } })
    expect(statusOf(outcome, 'bad')).toContain('nonsense')
    expect(statusOf(outcome, 'slow')).toBe('skipped: Skipping due to fail_fast')
    expect(statusOf(outcome, 'after_slow')).toBe('skipped: Skipping due to fail_fast')
  })
})

test('an abort cancels, rolls back and skips; the old table stays', async () => {
  await shop(async ({ go, dir, rows }) => {
    const model = join(dir, 'models', 'slow.sql')
    await writeFile(model, "{{ config(materialized='table') }} select 'old' as what")
    await go({ command: 'run', select: ['slow'] })
    await writeFile(model, "{{ config(materialized='table') }} select 'new' as what from (select pg_sleep(60)) s")
    await writeFile(join(dir, 'models', 'later.sql'), "select * from {{ ref('slow') }}")
    const controller = new AbortController()
    const started = Date.now()
    const outcome = await go({
      command: 'run',
      select: ['slow', 'later'],
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'sql' && event.sql.includes('pg_sleep')) setTimeout(() => controller.abort(), 200)
      },
    })
    expect(Date.now() - started).toBeLessThan(30_000)
    expect(outcome.interrupted).toBe(true)
    expect(statusOf(outcome, 'slow')).toBe('skipped: Interrupted')
    expect(statusOf(outcome, 'later')).toBe('skipped: Interrupted')
    expect(await rows('select what from shop.slow')).toEqual([['old']])
    expect(await rows("select count(*)::int from pg_class where relname like 'slow\\_\\_dbt%'")).toEqual([[0]])
  })
})

test('warnings of tests are failures when asked', async () => {
  await shop(async ({ go }) => {
    await go({ command: 'build', exclude: ['test_type:data'] })
    const name = 'not_null_stg_orders_customer_id'
    expect(statusOf(await go({ command: 'test', select: [name] }), name)).toContain('warn')
    const strict = await go({ command: 'test', select: [name], flags: { warnErrorOptions: { error: 'all' } } })
    expect(statusOf(strict, name)).toBe('fail: Got 1 result, configured to fail if != 0')
    expect(strict.success).toBe(false)
  })
})

test('a reference that is nowhere is told with the nearest name; a server that is not there stops the run', async () => {
  await shop(async ({ dir, env }) => {
    await writeFile(join(dir, 'models', 'lost.sql'), "select * from {{ ref('stg_order') }}")
    await expect(runProject({ dir, env, command: 'run' })).rejects.toThrow('stg_order')
    await writeFile(join(dir, 'models', 'lost.sql'), 'select 1 as one')
    const nowhere = { ...env, TDBT_TEST_PORT: '1' }
    await expect(runProject({ dir, env: nowhere, command: 'run' })).rejects.toMatchObject({ code: 'T5001' })
    // Compiling what asks nothing needs no server.
    const compiled = await runProject({ dir, env: nowhere, command: 'compile', select: ['lost', 'stg_customers'] })
    expect(compiled.success).toBe(true)
  })
})
