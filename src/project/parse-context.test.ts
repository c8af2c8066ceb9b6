import { expect, test } from 'vitest'
import { load, withProject } from '../../tests/support/load-fixture.ts'

const nodeOf = async (files: Record<string, string>, id: string) =>
  (await withProject(files, (folder) => load(folder))).manifest.nodes[id]

test('render() sees the names of the node: what it refers to counts', async () => {
  const node = await nodeOf(
    {
      'models/a.sql': 'select 1',
      'macros/m.sql': `{% macro a_ref(text) %}{{ return(render(text)) }}{% endmacro %}`,
      'models/b.sql': `select '{{ render('plain') }}' from
        {{ a_ref("{" ~ "{ ref('a') }" ~ "}") }}`,
    },
    'model.shop.b',
  )
  expect(node?.depends_on.nodes).toEqual(['model.shop.a'])
})

test("a var's text may call macros and ref()", async () => {
  const node = await nodeOf(
    {
      'project.yaml': `name: shop\nvars: {table: "{{ the_table() }}"}\n`,
      'models/a.sql': 'select 1',
      'macros/m.sql': `{% macro the_table() %}{{ return(ref('a')) }}{% endmacro %}`,
      'models/b.sql': `select * from {{ var('table') }}`,
    },
    'model.shop.b',
  )
  expect(node?.depends_on.nodes).toEqual(['model.shop.a'])
})

test('the names of macros at parse time: defer_relation and the class Column are there', async () => {
  const node = await nodeOf(
    {
      'models/b.sql': `{{ config(meta={'d': defer_relation is none, 'c': column('x', 'text').name}) }} select 1`,
    },
    'model.shop.b',
  )
  expect(node?.config.meta).toEqual({ d: true, c: 'x' })
})
