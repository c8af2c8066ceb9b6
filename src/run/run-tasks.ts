/** One thing to do, after others. */
export interface Task {
  readonly id: string
  /** What must have gone well before. */
  readonly after: readonly string[]
  /** What must have ended before, well or not. */
  readonly behind?: readonly string[]
}

/** What the rest of the tasks should do about a finished one. */
export type Verdict = 'go on' | 'skip dependents' | 'stop'

export interface TaskRunOptions<T extends Task> {
  /** Each after those it waits for. */
  readonly tasks: readonly T[]
  /** How many run at once; lanes are numbered from 0. */
  readonly lanes: number
  /** Carries a task out. A rejection (or what `skip` throws) stops everything and is what runTasks rejects with, once nothing runs any more. */
  readonly run: (task: T, lane: number) => Promise<Verdict>
  /** Called instead of `run` for a task some of whose forerunners failed; `causes` are the failed ones, directly or over skipped ones. */
  readonly skip: (task: T, causes: readonly string[]) => void
  /** Called once for each task that did not start since the run was stopped. */
  readonly leave: (task: T) => void
  /** Tasks that a lane may take together. */
  readonly together?: Together<T> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Together<T extends Task> {
  /** Tasks of one key go well together; undefined: the task is carried out alone. */
  readonly keyOf: (task: T) => string | undefined
  /** As `run`, for several tasks of any keys; `done` is told of each as soon as it is. */
  readonly run: (tasks: readonly T[], lane: number, done: (task: T, verdict: Verdict) => void) => Promise<void>
  /** How many at most, at the moment. */
  readonly most: () => number
}

/** Length of the longest chain of tasks that wait for each task, itself included. */
function chainLengths<T extends Task>(tasks: readonly T[]): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>()
  for (let index = tasks.length - 1; index >= 0; index--) {
    const task = tasks[index]
    if (task === undefined) continue
    const own = lengths.get(task.id) ?? 1
    lengths.set(task.id, own)
    for (const before of task.after) lengths.set(before, Math.max(lengths.get(before) ?? 1, own + 1))
  }
  return lengths
}

interface ReadyTask<T> {
  readonly task: T
  readonly rank: number
  readonly order: number
  readonly key: string | undefined
  taken: boolean
}

/** Ready tasks, the one with the longest chain behind it first, then in the order given. */
class ReadyQueue<T> {
  readonly #items: ReadyTask<T>[] = []
  readonly #byKey = new Map<string, Set<ReadyTask<T>>>()
  #keyed = 0
  #alone = 0

