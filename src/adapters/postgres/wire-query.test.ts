import { expect, test } from 'vitest'
import { encodeParameter } from './wire-query.ts'

test('parameters are sent as the text that Postgres reads back', () => {
  expect([null, undefined, 'x', 1.5, 10n, true].map(encodeParameter)).toEqual([null, null, 'x', '1.5', '10', 'true'])
  expect(encodeParameter(new Date('2024-01-02T03:04:05.678Z'))).toBe('2024-01-02T03:04:05.678Z')
  expect(encodeParameter(Uint8Array.of(1, 2))).toEqual(Buffer.from([1, 2]))
  expect(encodeParameter({ a: 1 })).toBe('{"a":1}')
  expect(encodeParameter(['a"b', 'c\\d', null, [1, 2]])).toBe('{"a\\"b","c\\\\d",NULL,{"1","2"}}')
})
