import { afterAll, beforeAll, describe } from 'vitest'
import type { RunEvent } from '../core/index.ts'
import { bulkLoadTests } from './conformance/bulk-load.ts'
import { catalogTests } from './conformance/catalog.ts'
import { dialectTests } from './conformance/dialect.ts'
import { postgresWords } from './conformance/postgres-words.ts'
import { sessionTests } from './conformance/sessions.ts'
import { statementTests } from './conformance/statements.ts'
import { type ConformanceEngine, type ConformanceRequest, type ConformanceSuite, SCHEMA } from './conformance/suite.ts'
import { transactionTests } from './conformance/transactions.ts'
import { valueTests } from './conformance/values.ts'
import type { Session } from './interface.ts'

export { duckdbWords } from './conformance/duckdb-words.ts'
export type { ConformanceEngine, ConformanceRequest } from './conformance/suite.ts'

/**
 * What any engine must do for tdbt, as vitest tests. `open` may be called again while the first engine is open, and must give each
 * a place of its own then or share one server. What an engine says it cannot do (capabilities) is not asked of it.
 */
export function adapterConformance(
  name: string,
  open: (request: ConformanceRequest) => Promise<ConformanceEngine>,
): void {
  describe(`conformance of ${name}`, () => {
    const events: RunEvent[] = []
    let opened: ConformanceEngine | undefined

    const current = (): ConformanceEngine => {
      if (opened === undefined) throw new Error(`the engine of ${name} is not open`)
      return opened
    }

    async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
      const session = await current().engine.acquire('model.conformance.test')
      try {
        return await work(session)
      } finally {
        await session.release()
      }
    }

    const suite: ConformanceSuite = {
      get engine() {
        return current().engine
      },
      get database() {
        return current().database
      },
      get words() {
        return current().words ?? postgresWords
      },
      events,
      open,
      withSession,
      run: (sql) => withSession((session) => session.execute(sql)),
      cell: async (sql) => (await suite.run(sql)).rows[0]?.[0],
    }

    beforeAll(async () => {
      opened = await open({ emit: (event) => events.push(event), threads: 3 })
      await suite.run(`drop schema if exists ${SCHEMA} cascade; create schema ${SCHEMA}`)
    })

    afterAll(async () => {
      await opened?.engine.close()
    })

    valueTests(suite)
    dialectTests(suite)
    statementTests(suite)
    transactionTests(suite)
    catalogTests(suite)
    bulkLoadTests(suite)
    sessionTests(suite)
  })
}
