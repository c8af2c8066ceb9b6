import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fixture, load, withProject } from '../../tests/support/load-fixture.ts'
import { isJsonObject, type JsonObject, TdbtError, TdbtErrors } from '../core/index.ts'
import { parseInline } from './parse-inline.ts'

/** What changes from run to run or is not the parser's, as scripts/record-project-cases.py leaves it out too. */
const VOLATILE = new Set([
  'created_at',
  'compiled_path',
  'build_path',
  'root_path',
  'config_call_dict',
  'unrendered_config_call_dict',
])

function clean(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item))
    // dbt makes sets of tags: their order is chance.
    return key === 'tags' ? [...items].sort() : items
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !VOLATILE.has(name))
      .map(([name, item]) => [name, clean(item, name)]),
  )
}

/** Built-in macros are dbt's or tdbt's own: which of them they call differs. */
const isBuiltIn = (id: string) => /^(?:macro|doc)\.(?:dbt|dbt_postgres|tdbt)\./.test(id)

function own(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([id]) => !isBuiltIn(id)))
}

test.each(['kitchen', 'pots'])('the fixture %s gives the manifest that dbt gives', async (name) => {
  const recorded: unknown = JSON.parse(readFileSync(new URL(`./cases/${name}.json`, import.meta.url), 'utf8'))
  if (!isJsonObject(recorded)) throw new Error('no recording')
  const { manifest } = await load(fixture(name))
  const ours = JSON.parse(JSON.stringify(manifest)) as JsonObject
  for (const section of [
    'nodes',
    'sources',
    'exposures',
    'groups',
    'unit_tests',
    'functions',
    'disabled',
    'selectors',
    'macros',
    'docs',
  ]) {
    const [theirs, mine] = [recorded[section], ours[section]]
    if (!isJsonObject(theirs) || !isJsonObject(mine)) throw new Error(`no ${section}`)
    const [a, b] = [clean(own(theirs)), clean(own(mine))] as JsonObject[]
    expect(Object.keys(b ?? {}).sort(), section).toEqual(Object.keys(a ?? {}).sort())
    for (const [id, resource] of Object.entries(a ?? {})) {
      const found = b?.[id]
      // A seed depends on nothing; dbt leaves the list out.
      if (id.startsWith('seed.') && isJsonObject(found) && isJsonObject(found['depends_on'])) {
        const { nodes: _none, ...rest } = found['depends_on']
        expect({ ...found, depends_on: rest }, id).toEqual(resource)
      } else expect(found, id).toEqual(resource)
    }
  }
})

test('project.yaml brings its targets, and tests/data its declarative tests', async () => {
  const { target, manifest, adapter } = await load(fixture('own'))
  expect(target).toMatchObject({ targetName: 'dev', type: 'embedded', schema: 'own_schema', threads: 2 })
  expect(adapter.type).toBe('postgres')
  const tests = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test')
  expect(tests.map((node) => node.name).sort()).toEqual([
    'accepted_range_fact_sales_amount___var_minimum___0',
    'no_small_ids',
    'not_empty_fact_sales_',
    'not_null_fact_sales_amount',
    'unique_combination_fact_sales_id__amount',
  ])
  for (const node of tests) expect(node.depends_on.nodes).toEqual(['model.own.fact_sales'])
  expect(tests.find((node) => node.name === 'not_empty_fact_sales_')?.tags).toEqual(['sales'])
})

test('another target of project.yaml is rendered, with the names dbt uses for its keys', async () => {
  const { target } = await load(fixture('own'), { flags: { target: 'server' }, env: { OWN_HOST: 'db.example' } })
  expect(target).toMatchObject({ targetName: 'server', type: 'postgres', database: 'warehouse', schema: 'own_x' })
  expect(target.credentials).toMatchObject({ host: 'db.example', password: 'secret', database: 'warehouse' })
})

test('a project.yaml without any connection gets the embedded engine', async () => {
  const loaded = await withProject({ 'models/a.sql': 'select 1' }, (folder) => load(folder))
  expect(loaded.target).toMatchObject({ type: 'embedded', targetName: 'dev' })
  expect(loaded.manifest.nodes['model.shop.a']).toMatchObject({ relation_name: '"tdbt"."public"."a"' })
})

test('inline SQL becomes a node that knows what it refers to, and leaves the project alone', async () => {
  const project = await load(fixture('own'))
  const before = Object.keys(project.manifest.nodes)
  const node = parseInline(project, "\nselect * from {{ ref('fact_sales') }}\n", 'inline_query')
  expect(node).toMatchObject({ resource_type: 'sql_operation', raw_code: "select * from {{ ref('fact_sales') }}" })
  expect(node.depends_on.nodes).toEqual(['model.own.fact_sales'])
  expect(Object.keys(project.manifest.nodes)).toEqual(before)
  expect(() => parseInline(project, "select * from {{ ref('fact_sale') }}")).toThrow(/fact_sale/)
})

