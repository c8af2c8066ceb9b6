import { describe, expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import { type ConformanceSuite, SCHEMA } from './suite.ts'

/** Texts, results, responses, errors and events. */
export function statementTests(suite: ConformanceSuite): void {
  describe('statements', () => {
    test('a text of several gives the last rows, and the last statement’s response', async () => {
      const result =
        await suite.run(`create table ${SCHEMA}.multi (i integer); insert into ${SCHEMA}.multi values (1), (2);
        select i from ${SCHEMA}.multi order by i; drop table ${SCHEMA}.multi`)
      expect(result.rows).toEqual([[1], [2]])
      expect(result.response).toEqual(suite.words.response('DROP TABLE', 'DROP TABLE', -1))
    })

    test('responses are what dbt makes of the command', async () => {
      await suite.withSession(async (session) => {
        const response = async (sql: string) => (await session.execute(sql)).response
        expect(await response(`create table ${SCHEMA}.r as select 1 as i union all select 2`)).toEqual(
          suite.words.response('SELECT 2', 'SELECT', 2),
        )
        expect(await response(`insert into ${SCHEMA}.r values (3)`)).toEqual(
          suite.words.response('INSERT 0 1', 'INSERT', 1),
        )
        expect(await response(`update ${SCHEMA}.r set i = 0`)).toEqual(suite.words.response('UPDATE 3', 'UPDATE', 3))
        expect(await response(`delete from ${SCHEMA}.r where i = 5`)).toEqual(
          suite.words.response('DELETE 0', 'DELETE', 0),
        )
        expect(await response(`create view ${SCHEMA}.rv as select 1 as i`)).toEqual(
          suite.words.response('CREATE VIEW', 'CREATE VIEW', -1),
        )
        await session.execute(`drop view ${SCHEMA}.rv; drop table ${SCHEMA}.r`)
      })
    })

    test.each(['', '   ', '-- only a comment', ';'])('the text %j without a statement is nothing', async (sql) => {
      expect(await suite.run(sql)).toEqual({
        columns: [],
        rows: [],
        response: { _message: '', code: '', rows_affected: -1 },
      })
    })

    test('parameters are values, not SQL', async () => {
      const nasty = `'; drop schema ${SCHEMA} cascade; --`
      const { rows } = await suite.withSession((session) =>
        session.query(
          'select cast($1 as text), cast($2 as integer), cast($3 as boolean), cast($4 as text), cast($5 as text[])',
          [nasty, 42, true, null, ['a"b', 'c,d', null]],
        ),
      )
      expect(rows).toEqual([[nasty, 42, true, null, ['a"b', 'c,d', null]]])
    })

    test('an error has the server’s words, SQLSTATE, and the place in the SQL', async () => {
      const sql = 'select 1 as a,\n       nope\nfrom (select 2) x'
      const error = await suite.run(sql).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(TdbtError)
      expect(error).toMatchObject({
        code: 'T5003',
        message: expect.stringMatching(suite.words.unknownColumn.message),
        details: { found: suite.words.unknownColumn.found, sql, sqlPosition: { line: 2, column: 8 } },
      })
    })

    test('an error’s detail and hint follow the message', async (context) => {
      if (!suite.words.isPostgres) return context.skip('only Postgres sends them apart from the message')
      const error = await suite
        .run(
          `create table ${SCHEMA}.u (i integer unique); insert into ${SCHEMA}.u values (1); insert into ${SCHEMA}.u values (1)`,
        )
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'T5003', details: { found: '23505' } })
      expect(String(error)).toMatch(/unique constraint "u_i_key"\nDETAIL: {2}Key \(i\)=\(1\) already exists\.$/)
      // One text is one transaction: nothing of it stays.
      expect(await suite.cell(`select to_regclass('${SCHEMA}.u')`)).toBeNull()
    })

    test('a session works on after an error', async () => {
      await suite.withSession(async (session) => {
        const { sql, message } = suite.words.failing
        const failure = session.execute(sql)
        await expect(failure).rejects.toMatchObject({ code: 'T5003' })
        await expect(failure).rejects.toThrow(message)
        expect((await session.execute('select 2')).rows).toEqual([[2]])
      })
    })

    test('notices are events at debug level', async (context) => {
      if (!suite.words.isPostgres) return context.skip('only Postgres has notices')
      suite.events.length = 0
      await suite.run(`do $$ begin raise notice 'hello %', 'world'; end $$`)
      expect(suite.events).toContainEqual({
        type: 'log',
        level: 'debug',
        message: 'NOTICE: hello world',
        nodeId: 'model.conformance.test',
      })
    })

    test('every statement is an event', async () => {
      suite.events.length = 0
      await suite.run('select 11')
      expect(suite.events).toContainEqual({ type: 'sql', connection: 'model.conformance.test', sql: 'select 11' })
    })

    test('statements asked for at once on a session run in order', async () => {
      await suite.withSession(async (session) => {
        const results = await Promise.all([1, 2, 3].map((value) => session.execute(`select ${value}`)))
        expect(results.map((result) => result.rows[0]?.[0])).toEqual([1, 2, 3])
      })
    })

    test('large texts and many rows arrive whole', async () => {
      const long = 'x'.repeat(1_000_000)
      expect(await suite.cell(`select '${long}' || 'é'`)).toBe(`${long}é`)
      const { rows } = await suite.run('select i, md5(cast(i as text)) from generate_series(1, 20000) t(i)')
      expect(rows).toHaveLength(20_000)
      expect(rows.at(-1)?.[0]).toBe(20_000)
    })
  })
}
