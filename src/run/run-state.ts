import { Connection, createScope, type Runtime, type Scope } from '../compile/index.ts'
import type { Table } from '../context/index.ts'
import type { AdapterResponse, FreshnessResult, JsonObject, NodeStatus, TdbtError, Timing } from '../core/index.ts'
import type { ScriptedModels } from './scripted-models.ts'
import type { BatchSeat } from './test-batch.ts'

/** What a node's work came to, before it is put into dbt's shape. */
export interface NodeOutcome {
  readonly status: NodeStatus
  readonly message: string | null
  readonly adapterResponse?: AdapterResponse
  readonly failures?: number | null
  readonly batchResults?: JsonObject | null
  /** show: the rows. */
  readonly table?: Table
  /** What run_results shows as compiled code, where it is not what compiling gave. */
  readonly compiledCode?: string
  readonly freshness?: FreshnessResult
  /** The error behind status `error`, where the work caught it itself. */
  readonly error?: TdbtError
}

/** The clock of one node's work: each part is timed as dbt names it. */
export class NodeClock {
  readonly timing: Timing[] = []
  readonly startedAt: Date
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
    this.startedAt = now()
  }

  /** Runs a part and notes when it began and ended, however it ended. */
  async time<T>(name: Timing['name'], work: () => Promise<T>): Promise<T> {
    const started = timestamp(this.#now())
    try {
      return await work()
    } finally {
      this.timing.push({ name, started_at: started, completed_at: timestamp(this.#now()) })
    }
  }

  elapsedSeconds(): number {
    return (this.#now().getTime() - this.startedAt.getTime()) / 1000
  }
}

/** ISO 8601 in UTC with microseconds, as dbt writes times. */
export function timestamp(time: Date): string {
  return `${time.toISOString().slice(0, -1)}000Z`
}

/** What the carrying out of one node works with. */
export interface NodeWork {
  /** A data test that is answered together with others: its place among them. */
  readonly seat?: BatchSeat | undefined
  /** Materializations that are known by now; without them the macros do each node's. */
  readonly scripted?: ScriptedModels | undefined
  readonly runtime: Runtime
  readonly scope: Scope
  readonly clock: NodeClock
  /** Told where the executed text went, for messages. */
  executedPath: string | null
}

export interface WithConnectionOptions {
  readonly name: string
  readonly packageName: string
  /** The node, for the query comment. */
  readonly node: object | null
  readonly autocommit?: boolean
}

/** Runs work over a connection of its own, which is closed (and what is open rolled back) however it ends. */
export async function withConnection<T>(
  runtime: Runtime,
  options: WithConnectionOptions,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  let comment: ((sql: string) => string) | undefined
  const connection = new Connection({
    engine: runtime.engine,
    name: options.name,
    comment: (sql) => {
      comment ??= runtime.comments.for(options.name, options.node)
      return comment(sql)
    },
    signal: runtime.signal,
    autocommit: options.autocommit ?? false,
    closed:
      !runtime.invocation.flags.introspect && ['compile', 'docs generate'].includes(runtime.invocation.flags.which),
  })
  let succeeded = false
  try {
    const value = await work(createScope(runtime, connection, options.packageName))
    succeeded = true
    return value
  } finally {
    await connection.close(succeeded)
  }
}