test('two loads give the same manifest', async () => {
  const [first, second] = [await load(fixture('kitchen')), await load(fixture('kitchen'))]
  expect(JSON.stringify(second.manifest)).toBe(JSON.stringify(first.manifest))
})

async function errorsOf(files: Readonly<Record<string, string>>): Promise<readonly TdbtError[]> {
  return withProject(files, async (folder) => {
    try {
      await load(folder)
    } catch (error) {
      if (error instanceof TdbtErrors) return error.errors
      if (error instanceof TdbtError) return [error]
      throw error
    }
    return []
  })
}

const shown = (error: TdbtError | undefined) => {
  const place = error?.details.location
  return [error?.code, place && `${place.file}:${place.line}:${place.column}`, error?.details.hint]
}

test.each<[string, Record<string, string>, (string | undefined)[]]>([
  [
    'a missing ref',
    { 'models/orders.sql': 'select 1', 'models/b.sql': "\n\nselect *\nfrom {{ ref('order') }}" },
    ['T3001', 'models/b.sql:4:9', "Did you mean 'orders'?"],
  ],
  [
    'a disabled ref',
    { 'models/a.sql': '{{ config(enabled=false) }} select 1', 'models/b.sql': "select * from {{ ref('a') }}" },
    ['T3002', 'models/b.sql:1:18', 'Enable it, or take the reference out.'],
  ],
  ['broken YAML', { 'models/a.yml': 'models:\n  - name: [a\n' }, ['T1002', 'models/a.yml:2:13', undefined]],
  [
    'Jinja without quotes in YAML',
    { 'models/a.yml': 'models:\n  - name: a\n    description: {{ doc("x") }}\n' },
    ['T1002', 'models/a.yml:3:19', 'Put quotes around values that begin with {{ … }}.'],
  ],
  [
    'a template that does not end',
    { 'models/a.sql': '\n{% if true %}\nselect 1' },
    ['T2001', 'models/a.sql:2:14', undefined],
  ],
  [
    'two models of one name',
    { 'models/x/a.sql': 'select 1', 'models/y/a.sql': 'select 1' },
    ['T1007', 'models/y/a.sql:1:1', 'Rename one of the two, or disable it.'],
  ],
  [
    'two models in one relation',
    { 'models/a.sql': 'select 1', 'models/b.sql': "{{ config(alias='a') }} select 1" },
    ['T1007', 'models/b.sql:1:1', 'Rename one of them, or give it another alias or schema.'],
  ],
  [
    'a config of the wrong type',
    { 'models/a.sql': "{{ config(enabled='yes') }} select 1" },
    ['T1009', 'models/a.sql:1:1', undefined],
  ],
  [
    'an unknown generic test',
    {
      'models/a.sql': 'select 1',
      'models/a.yml':
        'models:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - not_nul\n',
    },
    ['T2005', 'models/a.yml:6:13', "Did you mean 'not_null'?"],
  ],
  [
    'a missing docs block',
    { 'models/a.sql': 'select 1', 'models/a.yml': 'models:\n  - name: a\n    description: "{{ doc(\'nothing\') }}"\n' },
    ['T3001', 'models/a.yml:3:5', 'Write {% docs nothing %} in a .md file.'],
  ],
  [
    'a missing variable in YAML',
    {
      'models/a.sql': 'select 1',
      'models/a.yml': 'models:\n  - name: a\n    config:\n      schema: "{{ var(\'nothing\') }}"\n',
    },
    ['T1012', 'models/a.yml:4:7', expect.any(String) as unknown as string],
  ],
  [
    'an unknown group',
    {
      'models/a.sql': "{{ config(group='sale') }} select 1",
      'models/g.yml': 'groups:\n  - {name: sales, owner: {name: x}}\n',
    },
    ['T1009', 'models/a.sql:1:1', "Did you mean 'sales'?"],
  ],
  [
    'a private model of another group',
    {
      'models/a.sql': "{{ config(group='g', access='private') }} select 1",
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/g.yml': 'groups:\n  - {name: g, owner: {name: x}}\n',
    },
    ['T3005', 'models/b.sql:1:1', "Put the node into the group 'g', or make the model protected or public."],
  ],
  [
    'a package that is listed only',
    { 'packages.yml': 'packages:\n  - {package: dbt-labs/dbt_utils, version: 1.0.0}\n' },
    ['T1010', 'packages.yml:1:1', 'Run `tdbt deps` to install them.'],
  ],
  [
    'a profile that is not there',
    { 'project.yaml': 'name: shop\nprofile: mine\n', 'profiles.yml': 'mind:\n  outputs: {}\n' },
    ['T1005', 'profiles.yml:1:1', "Did you mean 'mind'?"],
  ],
  [
    'a snapshot without a key',
    { 'snapshots/s.sql': "{% snapshot s %}{{ config(strategy='check', check_cols='all') }} select 1{% endsnapshot %}" },
    ['T1009', 'snapshots/s.sql:1:1', undefined],
  ],
])('%s is an error with its place', async (_name, files, expected) => {
  const errors = await errorsOf(files)
  expect(errors.map(shown)).toEqual([expected])
})

