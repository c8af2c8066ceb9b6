import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadAdapter } from '../../src/adapters/index.ts'
import { Connection, compileNode, createRuntime, createScope, type Runtime } from '../../src/compile/index.ts'
import { PrintedTests } from '../../src/compile/printed-tests.ts'
import { type Flags, type Invocation, TdbtError, type TestNode } from '../../src/core/index.ts'
import { drive } from '../../src/jinja/index.ts'
import { loadProject } from '../../src/project/index.ts'
import { loadStdlib } from '../../src/stdlib/index.ts'
import { FLAGS } from '../support/run-project.ts'

const folders: string[] = []

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

const GENERIC = `
{% test below(model, column_name, most=1) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < {{ most }}
{% endtest %}
{% test trimmed(model, column_name, text='it', flag=none, truth=true) -%}
  select {{ column_name }}, '{{ text }}' as "{{ flag }}", {{ truth }}
    {#- what is between -#}
  from {{ model }} where {{- ' ' }}{{ column_name }} is null
{%- endtest %}
{% test by_dispatch(model, column_name, most) %}
{{ return(adapter.dispatch('test_by_dispatch', 'shop')(model, most=most, column_name=column_name)) }}
not reached
{% endtest %}
{% test stored(model, column_name) %}
{% set kept = column_name if should_store_failures() else 'one' %}
select {{ kept }} from {{ model }} where {{ kept }} = {{ kept }}
{% endtest %}
{% test branches(model, column_name, most=3) %}
select 1 from {{ model }} {% if most > 2 %}where {{ column_name }} > {{ most }}{% endif %}
{% endtest %}
{% test upper_case(model, column_name) %}select {{ column_name | upper }} from {{ model }} where false{% endtest %}
{% test sets(model, column_name) %}{% set column_name = 'other' %}select {{ column_name }} from {{ model }} where true{% endtest %}
{% test of_model(model, column_name) %}select {{ column_name }} from {{ model.identifier }} where true{% endtest %}
{% test looks_around(model, column_name) %}select '{{ target.name }}' from {{ model }} where {{ column_name }} is null{% endtest %}
{% test lists(model, columns) %}select {{ columns | join(',') }}, '{{ columns }}' from {{ model }} where true{% endtest %}
{% test twice(model, columns) %}
{% set listed = [] %}{% for c in columns %}{% do listed.append(c ~ '!') %}{% endfor %}{% for c in columns %}{% do listed.append(c) %}{% endfor %}
select {{ listed | join(',') }} from {{ model }}
{% endtest %}
{% test early(model, columns) %}
{% set listed = [] %}select {{ listed | join(',') }}{% for c in columns %}{% do listed.append(c) %}{% endfor %}{{ listed | join('+') }} from {{ model }}
{% endtest %}
{% test spaced(model, columns) %}
{% set listed = [] %}{% for c in columns %} {% do listed.append(c) %}
{% endfor %}select {{ listed | join(',') }} from {{ model }}
{% endtest %}
{% test numbered(model, columns) %}
{% set listed = [] %}{% for c in columns %}{% do listed.append(c ~ loop.index) %}{% endfor %}select {{ listed | join(',') }} from {{ model }}
{% endtest %}
{% test by_shop(model, to) %}select * from {{ model }} join {{ to }} on true where true{% endtest %}
`

const MACROS = `
{% macro postgres__test_by_dispatch(model, column_name, most) %}select {{ column_name }} from {{ model }} where {{ most }} = 1{% endmacro %}
{% macro default__test_by_dispatch(model, column_name, most) %}select 'default'{% endmacro %}
`

