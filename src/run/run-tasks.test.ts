import { expect, test } from 'vitest'
import { runTasks, type Task, type Verdict } from './run-tasks.ts'

interface Log {
  readonly started: string[]
  readonly skipped: string[]
  readonly left: string[]
}

async function go(
  tasks: readonly Task[],
  lanes: number,
  verdicts: Readonly<Record<string, Verdict | Promise<Verdict>>> = {},
  signal?: AbortSignal,
): Promise<Log> {
  const log: Log = { started: [], skipped: [], left: [] }
  await runTasks({
    tasks,
    lanes,
    signal,
    run: async (task) => {
      log.started.push(task.id)
      await Promise.resolve()
      return (await verdicts[task.id]) ?? 'go on'
    },
    skip: (task, causes) => log.skipped.push(`${task.id} by ${causes.join(',')}`),
    leave: (task) => log.left.push(task.id),
  })
  return log
}

const task = (id: string, ...after: string[]): Task => ({ id, after })

test('one lane goes in topological order, the longest chain first', async () => {
  const tasks = [task('alone'), task('a'), task('b', 'a'), task('c', 'b'), task('d', 'a')]
  expect((await go(tasks, 1)).started).toEqual(['a', 'b', 'alone', 'c', 'd'])
})

test('never more at once than lanes, and no task before its forerunners', async () => {
  const tasks = Array.from({ length: 40 }, (_, i) => task(`t${i}`, ...(i >= 4 ? [`t${i - 4}`, `t${i - 3}`] : [])))
  const done = new Set<string>()
  let running = 0
  let most = 0
  await runTasks({
    tasks,
    lanes: 3,
    run: async (each) => {
      for (const before of each.after) expect(done.has(before)).toBe(true)
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      done.add(each.id)
      return 'go on'
    },
    skip: () => expect.unreachable(),
    leave: () => expect.unreachable(),
  })
  expect(done.size).toBe(40)
  expect(most).toBe(3)
})

test('what depends on a failed task is skipped, with the failed one named over several steps; the rest goes on', async () => {
  const tasks = [task('bad'), task('x', 'bad'), task('y', 'x', 'ok'), task('ok'), task('z', 'ok')]
  const log = await go(tasks, 2, { bad: 'skip dependents' })
  expect(log.started.sort()).toEqual(['bad', 'ok', 'z'])
  expect(log.skipped).toEqual(['x by bad', 'y by bad'])
  expect(log.left).toEqual([])
})

test('what only has to come behind a failed task runs all the same', async () => {
  const log = await go([task('bad'), { id: 'next', after: [], behind: ['bad'] }], 4, { bad: 'skip dependents' })
  expect(log).toEqual({ started: ['bad', 'next'], skipped: [], left: [] })
})

test('a stop leaves what has not started', async () => {
  const log = await go([task('a'), task('b', 'a'), task('c')], 1, { a: 'stop' })
  expect(log).toEqual({ started: ['a'], skipped: [], left: ['b', 'c'] })
})

test('an abort waits for what runs and starts nothing more', async () => {
  const controller = new AbortController()
  let release: (verdict: Verdict) => void = () => undefined
  const held = new Promise<Verdict>((resolve) => {
    release = resolve
  })
  const running = go([task('a'), task('b', 'a'), task('c')], 2, { a: held }, controller.signal)
  await Promise.resolve()
  controller.abort()
  release('go on')
  const log = await running
  expect(log.started).toEqual(['a', 'c'])
  expect(log.left).toEqual(['b'])
})

test('a rejection is what the whole rejects with, after the others have ended', async () => {
  let other = false
  const failing = runTasks({
    tasks: [task('a'), task('b'), task('c', 'a')],
    lanes: 2,
    run: async (each) => {
      if (each.id === 'a') throw new Error('boom')
      await new Promise((resolve) => setImmediate(resolve))
      other = true
      return 'go on'
    },
    skip: () => undefined,
    leave: () => undefined,
  })
  await expect(failing).rejects.toThrow('boom')
  expect(other).toBe(true)
})

