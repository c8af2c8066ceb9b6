import { expect, test } from 'vitest'
import type { CellKind, ResultColumn } from '../adapters/interface.ts'
import { jsonLineWriter } from './json-lines.ts'

function line(columns: readonly (readonly [name: string, type: string, kind: CellKind])[], cells: readonly string[]) {
  return jsonLineWriter(columns.map(([name, type, kind]): ResultColumn => ({ name, type, kind })))(cells)
}

test('JSON is JSON and on one line, whichever engine it is from', () => {
  const cell = '{"a":\n 1.10}'
  expect(line([['j', 'jsonb', 'json']], [cell])).toBe('{"j":{"a":  1.10}}\n')
  expect(line([['j', 'JSON', 'text']], [cell])).toBe('{"j":{"a":  1.10}}\n')
  expect(line([['j', 'VARCHAR', 'text']], [cell])).toBe('{"j":"{\\"a\\":\\n 1.10}"}\n')
})

test('numbers that JSON has no word for are texts, spelled alike', () => {
  const float = ['f', 'double', 'float'] as const
  for (const [written, expected] of [
    ['nan', '"NaN"'],
    ['NaN', '"NaN"'],
    ['inf', '"Infinity"'],
    ['-inf', '"-Infinity"'],
    ['-Infinity', '"-Infinity"'],
    ['1e+20', '1e+20'],
    ['-0.5', '-0.5'],
  ] as const)
    expect(line([float], [written])).toBe(`{"f":${expected}}\n`)
})
