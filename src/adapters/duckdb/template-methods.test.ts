import { expect, test } from 'vitest'
import type { Json, TargetConfig } from '../../core/index.ts'
import { templateMethods } from './template-methods.ts'

const target: TargetConfig = {
  profileName: 'p',
  targetName: 't',
  type: 'duckdb',
  database: 'd',
  schema: 'main',
  threads: 1,
  credentials: { external_root: 'out' },
}
const warned: string[] = []

function call(name: string, args: Readonly<Record<string, Json>> = {}, projectRoot = process.cwd()): Json {
  const method = templateMethods[name]
  if (method === undefined) throw new Error(`no ${name}`)
  return method.run(args, { target, projectRoot, warnOnce: (message) => warned.push(message) })
}

test.each([
  ['a.parquet', {}, 'format parquet'],
  ['a', {}, 'format parquet'],
  ['a', { delimiter: '|' }, "delimiter '|', format csv, header 1"],
  ['a.CSV.GZ', {}, 'format csv, compression gzip, header 1'],
  ['x.y/a', { format: 'csv', header: 0, null: 'NA' }, "format csv, header 0, null 'NA'"],
  ['out', { partition_by: 'a, b', format: 'parquet' }, 'partition_by (a, b), format parquet'],
  ['out', { partition_by: '(a, b)', quote: "'x'", format: 'json' }, "partition_by (a, b), quote 'x', format json"],
])('%s is written with %j as %s', (location, options, sql) => {
  expect(call('external_write_options', { write_location: location, rendered_options: options })).toBe(sql)
})

test.each([
  ['a.parquet', {}, 'a.parquet'],
  ['out', { partition_by: 'a, b' }, 'out/*/*/*.parquet'],
  ['out', { per_thread_output: true, format: 'csv' }, 'out/*.csv'],
])('%s with %j is read as %s', (location, options, read) => {
  expect(call('external_read_location', { write_location: location, rendered_options: options })).toBe(read)
})

test('small ones', () => {
  expect(call('external_root')).toBe('out')
  expect(call('external_root', {}, '/elsewhere')).toBe('/elsewhere/out')
  expect(call('escape_sql_string', { value: "it's" })).toBe("it''s")
  expect(call('get_seed_file_path', { model: { root_path: '/p', original_file_path: 'seeds/a.csv' } })).toBe(
    '/p/seeds/a.csv',
  )
  expect([call('is_motherduck'), call('is_ducklake', { relation: 'x' }), call('disable_transactions')]).toEqual([
    false,
    false,
    false,
  ])
  call('warn_once', { msg: 'beware' })
  expect(warned).toEqual(['beware'])
})
