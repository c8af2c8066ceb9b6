import { expect, test } from 'vitest'
import type { DateOrder } from './date-text.ts'
import { ColumnInference } from './infer-column.ts'

function infer(values: readonly string[], limit = 100, order: DateOrder | null = null): string {
  const inference = new ColumnInference(order)
  for (const value of values) inference.add(value)
  const { kind, order: found, outliers } = inference.result(limit)
  return [kind, found, outliers === 0 ? null : `${outliers} outliers`].filter((part) => part !== null).join(' ')
}

const many = (value: string, count = 5000): string[] => Array.from({ length: count }, () => value)

test.each<[string, readonly string[]]>([
  ['bigint', ['1', '-20', '0', '9223372036854775807']],
  ['decimal', ['1', '2.50', '-0.5', '.5']],
  ['decimal', ['99999999999999999999', '1']],
  ['float', ['1.5e-7', '2', '3.25']],
  ['text', ['1e400', '1.5']],
  ['text', ['007', '12']],
  ['text', ['00501', '94105']],
  ['text', ['+4912345']],
  ['text', ['1,000']],
  ['boolean', ['true', 'FALSE', 't', 'f']],
  ['bigint', ['0', '1', '1']],
  ['text', ['yes', 'no']],
  ['date', ['2024-02-29', '2023-01-01']],
  ['text', ['2023-02-29', '2023-01-01']],
  ['date', ['2024/2/9']],
  ['date', ['Jan 1 2000', 'Feb 12, 2001']],
  ['date', ['1 March 2020', '12-Dec-1999']],
  ['timestamp', ['2024-01-01 10:00', '2024-01-01T10:00:00.123']],
  ['timestamp', ['2024-01-01', '2024-01-01 10:00:00']],
  ['timestamptz', ['2024-01-01T10:00:00Z', '2024-01-01 10:00:00+02:00']],
  ['text', ['2024-01-01T10:00:00Z', '2024-01-01 10:00:00']],
  ['time', ['10:00', '9:05:01']],
  ['date dmy', ['13/02/2024', '01/02/2024']],
  ['date mdy', ['02/13/2024', '01/02/2024']],
  ['text', ['01/02/2024', '03/04/2024']],
  ['text', ['13/02/2024', '02/13/2024']],
  ['timestamp mdy', ['2/13/2024 3:04 PM', '1/2/2024 10:00 AM']],
  ['bigint', ['1', 'NA', '3']],
  ['text', ['NA', 'DE', 'FR']],
  ['text', ['NA', 'null']],
  ['text', []],
  ['text', ['1', 'x']],
  ['text', ['192.168.0.1', '10.0.0.1']],
  ['text', ['-']],
])('%s is what a person would call %j', (expected, values) => {
  expect(infer(values)).toBe(expected)
})

test('one mistake in many thousands does not make a column text, one in a hundred does', () => {
  expect(infer([...many('17'), 'abc'])).toBe('bigint 1 outliers')
  expect(infer([...many('17', 100), 'abc'])).toBe('text')
  expect(infer([...many('2024-01-01'), '2024-13-45'])).toBe('date 1 outliers')
  // A wider number, or a code, is no mistake.
  expect(infer([...many('17'), '17.5'])).toBe('decimal')
  expect(infer([...many('17'), '017'])).toBe('text')
  expect(infer([...many('17'), '17.5', 'abc'])).toBe('decimal 1 outliers')
  expect(infer([...many('17'), 'abc'], 0)).toBe('text')
})

test('an order that is given decides', () => {
  expect(infer(['01/02/2024', '03/04/2024'], 100, 'dmy')).toBe('date dmy')
})

test('digits of decimals are counted', () => {
  const inference = new ColumnInference(null)
  for (const value of ['123.4', '-1.2345', '7']) inference.add(value)
  expect(inference.result(0).digits).toEqual({ whole: 3, fraction: 4 })
})