const TESTS: readonly string[] = [
  'not_null: {arguments: {column_name: id}}',
  `not_null: {arguments: {column_name: '"Odd {{ Name }}"'}}`,
  'unique: {arguments: {column_name: id}}',
  'unique: {arguments: {column_name: "lower(name) || \'}}\'"}}',
  `unique: {arguments: {column_name: id}, config: {where: "name = 'x' and id > 1"}}`,
  'unique: {arguments: {column_name: id}, config: {where: ""}}',
  `not_null: {arguments: {column_name: id}, config: {where: "id > {{ var('least', 3) }}"}}`,
  'not_null: {arguments: {column_name: id}, config: {store_failures: true, severity: warn, tags: [a, b], limit: 3}}',
  'not_null: {arguments: {column_name: id}, config: {store_failures: false, error_if: "> 1", meta: {owner: me}}}',
  `relationships: {arguments: {column_name: id, to: "ref('other')", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "ref('shop', 'other')", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "source('raw', 'people')", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "ref('inside')", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "ref('versioned', v=1)", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "ref('versioned')", field: id}}`,
  `relationships: {arguments: {column_name: id, to: "{{ ref('other') }}", field: id}}`,
  'relationships: {arguments: {column_name: id, to: other, field: id}}',
  `relationships: {arguments: {column_name: id, to: "ref('hidden')", field: id}}`,
  'accepted_values: {arguments: {column_name: id, values: [1, 2]}}',
  "accepted_values: {arguments: {column_name: id, values: [a, 'it''s', '', null, true, 2.5]}}",
  'accepted_values: {arguments: {column_name: id, quote: false, values: [1, -2, x]}}',
  `accepted_values: {arguments: {column_name: id, values: [a, "{{ var('least', 3) }}"]}}`,
  `accepted_values: {arguments: {column_name: id, values: [a, "var('least', 3)"]}}`,
  'accepted_values: {arguments: {column_name: id, values: []}}',
  'accepted_values: {arguments: {column_name: id, values: abc}}',
  'accepted_values: {arguments: {column_name: id, values: [[a], b]}}',
  'unique_combination: {arguments: {columns: [a, b]}}',
  'twice: {arguments: {columns: [a, b]}}',
  'early: {arguments: {columns: [a, b]}}',
  'spaced: {arguments: {columns: [a, b]}}',
  'numbered: {arguments: {columns: [a, b]}}',
  'below: {arguments: {column_name: id}}',
  'below: {arguments: {column_name: id, most: 2.0}}',
  'below: {arguments: {column_name: id, most: true}}',
  'below: {arguments: {column_name: id, most: null}}',
  `below: {arguments: {column_name: id, most: "{{ var('least', 3) }}"}}`,
  `below: {arguments: {column_name: id, most: "var('least', 3)"}}`,
  'trimmed: {arguments: {column_name: id}}',
  'trimmed: {arguments: {column_name: id, text: 3, flag: x, truth: false}}',
  'by_dispatch: {arguments: {column_name: id, most: 12}}',
  'stored: {arguments: {column_name: id}}',
  'stored: {arguments: {column_name: id}, config: {store_failures: true}}',
  'branches: {arguments: {column_name: id}}',
  'upper_case: {arguments: {column_name: id}}',
  'sets: {arguments: {column_name: id}}',
  'of_model: {arguments: {column_name: id}}',
  'looks_around: {arguments: {column_name: id}}',
  'lists: {arguments: {columns: [a, b]}}',
  `by_shop: {arguments: {to: "source('raw', 'people')"}}`,
  'not_empty',
]

/** Those of the tests above whose templates are rendered: they do more than print, or their arguments do. */
const RENDERED: readonly string[] = [
  'not_null',
  ...Array.from({ length: 4 }, () => 'relationships'),
  ...Array.from({ length: 4 }, () => 'accepted_values'),
  'twice',
  'early',
  'spaced',
  'numbered',
  ...Array.from({ length: 3 }, () => 'below'),
  'branches',
  'upper_case',
  'sets',
  'of_model',
  'looks_around',
]

