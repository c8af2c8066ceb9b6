import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'
import { loadStdlib } from '../../src/stdlib/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
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

type Files = Readonly<Record<string, string>>

/** A project of its own; `database` stands in it as DB for all that is compared. */
interface Place {
  readonly dir: string
  readonly database: string
  readonly env: NodeJS.ProcessEnv
}

interface Step {
  readonly files?: Files
  readonly fullRefresh?: boolean
}

async function put(dir: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
}

async function newPlace(output: string, database: string, env: NodeJS.ProcessEnv): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'tdbt-scripted-'))
  folders.push(dir)
  await put(dir, {
    'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\n",
    'profiles.yml': `shop: {target: dev, outputs: {dev: ${output}}}\n`,
  })
  return { dir, database, env }
}

async function onServer(): Promise<Place> {
  const database = await server.createDatabase('scripted')
  const output = `{type: postgres, host: ${server.host}, port: ${server.port}, user: ${server.user}, password: '${server.password}', dbname: ${database}, schema: s, threads: 1}`
  return await newPlace(output, database, process.env)
}

async function textsOf({ dir }: Place): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const name of await readdir(join(dir, 'target'), { recursive: true })) {
    if (name.endsWith('.sql')) texts[name] = await readFile(join(dir, 'target', name), 'utf8')
  }
  await rm(join(dir, 'target'), { recursive: true, force: true })
  return texts
}

interface Told {
  /** All that a run sent, said, wrote, kept in mind and came to, in one text. */
  readonly all: string
  readonly played: readonly string[]
  readonly statuses: Readonly<Record<string, string>>
}

async function told(place: Place, use: boolean, step: Step, minute = 0): Promise<Told> {
  const { files = {}, fullRefresh = false } = step
  const { dir, database, env } = place
  await put(dir, files)
  const played: string[] = []
  const onPlayed = (id: string): void => void played.push(id)
  const outcome = await runProject({
    dir,
    command: 'run',
    env,
    now: () => new Date(Date.UTC(2026, 0, 2, 3, minute)),
    flags: { fullRefresh, logCacheEvents: true },
    scripts: { use, onPlayed },
  })
  const results = outcome.results.map(({ execution_time: _, ...rest }) => {
    const details = outcome.errors.get(rest.unique_id)?.details
    const { cause: __, source: ___, ...shown } = details ?? {}
    return { ...rest, details: shown }
  })
  const events = outcome.events.flatMap((event): readonly unknown[] => {
    if (event.type === 'sql') return [[event.connection, event.sql]]
    if (event.type !== 'log') return [event.type]
    // When an answer comes in is the server's affair.
    return /^(SQL finished|NOTICE)/.test(event.message) ? [] : [[event.level, event.message, event.nodeId]]
  })
  const executed = [...outcome.executed]
  const all = JSON.stringify({ results, events, executed, texts: await textsOf(place) }, null, 1)
  // Names of indexes hold the names of their databases.
  const shown = all.replaceAll(database, 'DB').replace(/\b[0-9a-f]{32}\b/g, 'HASH')
  return { all: shown, played, statuses: outcome.statuses }
}

/** The same steps in two places: models played from scripts in one, all by the macros in the other. What was played, step by step. */
async function compare(make: () => Promise<Place>, steps: readonly Step[]): Promise<readonly Told[]> {
  const [scripted, plain] = [await make(), await make()]
  const found: Told[] = []
  for (const [index, step] of steps.entries()) {
    const byScript = await told(scripted, true, step, index)
    const byMacros = await told(plain, false, step, index)
    expect(byScript.all, `step ${index}`).toBe(byMacros.all)
    expect(byMacros.played).toEqual([])
    found.push(byScript)
  }
  return found
}

const model = (config: string, sql = 'select 1 as id, 2 as v'): string => `{{ config(${config}) }}\n${sql}`

