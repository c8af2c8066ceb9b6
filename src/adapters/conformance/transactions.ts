import { describe, expect, test } from 'vitest'
import { type ConformanceSuite, SCHEMA } from './suite.ts'

/** What is open, what rolls back, and what a released session leaves behind. */
export function transactionTests(suite: ConformanceSuite): void {
  describe('transactions', () => {
    test('the session says whether one is open', async () => {
      await suite.withSession(async (session) => {
        expect(session.inTransaction).toBe(false)
        await session.begin()
        expect(session.inTransaction).toBe(true)
        await session.execute('select 1')
        await session.commit()
        expect(session.inTransaction).toBe(false)
        await session.execute('begin; select 1')
        expect(session.inTransaction).toBe(true)
        await session.rollback()
        expect(session.inTransaction).toBe(false)
      })
    })

    test('a text may open its transaction itself; its errors keep their place', async () => {
      await suite.withSession(async (session) => {
        expect((await session.execute('select 1', { begin: true })).rows).toEqual([[1]])
        expect(session.inTransaction).toBe(true)
        expect((await session.execute('select 2', { begin: true })).rows).toEqual([[2]])
        await session.commit()
        const error = await session.execute('select nope', { begin: true }).catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({
          message: expect.stringMatching(/nope[\s\S]*\nLINE 1: select nope\n {15}\^$/),
          details: { sql: 'select nope', sqlPosition: { line: 1, column: 8 } },
        })
        expect(session.inTransaction).toBe(true)
        await session.rollback()
        await session.execute('selec', { begin: true }).catch(() => {})
        await session.rollback()
        expect(session.inTransaction).toBe(false)
      })
    })

    test('what is sent ahead is answered in order, each with its own failure', async () => {
      await suite.withSession(async (session) => {
        if (session.send === undefined) return
        const answers = await Promise.allSettled([
          session.send('select 1', { apart: true }),
          session.send('select nope', { apart: true }),
          session.send('select 2; select 3', { apart: true }),
          session.send('selec', { apart: true }),
          session.send('select 4', { apart: true }),
          session.send('select 5'),
          session.send('rollback'),
        ])
        expect(
          answers.map((each) => (each.status === 'fulfilled' ? each.value.rows : String(each.reason.message))),
        ).toEqual([
          [[1]],
          'column "nope" does not exist\nLINE 1: select nope\n               ^',
          [[3]],
          expect.stringContaining('syntax error at or near "selec"'),
          [[4]],
          [[5]],
          [],
        ])
        expect(session.inTransaction).toBe(false)
      })
    })

    test('a transaction sent ahead fails as a whole, and a statement that waits its turn comes after it', async () => {
      await suite.withSession(async (session) => {
        if (session.send === undefined) return
        const sent = [
          session.send(`create table ${SCHEMA}.ahead as select 1 as i`, { begin: true }),
          session.send('select 1 / 0'),
          session.send(`alter table ${SCHEMA}.ahead rename to before`),
          session.send('commit'),
        ]
        const after = session.execute(`select to_regclass('${SCHEMA}.before') is null as gone`)
        const answers = await Promise.allSettled(sent)
        expect(answers.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
        expect(answers[1]).toMatchObject({ reason: { code: 'T5003', details: { sql: 'select 1 / 0' } } })
        expect(answers[3]).toMatchObject({ value: { response: { code: 'ROLLBACK' } } })
        expect((await after).rows).toEqual([[true]])
        expect(session.inTransaction).toBe(false)
      })
    })

    test('reset takes settings and temporary tables away, outside a transaction only', async () => {
      await suite.withSession(async (session) => {
        const setting = suite.words.setting(66)
        const remains = `select ${suite.words.exists('t_reset')}, ${setting.isSet}`
        await session.execute(`create temporary table t_reset (i integer); ${setting.set}`)
        await session.begin()
        await session.reset?.()
        expect((await session.execute(remains)).rows).toEqual([[true, true]])
        await session.commit()
        await session.reset?.()
        expect((await session.execute(remains)).rows).toEqual([[false, false]])
      })
    })

    test('DDL and its rows roll back together', async () => {
      if (!suite.engine.adapter.capabilities.transactionalDdl) return
      await suite.withSession(async (session) => {
        await session.execute(`create table ${SCHEMA}.keep as select 1 as i`)
        await session.begin()
        await session.execute(`create table ${SCHEMA}.gone as select 1 as i; alter table ${SCHEMA}.keep rename to kept`)
        await session.rollback()
        const { rows } = await session.execute(
          `select ${suite.words.exists('gone', SCHEMA)}, ${suite.words.exists('keep', SCHEMA)}`,
        )
        expect(rows).toEqual([[false, true]])
        await session.execute(`drop table ${SCHEMA}.keep`)
      })
    })

    test('a commit after a failed statement is an error, not a quiet rollback', async () => {
      await suite.withSession(async (session) => {
        await session.begin()
        await session.execute(suite.words.failing.sql).catch(() => {})
        expect(session.inTransaction).toBe(true)
        const found = suite.words.abortedTransaction
        await expect(session.execute('select 1')).rejects.toMatchObject({ details: { found } })
        await expect(session.commit()).rejects.toMatchObject({ code: 'T5003' })
        expect(session.inTransaction).toBe(false)
      })
    })

    test('release rolls back what is open', async () => {
      const session = await suite.engine.acquire('model.conformance.left_open')
      await session.begin()
      await session.execute(`create table ${SCHEMA}.left_open (i integer)`)
      await session.release()
      await session.release()
      expect(await suite.cell(`select ${suite.words.exists('left_open', SCHEMA)}`)).toBe(false)
      await expect(session.execute('select 1')).rejects.toMatchObject({ code: 'T0001' })
    })

    test('settings and temporary tables do not reach the next session', async () => {
      for (let round = 0; round < 4; round++) {
        await suite.withSession(async (session) => {
          const setting = suite.words.setting(77)
          const { rows } = await session.execute(`select ${suite.words.exists('leftover')}, ${setting.isSet}`)
          expect(rows).toEqual([[false, false]])
          await session.execute(`create temporary table leftover (i integer); ${setting.set}`)
        })
      }
    })
  })
}
