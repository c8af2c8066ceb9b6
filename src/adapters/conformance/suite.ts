import type { RunEvent } from '../../core/index.ts'
import type { Cell, Engine, QueryResult, Session } from '../interface.ts'
import type { EngineWords } from './engine-words.ts'

/** What the suite wants opened: an engine on a place of its own, where it may make schemas as it likes. */
export interface ConformanceRequest {
  readonly emit: (event: RunEvent) => void
  readonly threads: number
  /** Timeout of every statement, when given. */
  readonly statementTimeoutMs?: number
}

export interface ConformanceEngine {
  readonly engine: Engine
  readonly database: string
  /** How the engine says what SQL leaves to it; Postgres's words when left out. */
  readonly words?: EngineWords
}

/** What the tests of the suite share: the engine once it is open, and short ways to use it. */
export interface ConformanceSuite {
  readonly engine: Engine
  readonly database: string
  readonly words: EngineWords
  /** Everything emitted; tests empty it. */
  readonly events: RunEvent[]
  open(request: ConformanceRequest): Promise<ConformanceEngine>
  withSession<T>(work: (session: Session) => Promise<T>): Promise<T>
  run(sql: string): Promise<QueryResult>
  /** The first cell of the first row. */
  cell(sql: string): Promise<Cell | undefined>
}

/** The schema that the suite makes for itself. */
export const SCHEMA = 'conformance'

/** Waits until the statement is on its way, and a moment for the server to have it. */
export async function started(events: RunEvent[], sql: string): Promise<void> {
  while (!events.some((event) => event.type === 'sql' && event.sql === sql)) await pause(10)
  events.length = 0
  await pause(150)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
