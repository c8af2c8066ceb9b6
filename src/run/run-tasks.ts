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
  readonly signal?: AbortSignal | undefined
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

/** Ready tasks, the one with the longest chain behind it first, then in the order given. */
class ReadyQueue<T> {
  readonly #items: { task: T; rank: number; order: number }[] = []

  push(task: T, rank: number, order: number): void {
    const items = this.#items
    let low = 0
    let high = items.length
    while (low < high) {
      const middle = (low + high) >> 1
      const item = items[middle]
      // Sorted worst first, so that taking the best is a pop.
      if (item !== undefined && (item.rank < rank || (item.rank === rank && item.order > order))) low = middle + 1
      else high = middle
    }
    items.splice(low, 0, { task, rank, order })
  }

  pop(): T | undefined {
    return this.#items.pop()?.task
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
  const enqueue = (task: T): void => ready.push(task, lengths.get(task.id) ?? 1, order.get(task.id) ?? 0)
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
  const lane = async (number: number, wake: () => void, rest: () => Promise<void>): Promise<void> => {
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
          const verdict = await options.run(task, number)
          if (verdict === 'stop') stopped = true
          finish(task, verdict === 'skip dependents' ? [task.id] : [])
        }
      } catch (error) {
        failure ??= { error }
        stopped = true
      }
      wake()
    }
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
    await Promise.all(Array.from({ length: count }, (_, index) => lane(index, wake, rest)))
  } finally {
    signal?.removeEventListener('abort', wake)
  }
  if (failure !== undefined) throw failure.error
  for (const task of tasks) if (left.has(task.id)) options.leave(task)
}
