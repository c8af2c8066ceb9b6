import { expect, test } from 'vitest'
import { ResourcePool } from './resource-pool.ts'

interface Thing {
  readonly id: number
  broken: boolean
  closed: boolean
}

function poolOf(max: number, open?: () => Promise<void>) {
  const made: Thing[] = []
  const pool = new ResourcePool<Thing>({
    max,
    open: async () => {
      await open?.()
      const thing = { id: made.length, broken: false, closed: false }
      made.push(thing)
      return thing
    },
    close: async (thing) => {
      thing.closed = true
    },
    usable: (thing) => !thing.broken,
  })
  return { pool, made }
}

test('opens on demand, lends again, and never more than max', async () => {
  const { pool, made } = poolOf(2)
  const first = await pool.acquire()
  await pool.give(first)
  expect(await pool.acquire()).toBe(first)
  const second = await pool.acquire()
  let third: Thing | null = null
  const waiting = pool.acquire().then((thing) => {
    third = thing
  })
  await Promise.resolve()
  expect(third).toBeNull()
  await pool.give(second)
  await waiting
  expect(third).toBe(second)
  expect(made).toHaveLength(2)
})

test('those who wait are served in order', async () => {
  const { pool } = poolOf(1)
  const held = await pool.acquire()
  const order: number[] = []
  const waits = [1, 2, 3].map(async (number) => {
    const thing = await pool.acquire()
    order.push(number)
    await pool.give(thing)
  })
  await pool.give(held)
  await Promise.all(waits)
  expect(order).toEqual([1, 2, 3])
})

test('a broken one is closed and replaced, given back or found idle', async () => {
  const { pool, made } = poolOf(1)
  const first = await pool.acquire()
  first.broken = true
  await pool.give(first)
  const second = await pool.acquire()
  await pool.give(second)
  second.broken = true
  const third = await pool.acquire()
  expect(made.map((thing) => thing.closed)).toEqual([true, true, false])
  expect(third.id).toBe(2)
})

test('a failure to open is the caller’s, and leaves room for the next', async () => {
  let failures = 1
  const { pool } = poolOf(1, async () => {
    if (failures-- > 0) throw new Error('no server')
  })
  const [first, second] = await Promise.allSettled([pool.acquire(), pool.acquire()])
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'no server' } })
  expect(second).toMatchObject({ status: 'fulfilled' })
})

test('a wait ends with its signal; the place in the queue goes', async () => {
  const { pool } = poolOf(1)
  const held = await pool.acquire()
  const controller = new AbortController()
  const waiting = pool.acquire(controller.signal)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'T5008' })
  await expect(pool.acquire(controller.signal)).rejects.toMatchObject({ code: 'T5008' })
  await pool.give(held)
  expect(await pool.acquire()).toBe(held)
})

test('closing closes all, also what is out, and turns waiters away', async () => {
  const { pool, made } = poolOf(1)
  const held = await pool.acquire()
  const waiting = pool.acquire().catch((error: unknown) => error)
  await pool.close()
  await pool.close()
  expect(await waiting).toMatchObject({ code: 'T5008' })
  await pool.give(held)
  expect(made.map((thing) => thing.closed)).toEqual([true])
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'T5008' })
})

test('one that gives up just as it is served leaves its turn to the next', async () => {
  const { pool } = poolOf(1)
  const held = await pool.acquire()
  const abort = new AbortController()
  const first = pool.acquire(abort.signal)
  const second = pool.acquire()
  void pool.give(held)
  abort.abort()
  await expect(first).rejects.toMatchObject({ code: 'T5008' })
  expect(await second).toBe(held)
})
