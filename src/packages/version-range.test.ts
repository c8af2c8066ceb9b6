import { expect, test } from 'vitest'
import { commonRange, isInRange, parseVersion, rangeText } from './version-range.ts'

const range = (...texts: readonly string[]): string => rangeText(commonRange(texts.map(parseVersion)))

test('bounds are narrowed to what they have in common', () => {
  expect(range('>=1.0.0', '<2.0.0', '>1.1.0')).toBe('>1.1.0, <2.0.0')
  expect(range('=1.2.0', '>=1.2.0')).toBe('=1.2.0')
  expect(range()).toBe('ANY')
  for (const bounds of [
    ['1.0.0', '1.0.1'],
    ['>1.0.0', '1.0.0'],
    ['>=2.0.0', '<1.0.0'],
    ['>1.0.0', '<1.0.0'],
  ]) {
    expect(() => range(...bounds)).toThrow(/satisfactory version/)
  }
})

test('a pre-release lies below its version, and outside of an upper limit of that version', () => {
  const within = (version: string, ...bounds: readonly string[]): boolean =>
    isInRange(parseVersion(version), commonRange(bounds.map(parseVersion)))
  expect(within('1.0.0-rc1', '<1.0.0')).toBe(false)
  expect(within('1.0.0-rc2', '>=1.0.0-rc1')).toBe(true)
  expect(within('1.0.0', '>1.0.0-rc10')).toBe(true)
  expect(within('1.10.0', '>=1.9.0', '<=1.10.0')).toBe(true)
})

test.each(['1.0', '01.0.0', 'v1.0.0', '>= 1.0.0', 'latest'])('%s is no version', (text) => {
  expect(() => parseVersion(text)).toThrow(/not a valid semantic version/)
})
