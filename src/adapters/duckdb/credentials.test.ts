import { expect, test } from 'vitest'
import type { JsonObject, TargetConfig } from '../../core/index.ts'
import { attachSql } from './attach-sql.ts'
import { completeTarget, readCredentials } from './credentials.ts'
import { secretSql } from './secret-sql.ts'

function target(credentials: JsonObject): TargetConfig {
  return { profileName: 'p', targetName: 't', type: 'duckdb', database: '', schema: 'main', threads: 1, credentials }
}

test('files are found from the project, settings and extensions become SQL', () => {
  const read = readCredentials(
    target({
      path: 'db/shop.duckdb',
      config_options: { threads: 2 },
      read_only: true,
      settings: { memory_limit: '1GB', s3_region: "it's" },
      extensions: [
        'httpfs',
        '/x/y.duckdb_extension',
        { name: 'h3', repo: 'community' },
        { name: 'z', repo: 'http://z' },
      ],
      attach: [
        { path: 'other.duckdb' },
        { path: 'dbname=x', type: 'postgres', alias: 'pg' },
        { path: 's3://b/x.duckdb' },
      ],
    }),
    '/project',
  )
  expect(read).toEqual({
    path: '/project/db/shop.duckdb',
    config: { threads: '2', access_mode: 'READ_ONLY' },
    extensions: [
      { name: 'httpfs', load: 'LOAD httpfs', install: 'INSTALL httpfs' },
      { name: '/x/y.duckdb_extension', load: "LOAD '/x/y.duckdb_extension'", install: null },
      { name: 'h3', load: 'LOAD h3', install: 'INSTALL h3 FROM community' },
      { name: 'z', load: 'LOAD z', install: "INSTALL z FROM 'http://z'" },
    ],
    setup: [
      "ATTACH IF NOT EXISTS '/project/other.duckdb'",
      "ATTACH IF NOT EXISTS 'dbname=x' AS pg (TYPE postgres)",
      "ATTACH IF NOT EXISTS 's3://b/x.duckdb'",
    ],
    settings: ["SET memory_limit = '1GB'", "SET s3_region = 'it''s'"],
    connectAttempts: 1,
    disableTransactions: false,
  })
})

test('what templates see of the target has dbt-duckdb’s defaults', () => {
  expect(completeTarget(target({ path: '/x/a.b.duckdb' })).credentials).toMatchObject({
    path: '/x/a.b.duckdb',
    database: 'a',
    external_root: '.',
    attach: null,
  })
  expect(completeTarget({ ...target({ attach: [{ path: 'o', alias: 'other' }] }), database: 'other' }).database).toBe(
    'other',
  )
})

test.each([
  [{ path: 'a.db', alias: 'b', read_only: true }, "ATTACH IF NOT EXISTS 'a.db' AS b (READ_ONLY)"],
  [
    {
      path: 'a',
      type: 'postgres',
      secret: 's',
      options: { schema: 'x', flag: true, off: false, size: 3, quoted: "'y'" },
    },
    "ATTACH IF NOT EXISTS 'a' (TYPE postgres, SECRET s, SCHEMA 'x', FLAG, SIZE 3, QUOTED 'y')",
  ],
])('%j attaches', (entry: JsonObject, sql) => {
  expect(attachSql(entry)).toBe(sql)
})

test.each([
  [
    { type: 's3', key_id: 'k', secret: "it's", provider: 'config' },
    "CREATE OR REPLACE SECRET _dbt_secret_1 (type s3, key_id 'k', secret 'it''s', provider config)",
  ],
  [
    { type: 's3', name: 'mine', persistent: true, scope: ['s3://a', 's3://b'], chain: ['env', 'sts'], map: { a: 'b' } },
    "CREATE OR REPLACE PERSISTENT SECRET mine (type s3, chain array ['env', 'sts'], map map {'a': 'b'}, scope 's3://a', scope 's3://b')",
  ],
])('%j is a secret', (entry: JsonObject, sql) => {
  expect(secretSql(entry, 0)).toBe(sql)
})