async function project(macros: string, tests: readonly string[], flags: Partial<Flags> = {}): Promise<Runtime> {
  const dir = await mkdtemp(join(tmpdir(), 'tdbt-printed-'))
  folders.push(dir)
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  const listed = (indent: string): string =>
    tests
      .map(
        (each, index) =>
          `${indent}- ${each.replace(/^(\w+)(?:: \{)?/, `$1: {name: t${index}, `).replace(/(, )$/, '}')}`,
      )
      .join('\n')
  await put('dbt_project.yml', "name: shop\nversion: '1.0'\nprofile: shop\n")
  await put(
    'profiles.yml',
    'shop: {target: dev, outputs: {dev: {type: postgres, host: h, user: u, password: p, port: 1, dbname: d, schema: s, threads: 1}}}\n',
  )
  await put('tests/generic/own.sql', GENERIC)
  await put('macros/own.sql', `${MACROS}${macros}`)
  await put('tests/one.sql', "select * from {{ ref('one') }} where id = 1")
  for (const name of ['one', 'other', 'hidden', 'versioned_v1', 'versioned_v2'])
    await put(`models/${name}.sql`, 'select 1 as id')
  await put('models/inside.sql', "{{ config(materialized='ephemeral') }}select 1 as id")
  await put(
    'models/models.yml',
    `groups:
  - {name: some, owner: {name: me}}
models:
  - {name: hidden, access: private, config: {group: some}}
  - {name: versioned, latest_version: 2, versions: [{v: 1}, {v: 2}]}
  - name: one
    config: {group: some}
    data_tests:
${listed('      ')}
sources:
  - name: raw
    tables:
      - name: people
        data_tests:
          - not_null: {name: of_source, arguments: {column_name: id}}
`,
  )
  const invocation: Invocation = {
    invocationId: '0',
    startedAt: new Date(0),
    env: {},
    vars: {},
    flags: { ...FLAGS, projectDir: dir, profilesDir: dir, which: 'test', ...flags } satisfies Flags,
    command: 'test',
    now: () => new Date(0),
  }
  const loaded = await loadProject({
    invocation,
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: () => undefined,
  })
  return createRuntime({
    project: loaded,
    invocation,
    engine: await loaded.adapter.open({
      target: loaded.target,
      projectRoot: dir,
      env: {},
      emit: () => undefined,
      applicationName: 'tests',
    }),
    emit: () => undefined,
    selected: new Set(),
    readSeed: async () => '',
    write: () => undefined,
  })
}

class Nothing extends PrintedTests {
  override print(): null {
    return null
  }
}

/** What compiling gives, or how it fails. */
async function compiled(runtime: Runtime, node: TestNode): Promise<unknown> {
  const connection = new Connection({
    engine: runtime.engine,
    name: 'x',
    comment: (sql) => sql,
    autocommit: false,
    closed: true,
  })
  const fresh: Runtime = { ...runtime, compiled: new Map(), compiling: new Map() }
  try {
    return await drive(compileNode(createScope(fresh, connection, node.package_name), node))
  } catch (error) {
    if (!(error instanceof TdbtError)) throw error
    const { message, code, details } = error
    return { message, code, location: details.location }
  }
}

async function compare(runtime: Runtime): Promise<readonly string[]> {
  const rendering: Runtime = { ...runtime, printedTests: new Nothing() }
  const printed: string[] = []
  for (const node of Object.values(runtime.manifest.nodes)) {
    if (node.resource_type !== 'test') continue
    const scope = createScope(
      runtime,
      new Connection({ engine: runtime.engine, name: 'x', comment: (sql) => sql, autocommit: false, closed: true }),
      'shop',
    )
    if (runtime.printedTests.print(scope, node) !== null) printed.push(node.name)
    expect(await compiled(runtime, node), node.name).toEqual(await compiled(rendering, node))
  }
  return printed.sort()
}

describe('a printed test is the rendered one', () => {
  test('with its macros, and with its errors', async () => {
    const printed = await compare(await project('', TESTS))
    const rendered = TESTS.flatMap((written, index) =>
      printed.includes(`t${index}`) ? [] : [written.replace(/: .*/, '')],
    )
    expect(printed).toContain('of_source')
    expect(rendered).toEqual(RENDERED)
  })

  test('under --empty and --store-failures', async () => {
    const runtime = await project('', TESTS, { empty: true, storeFailures: true })
    expect((await compare(runtime)).length).toBeGreaterThan(20)
  })
})

const WHERE = "{% macro get_where_subquery(relation) %}{{ return('(select 1) x') }}{% endmacro %}"
const REF = '{% macro ref(name) %}{{ return(builtins.ref(name).include(database=false)) }}{% endmacro %}'

test.each([
  ['get_where_subquery', WHERE, []],
  ['its implementation', WHERE.replace('get_', 'default__get_').replaceAll('1', '2'), []],
  ['ref', REF, []],
  [
    'a test',
    '{% macro default__test_not_null(model, column_name) %}select 7 from {{ model }}{% endmacro %}',
    ['of_source', 't0', 't1'],
  ],
  ['what a test asks', '{% macro should_store_failures() %}{{ return(true) }}{% endmacro %}', ['t1']],
])('with a macro of the project instead of the built-in one: %s', async (_, macros, expected) => {
  const runtime = await project(macros, [
    'not_null: {arguments: {column_name: id}}',
    'unique: {arguments: {column_name: id}}',
  ])
  expect(await compare(runtime)).toEqual(expected)
})