  push(task: T, rank: number, order: number, key: string | undefined): void {
    const items = this.#items
    const added: ReadyTask<T> = { task, rank, order, key, taken: false }
    if (key !== undefined) {
      this.#keyed += 1
      const mates = this.#byKey.get(key)
      if (mates === undefined) this.#byKey.set(key, new Set([added]))
      else mates.add(added)
    } else {
      this.#alone += 1
    }
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >> 1
      const item = items[middle]
      // Sorted worst first, so that taking the best is a pop.
      if (item !== undefined && (item.rank < rank || (item.rank === rank && item.order > order))) low = middle + 1
      else high = middle
    }
    items.splice(low, 0, added)
  }

  pop(): T | undefined {
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) {
      if (!item.taken) return this.#take(item)
    }
    return undefined
  }

  /**
   * More tasks for a lane that has one of `key`: all of that key, then, key by key, so many that the lane has its share of what is ready, so that a few
   * long ones do not keep one lane busy while others rest: all, where every other lane has something else to do. At most `most`.
   */
  mates(key: string, lanes: number, most: number): readonly T[] {
    const others = lanes - 1 - this.#alone
    const share = Math.min(most, others <= 0 ? this.#keyed : Math.ceil((this.#keyed + 1) / (2 * (others + 1))) - 1)
    const found: T[] = []
    const takeAll = (items: Iterable<ReadyTask<T>>): void => {
      for (const item of [...items]) if (found.length < most) found.push(this.#take(item))
    }
    takeAll(this.#byKey.get(key) ?? [])
    for (const items of this.#byKey.values()) {
      if (found.length >= share) break
      takeAll(items)
    }
    return found
  }

  #take(item: ReadyTask<T>): T {
    item.taken = true
    if (item.key === undefined) {
      this.#alone -= 1
    } else {
      this.#keyed -= 1
      const mates = this.#byKey.get(item.key)
      mates?.delete(item)
      if (mates?.size === 0) this.#byKey.delete(item.key)
    }
    return item.task
  }
}

/**
 * Runs tasks in as many lanes as asked, each as soon as what it waits for is done, longest remaining chain first. After a stop or an abort no task
 * starts, and the running ones are awaited. Resolves when nothing runs any more.
 */
export async function runTasks<T extends Task>(options: TaskRunOptions<T>): Promise<void> {
  const { tasks, signal } = options
  const lengths = chainLengths(tasks)
  const known = new Map(tasks.map((task) => [task.id, task]))
  const order = new Map(tasks.map((task, index) => [task.id, index]))
  const waiting = new Map<string, Set<string>>()
  const dependents = new Map<string, T[]>()
  const causes = new Map<string, Set<string>>()
  const ready = new ReadyQueue<T>()
  const left = new Set(tasks.map((task) => task.id))
  const enqueue = (task: T): void => {
    // Who is to be skipped goes no way together with others.
    const key = causes.has(task.id) ? undefined : options.together?.keyOf(task)
    ready.push(task, lengths.get(task.id) ?? 1, order.get(task.id) ?? 0, key)
  }
  for (const task of tasks) {
    const before = new Set([...task.after, ...(task.behind ?? [])].filter((id) => known.has(id)))
    waiting.set(task.id, before)
    for (const id of before) {
      const known = dependents.get(id)
      if (known === undefined) dependents.set(id, [task])
      else known.push(task)
    }
    if (before.size === 0) enqueue(task)
  }

  let stopped = false
  let failure: { error: unknown } | undefined
  const finish = (task: T, blame: readonly string[]): void => {
    for (const next of dependents.get(task.id) ?? []) {
      if (blame.length > 0 && next.after.includes(task.id)) {
        const known = causes.get(next.id) ?? new Set<string>()
        for (const id of blame) known.add(id)
        causes.set(next.id, known)
      }
      const before = waiting.get(next.id)
      before?.delete(task.id)
      if (before?.size === 0) enqueue(next)
    }
  }
  const done = (task: T, verdict: Verdict): void => {
    if (verdict === 'stop') stopped = true
    finish(task, verdict === 'skip dependents' ? [task.id] : [])
    wake()
  }
  const lane = async (number: number): Promise<void> => {
    for (;;) {
      if (stopped || signal?.aborted) return
      const task = ready.pop()
      if (task === undefined) {
        if (left.size === 0) return
        await rest()
        continue
      }
      left.delete(task.id)
      const blame = [...(causes.get(task.id) ?? [])]
      try {
        if (blame.length > 0) {
          options.skip(task, blame)
          finish(task, blame)
        } else {
          const all = [task, ...mates(task)]
          for (const mate of all) left.delete(mate.id)
          if (options.together === undefined || all.length === 1) done(task, await options.run(task, number))
          else await options.together.run(all, number, done)
        }
      } catch (error) {
        failure ??= { error }
        stopped = true
      }
      wake()
    }
  }

  const mates = (task: T): readonly T[] => {
    const key = options.together?.keyOf(task)
    if (options.together === undefined || key === undefined) return []
    return ready.mates(key, options.lanes, options.together.most() - 1)
  }

  let sleepers: (() => void)[] = []
  const wake = (): void => {
    const awake = sleepers
    sleepers = []
    for (const resume of awake) resume()
  }
  const rest = (): Promise<void> => new Promise((resolve) => sleepers.push(resolve))
  signal?.addEventListener('abort', wake, { once: true })
  try {
    const count = Math.max(1, Math.min(options.lanes, tasks.length))
    await Promise.all(Array.from({ length: count }, (_, index) => lane(index)))
  } finally {
    signal?.removeEventListener('abort', wake)
  }
  if (failure !== undefined) throw failure.error
  for (const task of tasks) if (left.has(task.id)) options.leave(task)
}