/** Models of all kinds of settings; `only` engines of Postgres know some of them. */
function models(table: string, view: string, isPostgres: boolean): Files {
  const long = 'a_name_so_long_that_suffixes_do_not_fit_behind_it'
  const files: Record<string, string> = {
    t_plain: model(`materialized='${table}'`),
    t_second: model(`materialized='${table}', tags=['x'], meta={'owner': 'me'}`, "select 'it''s; {x}' as id"),
    t_quoted: model(`materialized='${table}', alias='Mixed Case-1'`),
    t_long: model(`materialized='${table}', alias='${long}'`),
    t_bare: model(`materialized='${table}', quoting={'identifier': false, 'schema': false}`),
    t_schema: model(`materialized='${table}', schema='other'`, "select * from {{ ref('t_plain') }}"),
    t_bad: model(`materialized='${table}'`, "select cast('x' as int) as v"),
    t_behind: model(`materialized='${table}'`, "select * from {{ ref('t_bad') }}"),
    t_hook: model(`materialized='${table}', post_hook="insert into {{ this }} values (7, 8)"`),
    t_pre: model(`materialized='${table}', pre_hook='select 1'`),
    t_index: model(`materialized='${table}', indexes=[{'columns': ['id']}]`),
    v_plain: model(`materialized='${view}'`),
    v_over: model(`materialized='${view}'`, "select * from {{ ref('t_plain') }}"),
    v_bad: model(`materialized='${view}'`, 'select nope'),
    v_default: 'select 3 as id',
    i_plain: model(`materialized='incremental'`),
    i_key: model(`materialized='incremental', unique_key='id'`),
    i_list: model(`materialized='incremental', unique_key=['id', 'v']`),
    i_append: model(`materialized='incremental', incremental_strategy='append', unique_key='id'`),
    i_merge: model(`materialized='incremental', incremental_strategy='merge', unique_key='id'`),
    i_but: model(
      `materialized='incremental', incremental_strategy='merge', unique_key='id', merge_exclude_columns=['v']`,
    ),
    i_within: model(`materialized='incremental', unique_key='id', incremental_predicates=['id > 0']`),
    i_odd_names: model(`materialized='incremental', unique_key='id'`, 'select 1 as id, 2 as "Of Two", 3 as "a""b"'),
    i_wide: model(`materialized='incremental'`, "select cast('a' as varchar(3)) as id"),
    i_sync: model(`materialized='incremental', on_schema_change='sync_all_columns'`),
    i_fail: model(`materialized='incremental', on_schema_change='fail'`),
    i_bad: model(
      `materialized='incremental', unique_key='id'`,
      "select 1 as id, {{ '1/0' if is_incremental() else '1' }} as v",
    ),
    i_shielded: model(`materialized='incremental', full_refresh=false`),
    i_always: model(`materialized='incremental', full_refresh=true`),
    i_unknown: model(`materialized='incremental', incremental_strategy='nope'`),
    i_odd: model(`materialized='incremental', on_schema_change='sometimes'`),
    e_one: model(`materialized='ephemeral'`),
    t_over_e: model(`materialized='${table}'`, "select * from {{ ref('e_one') }}"),
    z_looks: "select '{{ load_relation(this.incorporate(path={'identifier': 't_plain'})) }}' as found",
  }
  if (isPostgres) {
    files['t_unlogged'] = model(`materialized='${table}', unlogged=true`)
    files['t_header'] = model(`materialized='${table}', sql_header='set enable_seqscan = off;'`)
    files['t_grants'] = model(`materialized='${table}', grants={'select': ['public']}`)
    files['v_grants'] = model(`materialized='${view}', grants={'select': ['public']}`)
    files['t_docs'] = model(`materialized='${table}', persist_docs={'relation': true}`)
    files['m_view'] = model(`materialized='materialized_view'`)
  }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`models/${name}.sql`, text]))
}

const NEIGHBOUR: Files = {
  'dbt_packages/near/dbt_project.yml': "name: near\nversion: '1.0'\n",
  'dbt_packages/near/models/near_table.sql': model("materialized='table'"),
  'dbt_packages/near/models/near_view.sql': model("materialized='view'"),
}

const DOCS: Files = {
  'models/docs.yml': 'models:\n  - name: t_docs\n    description: What it is\n',
}

/** New, replaced, turned from view to table and back, refreshed in full, over leftovers of a killed run, broken. */
function steps(isPostgres: boolean): readonly Step[] {
  const leftovers = ['t_plain__dbt_tmp', 'v_plain__dbt_backup'].map((name) => `create table s.${name} as select 1 as x`)
  const project = "name: shop\nversion: '1.0'\nprofile: shop\n"
  return [
    { files: { ...models('table', 'view', isPostgres), ...NEIGHBOUR, ...(isPostgres ? DOCS : {}) } },
    {},
    { files: models('view', 'table', isPostgres) },
    {
      files: {
        ...models('table', 'view', isPostgres),
        'dbt_project.yml': `${project}on-run-end: ${JSON.stringify(leftovers)}\n`,
      },
      fullRefresh: true,
    },
    { files: { 'dbt_project.yml': project, 'models/t_second.sql': model("materialized='table'", 'select nope') } },
    {
      files: {
        'models/v_plain.sql': model("materialized='view'", 'select 1 as id from s.no_such'),
        'models/i_plain.sql': model("materialized='incremental'", 'select 1 as id, 2 as v, 3 as w'),
        'models/i_list.sql': model("materialized='incremental', unique_key=['id', 'v']", 'select 1 as id'),
        'models/i_wide.sql': model("materialized='incremental'", "select cast('abcd' as varchar(9)) as id"),
        'models/i_sync.sql': model(
          "materialized='incremental', on_schema_change='sync_all_columns'",
          "select 1 as id, 'x' as w",
        ),
        'models/i_fail.sql': model("materialized='incremental', on_schema_change='fail'", 'select 1 as id, 3 as w'),
      },
    },
    {},
  ]
}