test('an error while skipping is thrown too, after what runs has ended', async () => {
  const ended: string[] = []
  const run = runTasks({
    tasks: [task('bad'), task('slow'), task('after', 'bad')],
    lanes: 2,
    run: async (each) => {
      for (let turn = 0; turn < (each.id === 'slow' ? 20 : 1); turn++) await Promise.resolve()
      ended.push(each.id)
      return each.id === 'bad' ? 'skip dependents' : 'go on'
    },
    skip: () => {
      throw new Error('no place to write')
    },
    leave: () => undefined,
  })
  await expect(run).rejects.toThrow('no place to write')
  expect(ended).toEqual(['bad', 'slow'])
})

test('tasks of one key go together, with more of what is ready; who is to be skipped does not', async () => {
  const tasks = [
    task('bad'),
    task('after-bad', 'bad'),
    ...Array.from({ length: 9 }, (_, i) => task(`${'abc'[i % 3]}${i}`, 'bad-not')),
    task('alone'),
  ]
  const trips: string[][] = []
  const skipped: string[] = []
  await runTasks({
    tasks,
    lanes: 1,
    run: async (each) => {
      trips.push([each.id])
      return each.id === 'bad' ? 'skip dependents' : 'go on'
    },
    skip: (each) => skipped.push(each.id),
    leave: () => expect.unreachable(),
    together: {
      most: () => 5,
      keyOf: ({ id }) => (id === 'alone' || id === 'bad' ? undefined : id.slice(0, 1)),
      run: async (all, _, done) => {
        trips.push(all.map(({ id }) => id))
        for (const each of all) done(each, 'go on')
      },
    },
  })
  expect(skipped).toEqual(['after-bad'])
  expect(trips).toEqual([['bad'], ['a0', 'a3', 'a6', 'b1', 'b4'], ['c2', 'c5', 'c8', 'b7'], ['alone']])
})

test('verdicts of tasks that went together are each its own', async () => {
  const tasks = [task('a1'), task('a2'), task('x', 'a1'), task('y', 'a2')]
  const log: string[] = []
  await runTasks({
    tasks,
    lanes: 2,
    run: async ({ id }) => {
      log.push(`ran ${id}`)
      return 'go on'
    },
    skip: ({ id }, causes) => log.push(`skipped ${id} by ${causes.join()}`),
    leave: () => expect.unreachable(),
    together: {
      most: () => 10,
      keyOf: ({ id }) => (id.startsWith('a') ? 'a' : undefined),
      run: async (all, _, done) => {
        for (const each of all) done(each, each.id === 'a1' ? 'skip dependents' : 'go on')
      },
    },
  })
  expect(log.sort()).toEqual(['ran y', 'skipped x by a1'])
})

/** The trips of 24 tasks of six keys, in four lanes, beside so many tasks that go alone. */
async function trips(alone: number): Promise<readonly number[]> {
  const sizes: number[] = []
  await runTasks({
    tasks: [
      ...Array.from({ length: 24 }, (_, index) => task(`k${index}`)),
      ...Array.from({ length: alone }, (_, index) => task(`alone${index}`)),
    ],
    lanes: 4,
    run: async () => 'go on',
    skip: () => expect.unreachable(),
    leave: () => expect.unreachable(),
    together: {
      most: () => 50,
      keyOf: ({ id }) => (id.startsWith('k') ? `k${Number(id.slice(1)) % 6}` : undefined),
      run: async (all, _, done) => {
        sizes.push(all.length)
        for (const each of all) done(each, 'go on')
      },
    },
  })
  return sizes
}

test('a lane takes its share of what is ready, and all where the others have something else to do', async () => {
  const shared = await trips(0)
  expect(shared.reduce((sum, size) => sum + size)).toBe(24)
  expect(Math.max(...shared)).toBe(4)
  expect(await trips(3)).toEqual([24])
})

test('who waits for one of those that went together starts when it is done, not when all are', async () => {
  const log: string[] = []
  let release: () => void = () => undefined
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  await runTasks({
    tasks: [task('a1'), task('a2'), task('after', 'a1')],
    lanes: 2,
    run: async ({ id }) => {
      log.push(id)
      release()
      return 'go on'
    },
    skip: () => expect.unreachable(),
    leave: () => expect.unreachable(),
    together: {
      most: () => 10,
      keyOf: ({ id }) => (id.startsWith('a') && id !== 'after' ? 'a' : undefined),
      run: async (all, _, done) => {
        const [first, ...others] = all
        if (first !== undefined) done(first, 'go on')
        await slow
        for (const each of others) {
          log.push(each.id)
          done(each, 'go on')
        }
      },
    },
  })
  expect(log).toEqual(['after', 'a2'])
})
