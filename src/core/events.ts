import type { TdbtError } from './errors.ts'
import type { GraphNode } from './nodes.ts'
import type { NodeResult } from './results.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * What a run says while it goes. Rooms emit events and print nothing; cli/ decides what a terminal, a pipe or a JSON log shows.
 */
export type RunEvent =
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly nodeId?: string
      readonly name?: string
      /** The event's fields, for JSON logs. */
      readonly data?: Readonly<Record<string, unknown>>
    }
  /** `print()` of Jinja: goes to standard output even with --quiet. */
  | { readonly type: 'print'; readonly message: string }
  | { readonly type: 'warning'; readonly error: TdbtError }
  | { readonly type: 'run_start'; readonly total: number; readonly threads: number; readonly target: string }
  | {
      readonly type: 'node_start'
      readonly node: GraphNode
      /** What is done with it, where the kind of node does not say it: `freshness` or `load` of a source, `export` of an exposure. */
      readonly action?: string
      readonly index: number
      readonly total: number
    }
  | {
      readonly type: 'node_finish'
      readonly node: GraphNode
      readonly action?: string
      readonly index: number
      readonly total: number
      readonly result: NodeResult
      readonly error?: TdbtError
    }
  | { readonly type: 'run_finish'; readonly results: readonly NodeResult[]; readonly elapsedSeconds: number }
  | { readonly type: 'sql'; readonly connection: string; readonly sql: string; readonly elapsedSeconds?: number }

export type EventSink = (event: RunEvent) => void
