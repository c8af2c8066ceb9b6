import { expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

// What dbt-core 1.11 answered to the same macros; its own create_from takes no node of `graph`, ours does.
const MACROS = `
{% macro names() %}
{{ print(model.unique_id ~ ' ' ~ model.resource_type) }}
{% do run_query('select 1') %}
{{ print(_sql_results.keys() | list | string) }}
{{ print(context_macro_stack is not none) }}
{{ print(sql is none and pre_hooks is none) }}
{{ print(api.Relation.from_dict({'path': {'database': 'd', 'schema': 's', 'identifier': 'i'}, 'type': 'view'})) }}
{{ print(api.Relation.from_dict({'path': {'database': 'd', 'schema': 's', 'identifier': 'i'}, 'type': 'view'}).type) }}
{% for node in graph.nodes.values() if node.resource_type == 'model' %}
{{ print(api.Relation.create_from(ref.config, node).include(database=false)) }}
{{ print(api.Relation.create_from(ref.config, node, quote_policy={'identifier': true}).include(database=false)) }}
{% endfor %}
{% endmacro %}
{% macro writes() %}{{ write('x') }}{% endmacro %}
{% macro loads() %}{{ load_agate_table() }}{% endmacro %}
`

test('macros called from outside have the variables that dbt gives them', async () => {
  const folder = projectFolder({
    'project.yaml':
      "name: shop\nversion: '1.0'\ntarget: dev\nquoting: {schema: false}\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/m.sql': "{{ config(quoting={'identifier': false}) }}\nselect 1 as id\n",
    'macros/m.sql': MACROS,
  })
  try {
    const { code, stdout } = await tdbt(['--quiet', 'run-operation', 'names'], { cwd: folder.dir })
    expect(stdout.trim().split('\n')).toEqual([
      'macro.shop.names macro',
      "['run_query_statement']",
      'True',
      'True',
      '"d"."s"."i"',
      'view',
      'shop.m',
      'shop."m"',
    ])
    expect(code).toBe(0)
    const written = await tdbt(['run-operation', 'writes'], { cwd: folder.dir })
    expect(written).toMatchObject({ code: 1 })
    expect(written.output).toContain('cannot "write" macros or sources')
    const loaded = await tdbt(['run-operation', 'loads'], { cwd: folder.dir })
    expect(loaded).toMatchObject({ code: 1 })
    expect(loaded.output).toContain('can only load_agate_table for seeds (got a macro)')
  } finally {
    folder.dispose()
  }
})
