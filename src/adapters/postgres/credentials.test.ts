import { expect, test } from 'vitest'
import type { JsonObject, TargetConfig } from '../../core/index.ts'
import { readCredentials } from './credentials.ts'

function target(credentials: JsonObject, database = 'shop'): TargetConfig {
  return { profileName: 'p', targetName: 'dev', type: 'postgres', database, schema: 's', threads: 1, credentials }
}

test('defaults are dbt-postgres’s', () => {
  expect(readCredentials(target({ host: 'db', user: 'ann' }), 5432)).toEqual({
    host: 'db',
    port: 5432,
    user: 'ann',
    password: null,
    database: 'shop',
    connectTimeoutMs: 10_000,
    keepAliveIdleMs: 0,
    role: null,
    searchPath: null,
    sslMode: 'prefer',
    sslCert: null,
    sslKey: null,
    sslRootCert: null,
    applicationName: null,
    retries: 1,
    statementTimeout: null,
    options: null,
  })
})

test('aliases, and numbers written as text', () => {
  const read = readCredentials(
    target({ host: 'db', user: 'ann', pass: 1234, port: '5433', dbname: 'x', retries: '3' }, ''),
    5432,
  )
  expect(read).toMatchObject({ password: '1234', port: 5433, database: 'x', retries: 3 })
  expect(readCredentials(target({ host: 'db', user: 'ann', password: '' }), 5432).password).toBe('')
})

test.each([
  [{ user: 'ann' }, /'host'/],
  [{ host: 'db' }, /'user'/],
  [{ host: 'db', user: 'ann', port: 'x' }, /`port`/],
  [{ host: 'db', user: 'ann', port: 70_000 }, /`port`/],
  [{ host: 'db', user: 'ann', sslmode: 'on' }, /`sslmode`/],
  [{ host: 'db', user: 'ann', role: ['x'] }, /`role`/],
  [{ host: 'db', user: 'ann', method: 'iam' }, /`method`/],
])('%j is T1006', (credentials, message) => {
  expect(() => readCredentials(target(credentials), 5432)).toThrow(
    expect.objectContaining({ code: 'T1006', message: expect.stringMatching(message) }),
  )
})

test('a password of the wrong kind is not printed', () => {
  const read = (): unknown => readCredentials(target({ host: 'db', user: 'ann', password: ['secret'] }), 5432)
  expect(read).toThrow(
    expect.objectContaining({ code: 'T1006', details: expect.not.objectContaining({ found: expect.anything() }) }),
  )
})
