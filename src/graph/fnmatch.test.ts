import { expect, test } from 'vitest'
import { fnmatch } from './fnmatch.ts'

// Expected values: Python 3.11's fnmatch.fnmatchcase.
test.each([
  ['orders', 'ord*', true],
  ['a.b/c', '*', true],
  ['abc', 'a?c', true],
  ['ac', 'a?c', false],
  ['stg_a', 'stg_[a-c]', true],
  ['stg_d', 'stg_[a-c]', false],
  ['stg_d', 'stg_[!a-c]', true],
  ['a]b', 'a[]]b', true],
  ['a[b', 'a[b', true],
  ['a-b', 'a[-x]b', true],
  ['a^b', 'a[^x]b', true],
  ['a.b', 'a.b', true],
  ['axb', 'a.b', false],
  ['a+(b)', 'a+(b)', true],
  ['A', 'a', false],
  ['b', '[c-a]', false],
  ['', '*', true],
  ['x\ny', 'x*y', true],
])('%j against %j is %j', (text, pattern, expected) => {
  expect(fnmatch(text, pattern)).toBe(expected)
})
