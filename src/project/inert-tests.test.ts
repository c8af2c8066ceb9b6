import { expect, test } from 'vitest'
import { load, withProject } from '../../tests/support/load-fixture.ts'

const BODY = 'select {{ column_name }} from {{ model }} where {{ column_name }} < {{ least }}'
const FILES = {
  'models/a.sql': 'select 1 as n',
  'tests/generic/t.sql': `{% test inert(model, column_name, least=0) %}${BODY}{% endtest %}
{% test runs(model, column_name, least=0) %}{% set ignored = 1 %}${BODY}{% endtest %}
{% test asks(model, column_name, least=0) %}${BODY} and n in (select n from {{ ref('a') }}){% endtest %}`,
  'models/schema.yml': `models:
  - name: a
    columns:
      - name: n
        data_tests:
          - inert: {arguments: {least: 3}, config: {severity: warn, tags: [x]}}
          - runs: {arguments: {least: 3}, config: {severity: warn, tags: [x]}}
          - inert: {arguments: {least: "{{ var('least', 4) }}"}}
          - asks
`,
}

test('a test that is noted without a run is the node that a run gives', async () => {
  await withProject(FILES, async (folder) => {
    const { manifest } = await load(folder)
    const tests = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test')
    // The two differ in their names alone, and in the id that is made of them.
    const shown = (name: string): unknown =>
      tests
        .filter((node) => node.name === `${name}_a_n__3`)
        .map((node) => JSON.parse(JSON.stringify({ ...node, unique_id: '' }).replaceAll(name, 'NAME')))
    expect(shown('inert')).toEqual(shown('runs'))
    expect(shown('inert')).toHaveLength(1)
    expect(tests.find((node) => node.name.startsWith('asks_'))).toMatchObject({
      refs: [{ name: 'a' }, { name: 'a' }],
      depends_on: { nodes: ['model.shop.a'] },
    })
    expect(tests.filter((node) => node.name.startsWith('inert_'))).toHaveLength(2)
  })
})

test('an argument that the macro does not take is still an error', async () => {
  const files = {
    ...FILES,
    'models/schema.yml': 'models: [{name: a, columns: [{name: n, data_tests: [{inert: {arguments: {most: 1}}}]}]}]',
  }
  await withProject(files, async (folder) => {
    await expect(load(folder)).rejects.toThrow(/most/)
  })
})
