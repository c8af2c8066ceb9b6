import { expect, test } from 'vitest'
import { tableDiff } from './table-diff.ts'

const table = (columns: string[], ...rows: (string | null)[][]) => ({ columns, rows })

test('equal tables do not differ, whatever the order of rows and columns', () => {
  expect(tableDiff(table(['a', 'b'], ['1', 'x'], ['2', null]), table(['b', 'a'], [null, '2'], ['x', '1']))).toBeNull()
})

test('how often a row comes matters', () => {
  expect(tableDiff(table(['a'], ['1'], ['1']), table(['a'], ['1']))).toBe('@@ ,a\n   ,1\n---,1')
})

test('changed, missing and extra rows are marked', () => {
  const expected = table(['id', 'name'], ['1', 'ann'], ['2', 'bob'], ['3', null])
  const actual = table(['id', 'name'], ['1', 'ann'], ['2', 'rob'], ['9', 'zoe'])
  expect(tableDiff(expected, actual)).toBe(
    ['@@ ,id,name', '   ,1 ,ann', '→  ,2 ,bob→rob', '---,3 ,NULL', '+++,9 ,zoe'].join('\n'),
  )
})

test('a column that one side lacks is a difference of its own', () => {
  expect(tableDiff(table(['a', 'b'], ['1', '2']), table(['a', 'c'], ['1', '2']))).toBe(
    '--- column b\n+++ column c\n@@,a\n  ,1',
  )
})
