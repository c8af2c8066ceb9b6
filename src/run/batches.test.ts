import { expect, test } from 'vitest'
import {
  type BatchSize,
  type BatchWindow,
  batchesOf,
  batchId,
  batchLabel,
  batchSizeOf,
  ceiling,
  offset,
  truncate,
} from './batches.ts'

const time = (text: string) => new Date(`${text}Z`)
const iso = (date: Date) => date.toISOString().slice(0, 16)

// The examples of dbt's documentation of its batch builder.
test.each<[BatchSize, string, string, string]>([
  ['hour', '2024-09-17T16:00', '2024-09-17T15:00', '2024-09-17T17:00'],
  ['day', '2024-09-17T00:00', '2024-09-16T00:00', '2024-09-18T00:00'],
  ['month', '2024-09-01T00:00', '2024-08-01T00:00', '2024-10-01T00:00'],
  ['year', '2024-01-01T00:00', '2023-01-01T00:00', '2025-01-01T00:00'],
])('periods of a %s', (size, start, before, after) => {
  const at = time('2024-09-17T16:06:00')
  expect(iso(truncate(at, size))).toBe(start)
  expect(iso(offset(at, size, -1))).toBe(before)
  expect(iso(offset(at, size, 1))).toBe(after)
  expect(iso(ceiling(at, size))).toBe(after)
  expect(iso(ceiling(truncate(at, size), size))).toBe(start)
})

const window = (changes: Partial<BatchWindow>): BatchWindow => ({
  modelName: 'm',
  size: 'day',
  incremental: false,
  from: null,
  to: null,
  begin: time('2024-01-30T10:00:00'),
  lookback: 1,
  now: time('2024-02-02T05:00:00'),
  ...changes,
})
const spans = (changes: Partial<BatchWindow>) =>
  batchesOf(window(changes)).map(({ start, end }) => [iso(start), iso(end)])

test('a first run goes from begin to the end of today', () => {
  expect(spans({})).toEqual([
    ['2024-01-30T00:00', '2024-01-31T00:00'],
    ['2024-01-31T00:00', '2024-02-01T00:00'],
    ['2024-02-01T00:00', '2024-02-02T00:00'],
    ['2024-02-02T00:00', '2024-02-03T00:00'],
  ])
})

test('a later run takes the current period and the lookback', () => {
  expect(spans({ incremental: true })).toEqual([
    ['2024-02-01T00:00', '2024-02-02T00:00'],
    ['2024-02-02T00:00', '2024-02-03T00:00'],
  ])
})

test('a window given on the command line wins, and its end is the end of the last batch', () => {
  expect(spans({ incremental: true, from: time('2024-01-01T09:30:00'), to: time('2024-01-02T00:00:00') })).toEqual([
    ['2024-01-01T00:00', '2024-01-02T00:00'],
  ])
})

test('a first run without begin is an error, and so is an unknown size', () => {
  expect(() => batchesOf(window({ begin: null }))).toThrow("requires a 'begin'")
  expect(() => batchSizeOf('week', 'm')).toThrow("'batch_size'")
})

test('labels and ids', () => {
  const at = time('2024-09-07T06:00:00')
  expect((['hour', 'day', 'month', 'year'] as const).map((size) => batchLabel(at, size))).toEqual([
    '2024-09-07T06',
    '2024-09-07',
    '2024-09',
    '2024',
  ])
  expect(batchId(at, 'hour')).toBe('20240907T06')
})
