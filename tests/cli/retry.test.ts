import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectFolder, tdbt } from '../support/cli.ts'

test('retry runs what failed with the command that failed, again and again, until it is green', async () => {
  const folder = projectFolder({
    'project.yaml': "name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/good.sql': 'select 1 as id',
    'models/bad.sql': "select missing from {{ ref('good') }}\n",
    'models/after.sql': "{{ config(materialized='table') }}\nselect * from {{ ref('bad') }}\n",
  })
  try {
    const statuses = (): Readonly<Record<string, string>> => {
      const file = readFileSync(join(folder.dir, 'target/run_results.json'), 'utf8')
      const { results } = JSON.parse(file) as { readonly results: readonly { unique_id: string; status: string }[] }
      return Object.fromEntries(results.map((result) => [result.unique_id, result.status]))
    }
    expect(await tdbt(['build'], { cwd: folder.dir })).toMatchObject({ code: 1 })
    expect(statuses()).toEqual({
      'model.shop.good': 'success',
      'model.shop.bad': 'error',
      'model.shop.after': 'skipped',
    })
    for (let time = 0; time < 2; time++) {
      expect(await tdbt(['retry'], { cwd: folder.dir })).toMatchObject({ code: 1 })
      expect(statuses()).toEqual({ 'model.shop.bad': 'error', 'model.shop.after': 'skipped' })
    }
    writeFileSync(join(folder.dir, 'models/bad.sql'), "select id from {{ ref('good') }}\n")
    expect(await tdbt(['retry'], { cwd: folder.dir })).toMatchObject({ code: 0 })
    expect(statuses()).toEqual({ 'model.shop.bad': 'success', 'model.shop.after': 'success' })
    expect(await tdbt(['retry'], { cwd: folder.dir })).toMatchObject({ code: 0 })
  } finally {
    folder.dispose()
  }
})
