import { expect, test } from 'vitest'
import { BatchPace } from './test-batch.ts'

test('statements that take long are made smaller, and larger again when they do not', () => {
  const pace = new BatchPace()
  expect([pace.most, pace.isSlow]).toEqual([32, false])
  pace.tell(32, 900)
  expect(pace.most).toBe(32)
  pace.tell(32, 8000)
  expect([pace.most, pace.isSlow]).toEqual([4, true])
  pace.tell(1, 60_000)
  expect(pace.most).toBe(1)
  // Another slow one, of more parts, that was sent before.
  pace.tell(32, 4000)
  expect(pace.most).toBe(1)
  pace.tell(1, 700)
  expect(pace.most).toBe(1)
  pace.tell(1, 0)
  expect(pace.most).toBe(2)
  for (let round = 0; round < 6; round++) pace.tell(pace.most, 3)
  expect([pace.most, pace.isSlow]).toEqual([32, false])
})
