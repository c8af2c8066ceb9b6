import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { type Random, randomOf } from '../support/random.ts'
import { runProject } from '../support/run-project.ts'

let server: TestPostgres
const folders: string[] = []

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(async () => {
  await server?.stop()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

const NUMBERS = ['id', 'kind', 'amount', 'parent_id'] as const
const COLUMNS = [...NUMBERS, 'code'] as const

/** A table of random rows as a model: few different values, so that tests fail now and then; nulls; a column whose name needs quotes. */
function randomModel(random: Random): string {
  const rows = Array.from({ length: random.below(14) }, (_, index) => {
    const value = (text: string): string => (random.chance(0.08) ? 'null' : text)
    const id = value(random.chance(0.1) ? String(random.below(5)) : String(index))
    const code = value(`'${random.pick(['a', 'b', 'B', "it''s", ' '])}'`)
    const cells = [id, code, value(String(random.below(4))), value((random.next() * 20 - 2).toFixed(2))]
    return `select ${cells.join(', ')}, ${value(String(random.below(9)))}, ${value('true')}`
  })
  const typed = 'select null::int, null::text, null::int, null::numeric, null::int, null::boolean where false'
  return `{{ config(materialized='${random.pick(['table', 'view'])}') }}
select * from (${[typed, ...rows].join(' union all ')}) as t(id, code, kind, amount, parent_id, "Odd Name")`
}

/** The configuration of a test, in YAML flow style: now and then none, now and then one that no scan can be shared under. */
function randomConfig(random: Random): string {
  const parts: string[] = []
  if (random.chance(0.25))
    parts.push(`where: "${random.pick(['kind > 1', "code = 'a' or code is null", 'id is not null', '1 = 0'])}"`)
  if (random.chance(0.3)) parts.push(`severity: ${random.pick(['warn', 'error', 'WARN'])}`)
  if (random.chance(0.3))
    parts.push(`warn_if: '${random.pick(['> 1', '!= 0', '>= 2', 'between 1 and 3', '= 0', '> 0 or true'])}'`)
  if (random.chance(0.3)) parts.push(`error_if: '${random.pick(['> 2', '!=0', '<> 1', '> 10', '% 2 = 1'])}'`)
  if (random.chance(0.1)) parts.push(`limit: ${1 + random.below(3)}`)
  if (random.chance(0.1))
    parts.push(`fail_calc: '${random.pick(['count(*)', 'count(*) + 1', 'max(1)', 'coalesce(sum(1), 0)'])}'`)
  if (random.chance(0.07)) parts.push('store_failures: true')
  return `{${parts.join(', ')}}`
}

/** `sound`: none that the engine refuses, so that nothing has to be asked again for that. */
function randomTest(random: Random, name: string, sound: boolean): string {
  const config = `name: ${name}, config: ${randomConfig(random)}`
  const column = sound ? random.pick(NUMBERS) : random.chance(0.04) ? 'no_such_column' : random.pick(COLUMNS)
  switch (random.below(11)) {
    case 0:
    case 1:
      return `not_null: {${config}, arguments: {column_name: ${random.chance(0.1) ? '\'"Odd Name"\'' : column}}}`
    case 2:
      return `unique: {${config}, arguments: {column_name: ${column}}}`
    case 3:
      return `accepted_values: {${config}, arguments: {column_name: code, values: [a, b, ${random.pick(['B', '"it\'s"', 'zz'])}]}}`
    case 4:
      return `accepted_values: {${config}, arguments: {column_name: kind, quote: false, values: [0, 1, ${random.below(4)}]}}`
    case 5:
      return `relationships: {${config}, arguments: {column_name: parent_id, to: ref('${random.pick(['one', 'two'])}'), field: id}}`
    case 6:
      return `accepted_range: {${config}, arguments: {column_name: amount, min_value: ${random.below(3)}, max_value: ${15 + random.below(4)}}}`
    case 7:
      return `expression_is_true: {${config}, arguments: {expression: ${JSON.stringify(random.pick(['amount > 0', 'id <> kind', sound ? 'amount > kind' : 'amount / kind > 1', "code like 'a%'", '"Odd Name"']))}}}`
    case 8:
      return `unique_combination: {${config}, arguments: {columns: [${column}, ${random.pick(COLUMNS)}]}}`
    default:
      return `${random.pick(['below', 'grouped', 'own_words', 'with_cte', 'both', ...(sound ? [] : ['broken', 'of_numbers'])])}: {${config}, arguments: {column_name: ${column}}}`
  }
}

const GENERIC = `
{% test below(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < 1
{% endtest %}
{% test grouped(model, column_name) %}
select {{ column_name }} from {{ model }} where kind > 0 group by {{ column_name }}
{% endtest %}
{% test with_cte(model, column_name) %}
with failures as (select {{ column_name }} as failures, true as should_warn from {{ model }}), other as (select 1)
select failures from failures where failures is null
{% endtest %}
{% test both(model, column_name) %}
(select {{ column_name }} from {{ model }} where kind > 1 order by 1 limit 2) union all select {{ column_name }} from {{ model }} where id < 2
{% endtest %}
{% test broken(model, column_name) %}
select * from {{ model }} where ({{ column_name }} is null or kind = 'x
{% endtest %}
{% test of_numbers(model, column_name) %}
select 1 / count({{ column_name }}) as n from {{ model }}
{% endtest %}
{% test own_words(model, column_name) %}
-- a comment: nobody reads this test's meaning
select * from {{ model }} where {{ column_name }} is null or {{ column_name }} is null
{% endtest %}
`

async function project(seed: number, output: string): Promise<string> {
  const random = randomOf(seed)
  const dir = await mkdtemp(join(tmpdir(), 'tdbt-batched-'))
  folders.push(dir)
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  await put('dbt_project.yml', "name: batched\nversion: '1.0'\nprofile: batched\n")
  await put('profiles.yml', `batched: {target: dev, outputs: {dev: ${output}}}\n`)
  await put('tests/generic/own.sql', GENERIC)
  await put('tests/singular.sql', "select * from {{ ref('one') }} where amount > 12")
  await put(
    'tests/asks.sql',
    "{% set n = run_query('select 7 as n').rows[0][0] if execute %}select * from {{ ref('two') }} where amount > {{ n }}",
  )
  let serial = 0
  for (const model of ['one', 'two', 'three', 'four', 'five']) {
    await put(`models/${model}.sql`, randomModel(random))
    const tests = Array.from(
      { length: model.startsWith('f') ? 2 : 22 },
      () => `      - ${randomTest(random, `t${serial++}_${model}`, seed % 2 === 0)}`,
    )
    await put(`models/${model}.yml`, `models:\n  - name: ${model}\n    data_tests:\n${tests.join('\n')}\n`)
  }
  return dir
}

interface Answers {
  readonly results: Readonly<Record<string, unknown>>
  readonly texts: Readonly<Record<string, string>>
  readonly shared: number
}

async function textsOf(dir: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const name of await readdir(join(dir, 'target'), { recursive: true })) {
    if (name.endsWith('.sql')) texts[name] = await readFile(join(dir, 'target', name), 'utf8')
  }
  await rm(join(dir, 'target'), { recursive: true, force: true })
  return texts
}

async function answers(
  dir: string,
  command: 'test' | 'build',
  batchTests: boolean,
  env: NodeJS.ProcessEnv,
): Promise<Answers> {
  const outcome = await runProject({ dir, command, env, flags: { batchTests } })
  const results = Object.fromEntries(
    outcome.results.map(({ unique_id, timing, thread_id: _, execution_time: __, ...rest }) => [
      unique_id,
      { ...rest, timing: timing.map((each) => each.name), error: outcome.errors.get(unique_id)?.details.sqlPosition },
    ]),
  )
  const sent = outcome.events.flatMap((event) => (event.type === 'sql' ? [event.sql] : []))
  const shared = sent.filter((sql) => sql.includes('tdbt_shared_scan') || sql.includes('tdbt_query')).length
  return { results, texts: await textsOf(dir), shared }
}

/** Random projects whose tests are answered together and apart; `output` is the profile's. */
async function compare(seeds: readonly number[], output: () => Promise<string>, env: NodeJS.ProcessEnv): Promise<void> {
  let shared = 0
  const met = new Set<unknown>()
  for (const seed of seeds) {
    const dir = await project(seed, await output())
    await runProject({ dir, command: 'run', env })
    await rm(join(dir, 'target'), { recursive: true, force: true })
    const apart = await answers(dir, 'test', false, env)
    const together = await answers(dir, 'test', true, env)
    expect(together.results, `seed ${seed}`).toEqual(apart.results)
    expect(together.texts, `seed ${seed}`).toEqual(apart.texts)
    expect(apart.shared).toBe(0)
    const built = await answers(dir, 'build', true, env)
    const tests = Object.entries(built.results).filter(([id]) => id.startsWith('test.'))
    expect(Object.fromEntries(tests), `seed ${seed}, build`).toEqual(apart.results)
    shared += together.shared
    for (const result of Object.values(apart.results)) met.add((result as { status: unknown }).status)
  }
  expect(shared).toBeGreaterThan(seeds.length)
  expect([...met].sort()).toEqual(['error', 'fail', 'pass', 'warn'])
}

const seeds = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)

describe('tests that are answered together give what they give apart', () => {
  test('on a Postgres server', async () => {
    await compare(
      seeds(1, 12),
      async () =>
        `{type: postgres, host: ${server.host}, port: ${server.port}, user: ${server.user}, password: '${server.password}', dbname: ${await server.createDatabase('batched')}, schema: s, threads: 3}`,
      process.env,
    )
  })

  test('on DuckDB', async () => {
    await compare(seeds(301, 2), async () => '{type: duckdb, path: shop.duckdb, schema: s, threads: 3}', process.env)
  })

  test('on the embedded engine, native', async (context) => {
    const binaries = findBinaries()
    if ('missing' in binaries) return context.skip(`no binaries: ${binaries.missing}`)
    await compare(seeds(101, 2), async () => '{type: embedded, schema: s, threads: 3}', {
      ...process.env,
      TDBT_EMBEDDED_BACKEND: 'native',
    })
  })

  test('on the embedded engine, PGlite', async () => {
    await compare(seeds(201, 1), async () => '{type: embedded, schema: s, threads: 3}', {
      ...process.env,
      TDBT_EMBEDDED_BACKEND: 'pglite',
    })
  })
})
