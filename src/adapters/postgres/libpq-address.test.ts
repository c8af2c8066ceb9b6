import { expect, test } from 'vitest'
import { readCredentials } from './credentials.ts'
import { libpqAddress } from './libpq-address.ts'

function address(credentials: Readonly<Record<string, string | number>>): string | undefined {
  const given = { host: 'db', user: 'me', ...credentials }
  const target = { profileName: 'p', targetName: 't', type: 'postgres', database: 'shop', schema: 's', threads: 1 }
  return libpqAddress(readCredentials({ ...target, credentials: given }, 5432))
}

test("libpq's pairs, with what is special escaped", () => {
  expect(address({})).toBe("host='db' port='5432' user='me' dbname='shop' sslmode='prefer' connect_timeout='10'")
  expect(address({ password: "it's \\ secret", host: '/run/my sockets' })).toContain(
    "host='/run/my sockets' port='5432' user='me' password='it\\'s \\\\ secret'",
  )
  expect(address({ search_path: 'a, b' })).toContain("options='-c search_path=a,\\\\ b'")
})

test('none where a session is more than its connection', () => {
  expect(address({ role: 'reporter' })).toBeUndefined()
})