function expectPlayed(all: readonly Told[]): void {
  const [first, second, turned, refreshed] = all.map(({ played }) => played.map((id) => id.split('.').at(-1)))
  for (const played of [first, second, turned, refreshed]) {
    expect(played).toEqual(expect.arrayContaining(['t_plain', 't_second', 't_quoted', 't_schema', 'v_plain', 'v_over']))
    expect(played).toEqual(expect.arrayContaining(['near_view', 'near_table', 'z_looks', 't_over_e']))
    expect(played).not.toContain('t_long')
    expect(played).not.toContain('t_pre')
  }
  expect(first).toEqual(expect.arrayContaining(['i_plain', 'i_key', 'i_odd']))
  const added = ['i_plain', 'i_key', 'i_list', 'i_append', 'i_merge', 'i_within', 'i_sync', 'i_fail', 'i_odd']
  expect(second).toEqual(expect.arrayContaining(added))
  for (const name of ['i_but', 'i_odd_names']) expect(second).not.toContain(name)
  expect(refreshed).toContain('i_key')
}

describe('models played from scripts send, say, write and come to what their macros do', () => {
  test('on a Postgres server', async () => {
    const all = await compare(onServer, steps(true))
    expectPlayed(all)
    expect(all[0]?.played).toEqual(expect.arrayContaining(['model.shop.t_unlogged', 'model.shop.t_grants']))
    expect(all[4]?.played).not.toContain('model.shop.t_plain')
    expect(all[1]?.statuses['model.shop.i_bad']).toContain('division by zero')
    expect(all[5]?.played).toContain('model.shop.i_key')
    for (const name of ['plain', 'wide', 'sync']) expect(all[5]?.played).not.toContain(`model.shop.i_${name}`)
    expect(all[4]?.statuses['model.shop.t_second']).toContain('column "nope" does not exist')
  })

  test('on the embedded engine, native', async (context) => {
    const binaries = findBinaries()
    if ('missing' in binaries) return context.skip(`no binaries: ${binaries.missing}`)
    const env = { ...process.env, TDBT_EMBEDDED_BACKEND: 'native' }
    expectPlayed(await compare(() => newPlace('{type: embedded, schema: s, threads: 1}', 'DB', env), steps(true)))
  })

  test('on the embedded engine, PGlite', async () => {
    const env = { ...process.env, TDBT_EMBEDDED_BACKEND: 'pglite' }
    expectPlayed(
      await compare(() => newPlace('{type: embedded, schema: s, threads: 1}', 'DB', env), steps(true).slice(0, 4)),
    )
  })

  test('on DuckDB', async () => {
    const make = () => newPlace('{type: duckdb, path: shop.duckdb, schema: s, threads: 1}', 'DB', process.env)
    const all = await compare(make, steps(false))
    expect(all[0]?.played).toEqual(expect.arrayContaining(['model.shop.t_plain', 'model.shop.v_plain']))
    expect(all[1]?.played).toContain('model.shop.v_plain')
  })
})

/** The text of a built-in macro, as a project would copy it. */
function builtIn(name: string): string {
  for (const { text } of loadStdlib()) {
    const at = text.search(new RegExp(`\\{%-?\\s*macro\\s+${name}\\s*\\(`))
    if (at < 0) continue
    const end = /\{%-?\s*endmacro\s*-?%\}/.exec(text.slice(at))
    if (end !== null) return text.slice(at, at + end.index + end[0].length)
  }
  throw new Error(`no macro ${name}`)
}

test('whoever has a macro of a materialization of his own has it called for every model', async () => {
  const place = await onServer()
  const replaced = ['tdbt_swap_plan', 'tdbt_drop_leftovers', 'tdbt_swap', 'statement', 'load_cached_relation']
  const worded = ['get_create_table_as_sql', 'create_table_as', 'postgres__create_table_as', 'create_indexes']
  const named = ['make_intermediate_relation', 'postgres__make_intermediate_relation', 'make_backup_relation']
  const late = [
    'rename_relation',
    'default__rename_relation',
    'drop_relation',
    'get_drop_sql',
    'drop_relation_if_exists',
  ]
  const granted = ['apply_grants', 'default__apply_grants', 'should_revoke', 'persist_docs', 'default__persist_docs']
  await put(place.dir, { 'models/one.sql': model("materialized='table'"), 'models/two.sql': 'select 1 as id' })
  expect((await told(place, true, {})).played).toHaveLength(2)
  for (const name of [...replaced, ...worded, ...named, ...late, ...granted]) {
    const { played, statuses } = await told(place, true, { files: { 'macros/own.sql': builtIn(name) } })
    expect(Object.values(statuses), name).toEqual(['success', 'success'])
    expect(played, name).not.toContain('model.shop.one')
  }
  // By way of dispatch, from a package that the project puts before the built-in ones.
  const files = {
    'macros/own.sql': '',
    'dbt_packages/near/dbt_project.yml': "name: near\nversion: '1.0'\n",
    'dbt_packages/near/macros/own.sql': builtIn('postgres__create_table_as'),
    'dbt_project.yml':
      "name: shop\nversion: '1.0'\nprofile: shop\ndispatch: [{macro_namespace: dbt, search_order: [near, dbt]}]\n",
  }
  expect((await told(place, true, { files })).played).toEqual(['model.shop.two'])
})
