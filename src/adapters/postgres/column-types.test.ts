import { expect, test } from 'vitest'
import { describedType, describeTypesSql, knownType } from './column-types.ts'

test.each([
  [16, -1, 'boolean', 'boolean'],
  [1700, -1, 'numeric', 'decimal'],
  [1700, 655366, 'numeric(10,2)', 'decimal'],
  [1700, ((5 << 16) | (-2 & 0x7ff)) + 4, 'numeric(5,-2)', 'decimal'],
  [1043, 13, 'character varying(9)', 'text'],
  [1042, 9, 'character(5)', 'text'],
  [1042, -1, 'bpchar', 'text'],
  [1114, 3, 'timestamp(3) without time zone', 'timestamp'],
  [1184, 0, 'timestamp(0) with time zone', 'timestamptz'],
  [1266, 2, 'time(2) with time zone', 'time'],
  [1007, -1, 'integer[]', 'array'],
  [1231, 655366, 'numeric(10,2)[]', 'array'],
])('oid %i with modifier %i is %s', (oid, modifier, name, kind) => {
  expect(knownType({ oid, modifier })).toMatchObject({ name, kind })
})

test('what only the server can name is left to it', () => {
  expect(knownType({ oid: 99_999, modifier: -1 })).toBeUndefined()
  expect(knownType({ oid: 1186, modifier: 0 })).toBeUndefined()
  expect(describeTypesSql([{ oid: 99_999, modifier: -1 }])).toContain('(0, 99999::oid, -1)')
  expect(describedType(['shop.mood', 'E', '0', ','])).toMatchObject({ name: 'shop.mood', kind: 'text' })
  const array = describedType(['shop.mood[]', 'A', '99999', ','])
  expect(array).toMatchObject({ name: 'shop.mood[]', kind: 'array' })
  expect(array.parse('{ok,NULL}')).toEqual(['ok', null])
  expect(describedType(['point', 'G', '701', ','])).toMatchObject({ kind: 'other' })
})
