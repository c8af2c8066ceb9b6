import { expect, test } from 'vitest'
import type { DateOrder } from './date-text.ts'
import { valueReader, valueType } from './value-readers.ts'

const read = (sql: string, text: string, order: DateOrder | null = null): string | null =>
  valueReader(valueType(sql), order)(text)

test.each<[type: string, text: string, value: string | null]>([
  ['integer', '42', '42'],
  ['integer', ' 42 ', '42'],
  ['integer', '12.0', '12'],
  ['integer', '12.5', null],
  ['integer', '2147483647', '2147483647'],
  ['integer', '2147483648', null],
  ['smallint', '-32768', '-32768'],
  ['smallint', '-32769', null],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['bigint', '9223372036854775808', null],
  ['bigint', '-9223372036854775808', '-9223372036854775808'],
  ['bigint', 'abc', null],
  ['bigint', '', null],
  ['numeric', '1e3', '1e3'],
  ['numeric', '.', null],
  ['numeric(6,2)', '1234.56', '1234.56'],
  ['numeric(6,2)', '1234.560', '1234.560'],
  ['numeric(6,2)', '1234.567', null],
  ['numeric(6,2)', '12345', null],
  ['numeric(6,2)', '-0001.5', '-0001.5'],
  ['numeric(6,2)', '12e-2', '0.12'],
  ['numeric(6,2)', '1.5e3', '1500'],
  ['double precision', '1e-7', '1e-7'],
  ['float8', 'NaN', 'NaN'],
  ['float8', '1,5', null],
  ['float8', '1e308', '1e308'],
  ['float8', '1e400', null],
  ['float8', '-Infinity', '-Infinity'],
  ['boolean', 'Yes', 't'],
  ['boolean', '0', 'f'],
  ['boolean', 'maybe', null],
  ['date', '2024-02-29', '2024-02-29'],
  ['date', '2023-02-29', null],
  ['date', '2024-01-01 00:00:00', '2024-01-01'],
  ['date', '2024-01-01 10:00:00', null],
  ['date', '31-Dec-1999', '1999-12-31'],
  ['date', '01/02/2024', null],
  ['timestamp without time zone', '2024-01-01', '2024-01-01 00:00:00'],
  ['timestamp', '2024-01-01T10:00:00.1234567Z', '2024-01-01 10:00:00.123456'],
  ['timestamp', '2024-01-01 10:00:00+02', null],
  ['timestamp', '2024-01-01 25:00:00', null],
  ['timestamp with time zone', '2024-01-01 10:00', '2024-01-01 10:00:00+00:00'],
  ['timestamptz', '2024-01-01T10:00:00-0330', '2024-01-01 10:00:00-03:30'],
  ['time', '9:05 pm', '21:05:00'],
  ['time', '24:00', null],
  ['text', 'anything', 'anything'],
  ['text', 'a\0b', null],
  ['character varying(3)', 'añb', 'añb'],
  ['varchar(3)', 'abcd', null],
  ['varchar(2)', '🎉🎉', '🎉🎉'],
  ['varchar(3)', 'abc   ', 'abc   '],
  ['char', 'ab', null],
  ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['uuid', 'a0eebc99', null],
  ['jsonb', '{"a": [1]}', '{"a": [1]}'],
  ['json', '{a: 1}', null],
  ['inet', 'left to the engine', 'left to the engine'],
])('%s takes %j as %j', (type, text, value) => {
  expect(read(type, text)).toBe(value)
})

test('dates of unclear order are read in the order that is given', () => {
  expect(read('date', '01/02/2024', 'dmy')).toBe('2024-02-01')
  expect(read('date', '01/02/2024', 'mdy')).toBe('2024-01-02')
  expect(read('date', '13/02/2024', 'mdy')).toBeNull()
  expect(read('timestamp', '1.2.2024 7:05', 'dmy')).toBe('2024-02-01 07:05:00')
})
