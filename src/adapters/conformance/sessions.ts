import { describe, expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import type { Session } from '../interface.ts'
import { type ConformanceSuite, started } from './suite.ts'

/** Sessions side by side, cancelling, timeouts, lost connections and closing. */
export function sessionTests(suite: ConformanceSuite): void {
  describe('sessions', () => {
    test('sessions work side by side, as many as the engine says', async () => {
      const count = suite.engine.maxSessions
      const sessions = await Promise.all(
        Array.from({ length: count }, (_, index) => suite.engine.acquire(`model.conformance.s${index}`)),
      )
      await Promise.all(sessions.map((session) => session.begin()))
      const values = await Promise.all(sessions.map((session, index) => session.execute(`select ${index}`)))
      expect(values.map((value) => value.rows[0]?.[0])).toEqual(sessions.map((_, index) => index))
      expect(new Set(sessions.map((session) => session.name)).size).toBe(count)
      await Promise.all(sessions.map((session) => session.release()))
    })

    test('who asks for more waits, and may give up', async () => {
      const held: Session[] = []
      const waiting: Promise<Session>[] = []
      // The pool may lend one more than it says.
      for (let index = 0; index < suite.engine.maxSessions + 1; index++)
        waiting.push(suite.engine.acquire('model.conformance.many'))
      held.push(await Promise.race(waiting))
      const controller = new AbortController()
      const late = suite.engine.acquire('model.conformance.late', controller.signal)
      controller.abort()
      await expect(late).rejects.toMatchObject({ code: 'T5008' })
      for (const session of held) await session.release()
      for (const each of waiting) await (await each).release()
      expect(await suite.cell('select 1')).toBe(1)
    })

    test('cancel stops a statement with T5008', async () => {
      if (!suite.engine.adapter.capabilities.cancel) return
      const session = await suite.engine.acquire('model.conformance.endless')
      const running = session.execute(suite.words.endless).catch((thrown: unknown) => thrown)
      await started(suite.events, suite.words.endless)
      await session.cancel()
      expect(await running).toMatchObject({ code: 'T5008' })
      await session.release()
      expect(await suite.cell('select 1')).toBe(1)
    })

    test('cancelAll stops every session', async () => {
      if (!suite.engine.adapter.capabilities.cancel) return
      const count = Math.min(2, suite.engine.maxSessions)
      const sessions = await Promise.all(
        Array.from({ length: count }, () => suite.engine.acquire('model.conformance.endless')),
      )
      const runs = sessions.map((session) => session.execute(suite.words.endless).catch((thrown: unknown) => thrown))
      await started(suite.events, suite.words.endless)
      await suite.engine.cancelAll()
      for (const result of await Promise.all(runs)) expect(result).toMatchObject({ code: 'T5008' })
      await Promise.all(sessions.map((session) => session.release()))
    })

    test('a session whose connection is ended fails with T5001 or T5008, and the next one works', async () => {
      const session = await suite.engine.acquire('model.conformance.killed')
      if (suite.engine.maxSessions > 1 && suite.words.isPostgres) {
        const pid = (await session.execute('select pg_backend_pid()')).rows[0]?.[0]
        const running = session.execute(suite.words.endless).catch((thrown: unknown) => thrown)
        await started(suite.events, suite.words.endless)
        await suite.run(`select pg_terminate_backend(${String(pid)})`)
        expect(await running).toMatchObject({ code: 'T5001' })
      } else {
        const running = session.execute(suite.words.endless).catch((thrown: unknown) => thrown)
        await started(suite.events, suite.words.endless)
        await session.cancel()
        expect(await running).toMatchObject({ code: 'T5008' })
      }
      await session.rollback()
      await session.release()
      expect(await suite.cell('select 1')).toBe(1)
    })

    test('a statement past the timeout fails with T5006', async () => {
      if (!suite.engine.adapter.capabilities.statementTimeout) return
      const { engine: impatient } = await suite.open({ emit: () => {}, threads: 1, statementTimeoutMs: 300 })
      try {
        const session = await impatient.acquire('model.conformance.slow')
        await expect(session.execute(suite.words.endless)).rejects.toMatchObject({ code: 'T5006' })
        await session.release()
        const next = await impatient.acquire('model.conformance.quick')
        expect((await next.execute('select 1')).rows).toEqual([[1]])
        await next.release()
      } finally {
        await impatient.close()
      }
    })

    test('describe tells the server’s version', async () => {
      const facts = await suite.engine.describe()
      expect(facts.map(([label]) => label)).toEqual(expect.arrayContaining(['database', 'server']))
      expect(facts.every(([, value]) => value !== '')).toBe(true)
    })

    test('close is idempotent, ends what runs, and turns later callers away', async () => {
      const { engine: closing } = await suite.open({ emit: (event) => suite.events.push(event), threads: 2 })
      const session = await closing.acquire('model.conformance.closing')
      const running = session.execute(suite.words.endless).catch((thrown: unknown) => thrown)
      await started(suite.events, suite.words.endless)
      await Promise.all([closing.close(), closing.close()])
      expect(await running).toBeInstanceOf(TdbtError)
      await expect(closing.acquire('model.conformance.after')).rejects.toBeInstanceOf(TdbtError)
      await session.release()
    })
  })
}
