import { expect, test } from 'vitest'
import { WriteLock } from './write-lock.ts'

test('one at a time, in order; who gave up is passed over; writes are counted', async () => {
  const lock = new WriteLock()
  const [a, b, c] = [{}, {}, {}]
  const order: string[] = []
  await lock.take(a)
  await lock.take(a)
  const second = lock.take(b).catch((error: unknown) => error)
  const third = lock.take(c).then(() => order.push('c'))
  lock.giveUp(b)
  expect(await second).toMatchObject({ code: 'T5008' })
  lock.release(b)
  expect(lock.holds(a)).toBe(true)
  lock.release(a)
  await third
  expect(order).toEqual(['c'])
  expect(lock.writes).toBe(1)
  lock.release(c)
  await lock.take(a)
  expect(lock.writes).toBe(2)
})
