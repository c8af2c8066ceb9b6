import { expect, test } from 'vitest'
import { canonical, RowSetHash } from './row-set-hash.ts'

const COLUMNS = [
  { name: 'a', type: 'integer' },
  { name: 'b', type: 'text' },
]

function hash(rows: readonly (readonly (string | null)[])[]): string {
  const set = new RowSetHash(COLUMNS)
  for (const row of rows) set.add(row)
  return set.digest()
}

test('the order of rows does not matter, anything else does', () => {
  const rows = [
    ['1', 'x'],
    ['2', null],
    ['2', ''],
  ]
  expect(hash([...rows].reverse())).toBe(hash(rows))
  expect(hash([...rows, ['1', 'x']])).not.toBe(hash(rows))
  expect(
    hash([
      ['1', 'x'],
      ['2', 'N'],
      ['2', ''],
    ]),
  ).not.toBe(hash(rows))
  expect(hash([['1', null]])).not.toBe(hash([['1', '']]))
})

test('two spellings of a value are one', () => {
  expect(canonical('+007', 'integer')).toBe(canonical('7', 'integer'))
  expect(canonical('1.50', 'decimal')).toBe(canonical('1.5', 'decimal'))
  expect(canonical('15e-1', 'decimal')).toBe(canonical('1.5', 'decimal'))
  expect(canonical('-0.0', 'decimal')).toBe(canonical('0', 'decimal'))
  expect(canonical('1e2', 'float')).toBe(canonical('100', 'float'))
  expect(canonical('-Infinity', 'float')).toBe(canonical('-inf', 'float'))
  expect(canonical('Infinity', 'float')).not.toBe(canonical('-inf', 'float'))
  expect(canonical('true', 'boolean')).toBe(canonical('t', 'boolean'))
  expect(canonical('2024-01-01T10:00:00.100', 'timestamp')).toBe(canonical('2024-01-01 10:00:00.1', 'timestamp'))
  expect(canonical('2024-01-01 12:00:00+02', 'timestamptz')).toBe(canonical('2024-01-01T10:00:00Z', 'timestamptz'))
  expect(canonical('2024-01-01 12:00:00.5+02', 'timestamptz')).not.toBe(
    canonical('2024-01-01T10:00:00Z', 'timestamptz'),
  )
  expect(canonical('A0EE-BC', 'uuid')).toBe(canonical('a0eebc', 'uuid'))
})
