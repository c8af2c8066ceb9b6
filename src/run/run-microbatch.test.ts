import { expect, test } from 'vitest'
import { dateOf, sampleWindow } from './run-microbatch.ts'

const now = new Date('2024-03-31T16:06:00Z')
const start = (sample: string) => sampleWindow(sample, now)?.start.toISOString().slice(0, 16)

test('--sample spans back from now; a month without the day ends on its last', () => {
  expect(start('3 hours')).toBe('2024-03-31T13:06')
  expect(start('1 day')).toBe('2024-03-30T16:06')
  expect(start('1 month')).toBe('2024-02-29T16:06')
  expect(start('2 years')).toBe('2022-03-31T16:06')
  expect(sampleWindow(null, now)).toBeUndefined()
})

test('--sample may be a window, and must be one of both', () => {
  const window = sampleWindow("{'start': '2024-01-01', 'end': '2024-01-05 12:00:00'}", now)
  expect(window).toEqual({ start: new Date('2024-01-01T00:00:00Z'), end: new Date('2024-01-05T12:00:00Z') })
  expect(() => sampleWindow('three days', now)).toThrow('--sample cannot be read')
})

test('dates without a zone are UTC', () => {
  expect(dateOf('2024-01-01', 'x')?.toISOString()).toBe('2024-01-01T00:00:00.000Z')
  expect(dateOf('2024-01-01 10:00:00+02:00', 'x')?.toISOString()).toBe('2024-01-01T08:00:00.000Z')
  expect(dateOf(null, 'x')).toBeNull()
  expect(() => dateOf('soon', 'begin of m')).toThrow('begin of m is no date')
})
