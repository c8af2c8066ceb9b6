import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SourceNode, TdbtError } from '../../src/core/index.ts'
import type { ResourceRunner, ResourceRunners } from '../../src/run/index.ts'
import { projectFolder } from '../support/cli.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { type RunProjectOptions, runProject } from '../support/run-project.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

const FILES = {
  'models/all.yml': `sources:
  - name: lake
    schema: bronze
    tables:
      - name: orders
        data_tests: [{not_null: {column_name: id}}]
      - name: quiet
exposures:
  - {name: report, type: dashboard, owner: {name: bi, email: bi@shop.test}, depends_on: [ref('orders')]}
  - {name: other, type: dashboard, owner: {name: bi, email: bi@shop.test}}
`,
  'models/orders.sql': `{{ config(materialized='table') }}
{% if execute %}{{ log(load_relation(source('lake', 'orders'))) }}{% endif %}
select id from {{ source('lake', 'orders') }}`,
}

async function inProject(
  work: (go: (options: Omit<RunProjectOptions, 'dir'>) => ReturnType<typeof runProject>) => Promise<void>,
): Promise<void> {
  const database = await server.createDatabase('resource_runners')
  const { host, port, user, password } = server
  const target = JSON.stringify({ type: 'postgres', host, port, user, password, dbname: database, schema: 'gold' })
  const folder = projectFolder({ ...FILES, 'project.yaml': `name: runners\ntargets: {dev: ${target}}\n` })
  try {
    await work((options) => runProject({ dir: folder.dir, ...options }))
  } finally {
    folder.dispose()
  }
}

const loader: ResourceRunner<SourceNode> = {
  accepts: (node) => node.name === 'orders',
  async run({ node, engine }) {
    const session = await engine.acquire(node.unique_id)
    try {
      await session.execute(
        `create table ${node.relation_name} (id integer); insert into ${node.relation_name} values (1)`,
      )
    } finally {
      await session.release()
    }
    return { status: 'success', message: 'LOAD 1', adapterResponse: { _message: 'LOAD 1', rows_affected: 1 } }
  },
}
const done: string[] = []
const runners: ResourceRunners = {
  load: loader,
  export: {
    accepts: (node) => node.name === 'report',
    async run({ node }) {
      done.push(node.name)
      return { status: 'success', message: 'EXPORT 1', adapterResponse: { _message: 'EXPORT 1' } }
    },
  },
}

test('build runs loads before and exports after what hangs on them; their results are like any', async () => {
  await inProject(async (go) => {
    const outcome = await go({ command: 'build', runners })
    expect(outcome.statuses).toEqual({
      'exposure.runners.other': 'no-op',
      'exposure.runners.report': 'success',
      'model.runners.orders': 'success',
      'source.runners.lake.orders': 'success',
      [testId(outcome)]: 'pass',
    })
    const at = (name: string) => outcome.results.findIndex((result) => result.unique_id.includes(name))
    expect(at('source.')).toBeLessThan(at('test.'))
    expect(at('test.')).toBeLessThan(at('model.'))
    expect(at('model.')).toBeLessThan(at('exposure.runners.report'))
    const load = outcome.results[at('source.')]
    expect(load).toMatchObject({
      adapter_response: { rows_affected: 1 },
      compiled: null,
      relation_name: expect.stringContaining('"bronze"."orders"'),
    })
    expect(load?.timing.map((timing) => timing.name)).toEqual(['compile', 'execute'])
    expect(done).toEqual(['report'])
    // The cache knows the table that the load made.
    const logged = outcome.events.flatMap((event) => (event.type === 'log' ? [event.message] : []))
    expect(logged.some((line) => line.includes('"bronze"."orders"'))).toBe(true)
  })
})

function testId({ statuses }: { readonly statuses: Readonly<Record<string, string>> }): string {
  return Object.keys(statuses).find((id) => id.startsWith('test.')) ?? 'no test'
}

test('a failed load skips what hangs on it; load and export take theirs alone', async () => {
  await inProject(async (go) => {
    const failing: ResourceRunners = {
      ...runners,
      load: { ...loader, run: () => Promise.reject(new TdbtError('T5003', 'no such file')) },
    }
    const built = await go({ command: 'build', runners: failing })
    expect(built.success).toBe(false)
    expect(built.statuses).toMatchObject({
      'source.runners.lake.orders': expect.stringContaining('no such file'),
      'model.runners.orders': 'skipped',
      'exposure.runners.report': 'skipped',
    })
    expect(built.errors.get('source.runners.lake.orders')?.code).toBe('T5003')
    const loaded = await go({ command: 'load', runners })
    expect(Object.keys(loaded.statuses)).toEqual(['source.runners.lake.orders'])
    const exported = await go({ command: 'export', runners })
    expect(Object.keys(exported.statuses)).toEqual(['exposure.runners.report'])
  })
})

test('without runners sources and exposures stay what they are in dbt', async () => {
  await inProject(async (go) => {
    const outcome = await go({ command: 'build', select: ['source:*', 'other'] })
    expect(outcome.statuses).toEqual({
      'exposure.runners.other': 'no-op',
      [testId(outcome)]: expect.stringContaining('error'),
    })
    expect((await go({ command: 'load' })).results).toEqual([])
  })
})
