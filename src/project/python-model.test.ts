import { expect, test } from 'vitest'
import type { NodeDraft } from './drafts.ts'
import { readPythonModel } from './python-model.ts'

test('a Python model’s references and constant config are read', () => {
  const raw_code = `
def model(dbt, session):
    # dbt.ref('not_this')
    dbt.config(materialized='incremental', tags=["a", "b)"], packages=['numpy==1.23'], meta={'x': 1}, unique_key=None, enabled=True)
    dbt.config(schema=computed())
    return dbt.ref("orders").union(dbt.ref('shop', 'lines')).union(dbt.source('raw', 'events'))
`
  const node = { raw_code, original_file_path: 'models/m.py', refs: [], sources: [] } as unknown as NodeDraft
  expect(readPythonModel(node)).toEqual({
    materialized: 'incremental',
    tags: ['a', 'b)'],
    packages: ['numpy==1.23'],
    meta: { x: 1 },
    unique_key: null,
    enabled: true,
  })
  expect(node.refs).toEqual([
    { name: 'orders', package: null, version: null },
    { name: 'lines', package: 'shop', version: null },
  ])
  expect(node.sources).toEqual([['raw', 'events']])
})