test('errors of many files come together', async () => {
  const errors = await errorsOf({
    'models/a.sql': "select * from {{ ref('nothing') }}",
    'models/b.sql': "select * from {{ source('no', 'table') }}",
    'models/c.sql': '{{ 1 | no_such_filter }}',
  })
  expect(errors.map((error) => [error.code, error.details.location?.file]).sort()).toEqual([
    ['T2001', 'models/c.sql'],
    ['T3001', 'models/a.sql'],
    ['T3001', 'models/b.sql'],
  ])
})

test('what is odd but not wrong is a warning with its place', async () => {
  const { warnings } = await withProject(
    {
      'project.yaml': 'name: shop\nmodel-path: [models]\nmodels:\n  shop:\n    gone: {+materialized: table}\n',
      'models/a.sql': "{{ config(materialised='table') }} select 1",
      'models/a.yml': 'models:\n  - name: b\n  - name: a\n    description: x\n    description: y\n    colums: []\n',
      'tests/t.sql': "select * from {{ ref('nowhere') }}",
    },
    (folder) => load(folder),
  )
  expect(
    warnings.map((warning) => [warning.code, warning.details.location?.file, warning.details.location?.line]),
  ).toEqual([
    ['T1008', 'project.yaml', 2],
    ['T1015', 'models/a.yml', 5],
    ['T1008', 'models/a.yml', 6],
    ['T1016', 'models/a.yml', 2],
    ['T3001', 'tests/t.sql', 1],
    ['T1008', 'models/a.sql', 1],
    ['T1016', 'project.yaml', 5],
  ])
})

test("what a package's generic test leads to is known by its bare name when it is parsed", async () => {
  const { manifest } = await withProject(
    {
      'packages.yml': 'packages:\n  - local: ../probe\n',
      'dbt_packages/probe/dbt_project.yml': 'name: probe\nversion: "1.0"\n',
      'dbt_packages/probe/macros/probe.sql': [
        '{% test probed(model) %}{{ probe.outer() }}select 1 from {{ model }}{% endtest %}',
        '{% macro outer() %}{% if not execute %}{{ inner_word() }}{% endif %}{% endmacro %}',
        "{% macro inner_word() %}{{ config(severity='warn') }}{% endmacro %}",
      ].join('\n'),
      'models/a.sql': 'select 1 as id',
      'models/a.yml': 'models:\n  - name: a\n    data_tests: [probe.probed]\n',
    },
    (folder) => load(folder),
  )
  const [found] = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test')
  expect(found?.config['severity']).toBe('warn')
})

test("config() in a package's generic test is not heard where the project has a test of that name", async () => {
  const { manifest } = await withProject(
    {
      'packages.yml': 'packages:\n  - local: ../probe\n',
      'dbt_packages/probe/dbt_project.yml': 'name: probe\nversion: "1.0"\n',
      'dbt_packages/probe/macros/probe.sql':
        "{% test probed(model) %}{{ config(fail_calc='sum(n)') }}select 1 from {{ model }}{% endtest %}",
      'macros/own.sql': '{% test probed(model) %}select 2 from {{ model }}{% endtest %}',
      'models/a.sql': 'select 1 as id',
      'models/a.yml': 'models:\n  - name: a\n    data_tests: [probe.probed]\n',
    },
    (folder) => load(folder),
  )
  const [found] = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test')
  expect(found?.config['fail_calc']).toBe('count(*)')
  expect(found?.depends_on.nodes).toEqual(['model.shop.a'])
})

test('a call of a built-in macro that is none leads to the macro of that name; of one that is, to it', async () => {
  const { manifest } = await withProject(
    {
      'macros/own.sql': [
        '{% macro nowhere() %}{{ dbt.nowhere() }}{{ dbt.run_query("select 1") }}{% endmacro %}',
        '{% macro run_query(sql) %}{{ dbt.elsewhere() }}{% endmacro %}',
        '{% macro elsewhere() %}{% endmacro %}',
      ].join('\n'),
    },
    (folder) => load(folder),
  )
  const calls = (name: string) => manifest.macros[`macro.shop.${name}`]?.depends_on.macros
  expect(calls('nowhere')).toEqual(['macro.shop.nowhere', 'macro.dbt.run_query'])
  expect(calls('run_query')).toEqual(['macro.shop.elsewhere'])
})

test('a model that refers to nothing is told of alone, not those that refer to it', async () => {
  const thrown: unknown = await withProject(
    { 'models/a.sql': "select * from {{ ref('nowhere') }}", 'models/b.sql': "select * from {{ ref('a') }}" },
    (folder) => load(folder),
  ).catch((error: unknown) => error)
  const errors = thrown instanceof TdbtErrors ? thrown.errors : [thrown]
  expect(errors.map((error) => (error instanceof TdbtError ? error.details.location?.file : error))).toEqual([
    'models/a.sql',
  ])
})
