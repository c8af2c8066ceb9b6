import { expect, test } from 'vitest'
import type { JsonObject } from '../../core/index.ts'
import { readEmbeddedSettings } from './embedded-settings.ts'

function read(credentials: JsonObject, env: Record<string, string> = {}, database = '') {
  const target = {
    profileName: 'p',
    targetName: 'dev',
    type: 'embedded',
    database,
    schema: 's',
    threads: 4,
    credentials,
  }
  return readEmbeddedSettings(target, env)
}

test('needs nothing', () => {
  expect(read({})).toEqual({
    backend: 'auto',
    nativePath: '.tdbt/pg',
    pglitePath: '.tdbt/pglite',
    database: 'postgres',
    threads: 4,
    fsync: true,
    statementTimeout: null,
    searchPath: null,
    applicationName: null,
    lingerSeconds: 60,
  })
})

test('each backend has a folder of its own beside the other’s', () => {
  expect(read({ path: '/data/shop/pg' })).toMatchObject({
    nativePath: '/data/shop/pg',
    pglitePath: '/data/shop/pglite',
  })
  expect(read({ path: 'warehouse' })).toMatchObject({ nativePath: 'warehouse', pglitePath: 'warehouse-pglite' })
  expect(read({ path: 'warehouse', backend: 'pglite' })).toMatchObject({ pglitePath: 'warehouse' })
})

test('the environment wins', () => {
  expect(read({ backend: 'native' }, { TDBT_EMBEDDED_BACKEND: 'pglite' }).backend).toBe('pglite')
  expect(read({ backend: 'native' }, { TDBT_EMBEDDED_BACKEND: '' }).backend).toBe('native')
  expect(read({}, { TDBT_EMBEDDED_LINGER_SECONDS: '3' }).lingerSeconds).toBe(3)
  expect(read({}, { TDBT_EMBEDDED_LINGER_SECONDS: 'soon' }).lingerSeconds).toBe(60)
})

test.each([[{ backend: 'mysql' }], [{ path: ['x'] }], [{ fsync: 'maybe' }]])('%j is T1006', (credentials) => {
  expect(() => read(credentials)).toThrow(expect.objectContaining({ code: 'T1006' }))
})
