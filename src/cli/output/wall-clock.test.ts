import { expect, test } from 'vitest'
import { wallClock } from './wall-clock.ts'

test('each moment is told as it would be alone', () => {
  const clock = wallClock()
  const start = new Date(2026, 9, 24, 23, 59, 58, 400).getTime()
  for (const after of [0, 1, 599, 600, 1599, 1600, 1600, 0, 3_600_000, 86_400_000, 7]) {
    const date = new Date(start + after)
    expect(clock(date)).toBe(date.toTimeString().slice(0, 8))
  }
})
