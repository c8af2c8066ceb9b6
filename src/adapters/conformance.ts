import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunEvent, TdbtError } from '../core/index.ts'
import type { Cell, Engine, QueryResult, Session } from './interface.ts'

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
}

const SCHEMA = 'conformance'

/**
 * What any engine must do for tdbt, as vitest tests. `open` may be called more than once while the first engine is open. What an
 * engine says it cannot do (capabilities) is not asked of it.
 */
export function adapterConformance(
  name: string,
  open: (request: ConformanceRequest) => Promise<ConformanceEngine>,
): void {
  describe(`conformance of ${name}`, () => {
    const events: RunEvent[] = []
    let engine: Engine
    let database = ''

    beforeAll(async () => {
      const opened = await open({ emit: (event) => events.push(event), threads: 3 })
      engine = opened.engine
      database = opened.database
      await withSession(async (session) => {
        await session.execute(`drop schema if exists ${SCHEMA} cascade; create schema ${SCHEMA}`)
      })
    })

    afterAll(async () => {
      await engine?.close()
    })

    async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
      const session = await engine.acquire('model.conformance.test')
      try {
        return await work(session)
      } finally {
        await session.release()
      }
    }

    const run = (sql: string): Promise<QueryResult> => withSession((session) => session.execute(sql))
    const cell = async (sql: string): Promise<Cell | undefined> => (await run(sql)).rows[0]?.[0]

    describe('values', () => {
      test('a column has the engine’s type name, a kind, and cells of that kind', async () => {
        const { columns, rows } = await run(`select
          cast(7 as smallint) as a, cast(7 as integer) as b, cast(7 as bigint) as c, cast('1.20' as numeric(10,2)) as d,
          cast(1.5 as double precision) as e, cast('x' as varchar(9)) as f, cast('y' as text) as g, true as h,
          date '2024-02-29' as i, timestamp '2024-02-29 01:02:03.456789' as j, time '01:02:03' as k, cast(null as integer) as l`)
        expect(columns.map((column) => [column.name, column.type, column.kind])).toEqual([
          ['a', 'smallint', 'integer'],
          ['b', 'integer', 'integer'],
          ['c', 'bigint', 'integer'],
          ['d', 'numeric(10,2)', 'decimal'],
          ['e', 'double precision', 'float'],
          ['f', 'character varying(9)', 'text'],
          ['g', 'text', 'text'],
          ['h', 'boolean', 'boolean'],
          ['i', 'date', 'date'],
          ['j', 'timestamp without time zone', 'timestamp'],
          ['k', 'time without time zone', 'time'],
          ['l', 'integer', 'integer'],
        ])
        expect(rows).toEqual([
          [7, 7, 7, '1.20', 1.5, 'x', 'y', true, '2024-02-29', '2024-02-29 01:02:03.456789', '01:02:03', null],
        ])
      })

      test('integers past 2^53 arrive exactly', async () => {
        const { rows } = await run(
          `select cast(9007199254740991 as bigint), cast(9007199254740993 as bigint), cast(-9223372036854775808 as bigint)`,
        )
        expect(rows).toEqual([[9007199254740991, 9007199254740993n, -9223372036854775808n]])
      })

      test('numerics keep every digit and trailing zero', async () => {
        const digits = '12345678901234567890.1234567890123456789000'
        expect(await cell(`select cast('${digits}' as numeric)`)).toBe(digits)
        expect(await cell(`select cast('0.10' as numeric(4,2))`)).toBe('0.10')
      })

      test('floats know NaN and the infinities', async () => {
        const { rows } = await run(
          `select cast('NaN' as float8), cast('Infinity' as float8), cast('-Infinity' as float8), cast(0.1 as float8)`,
        )
        expect(rows).toEqual([[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1]])
      })

      test('json, bytes, intervals, arrays, enums and other types', async () => {
        const { columns, rows } = await run(`create type ${SCHEMA}.mood as enum ('sad', 'ok');
          select '{"a": [1, null]}'::json, '\\x00ff'::bytea, interval '1 day 02:00', array[1, null, 3], array[['a,"b', 'NULL'], [null, '']],
            'ok'::${SCHEMA}.mood, int4range(1, 3), timestamptz '2024-01-01 00:00:00+00', array['ok']::${SCHEMA}.mood[]`)
        expect(columns.map((column) => [column.type, column.kind])).toEqual([
          ['json', 'json'],
          ['bytea', 'bytes'],
          ['interval', 'interval'],
          ['integer[]', 'array'],
          ['text[]', 'array'],
          [`${SCHEMA}.mood`, 'text'],
          ['int4range', 'other'],
          ['timestamp with time zone', 'timestamptz'],
          [`${SCHEMA}.mood[]`, 'array'],
        ])
        expect(rows[0]).toEqual([
          '{"a": [1, null]}',
          Uint8Array.of(0, 255),
          '1 day 02:00:00',
          [1, null, 3],
          [
            ['a,"b', 'NULL'],
            [null, ''],
          ],
          'ok',
          '[1,3)',
          expect.stringMatching(/^2024-01-01 \d\d:00:00[+-]\d\d/),
          ['ok'],
        ])
      })

      test('a result without rows has its columns', async () => {
        const { columns, rows, response } = await run('select 1 as a, cast(null as text) as b where 1 = 0')
        expect(columns.map((column) => column.name)).toEqual(['a', 'b'])
        expect(rows).toEqual([])
        expect(response).toEqual({ _message: 'SELECT 0', code: 'SELECT', rows_affected: 0 })
      })

      test('two columns of one name both arrive', async () => {
        const { columns, rows } = await run('select 1 as x, 2 as x')
        expect(columns.map((column) => column.name)).toEqual(['x', 'x'])
        expect(rows).toEqual([[1, 2]])
      })

      test('maxRows reads no more and leaves the session usable', async () => {
        await withSession(async (session) => {
          const { rows } = await session.execute('select i from generate_series(1, 5000) i order by i', { maxRows: 2 })
          expect(rows).toEqual([[1], [2]])
          expect((await session.execute('select 42')).rows).toEqual([[42]])
        })
      })
    })

    describe('dialect', () => {
      const oddNames = [
        'Select',
        'with space',
        'quote"inside',
        "apo'strophe",
        'percent%s',
        'ünïcödé 漢字 🦊',
        '{{ jinja }}',
        'semi;colon -- x',
      ]

      test.each(oddNames)('quotes the identifier %j', async (odd) => {
        const quoted = engine.adapter.dialect.quote(odd)
        const table = `${SCHEMA}.${quoted}`
        const { columns, rows } = await run(
          `create table ${table} (${quoted} integer); insert into ${table} values (1); select ${quoted} from ${table}`,
        )
        expect(columns[0]?.name).toBe(odd)
        expect(rows).toEqual([[1]])
        await run(`drop table ${table}`)
      })

      test.each([
        '',
        "it's",
        "''",
        'back\\slash',
        "\\'; drop table x; --",
        'line\nbreak\ttab',
        '$$dollar$$',
        '%s {0} {{ x }}',
        '漢字 🦊 é',
        'null',
      ])('escapes the text %j', async (text) => {
        expect(await cell(`select ${engine.adapter.dialect.literal(text)}`)).toBe(text)
      })

      test('writes numbers, booleans and null', async () => {
        const { literal } = engine.adapter.dialect
        const { rows } = await run(
          `select ${literal(1)}, ${literal(-2.5)} + 0.0, ${literal(true)}, ${literal(false)}, ${literal(null)} is null`,
        )
        expect(rows).toEqual([[1, '-2.5', true, false, true]])
        expect(await cell(`select cast(${literal(1e21)} as float8)`)).toBe(1e21)
      })

      test('every inferred kind names a type that the engine has', async () => {
        const { typeFor } = engine.adapter.dialect
        const kinds = ['text', 'integer', 'bigint', 'number', 'boolean', 'date', 'datetime', 'time'] as const
        const { columns } = await run(`select ${kinds.map((kind) => `cast(null as ${typeFor(kind)})`).join(', ')}`)
        expect(columns.map((column) => column.kind)).toEqual([
          'text',
          'integer',
          'integer',
          'float',
          'boolean',
          'date',
          'timestamp',
          'time',
        ])
      })

      test('refuses a text with U+0000, which Postgres cannot hold', () => {
        expect(() => engine.adapter.dialect.literal('a\0b')).toThrow(TdbtError)
      })
    })

    describe('statements', () => {
      test('a text of several gives the last rows, and the last statement’s response', async () => {
        const result = await run(`create table ${SCHEMA}.multi (i integer); insert into ${SCHEMA}.multi values (1), (2);
          select i from ${SCHEMA}.multi order by i; drop table ${SCHEMA}.multi`)
        expect(result.rows).toEqual([[1], [2]])
        expect(result.response).toEqual({ _message: 'DROP TABLE', code: 'DROP TABLE', rows_affected: -1 })
      })

      test('responses are what dbt makes of the command', async () => {
        await withSession(async (session) => {
          const response = async (sql: string) => (await session.execute(sql)).response
          expect(await response(`create table ${SCHEMA}.r as select 1 as i union all select 2`)).toEqual({
            _message: 'SELECT 2',
            code: 'SELECT',
            rows_affected: 2,
          })
          expect(await response(`insert into ${SCHEMA}.r values (3)`)).toEqual({
            _message: 'INSERT 0 1',
            code: 'INSERT',
            rows_affected: 1,
          })
          expect(await response(`update ${SCHEMA}.r set i = 0`)).toEqual({
            _message: 'UPDATE 3',
            code: 'UPDATE',
            rows_affected: 3,
          })
          expect(await response(`delete from ${SCHEMA}.r where i = 5`)).toEqual({
            _message: 'DELETE 0',
            code: 'DELETE',
            rows_affected: 0,
          })
          expect(await response(`create view ${SCHEMA}.rv as select 1 as i`)).toEqual({
            _message: 'CREATE VIEW',
            code: 'CREATE VIEW',
            rows_affected: -1,
          })
          await session.execute(`drop view ${SCHEMA}.rv; drop table ${SCHEMA}.r`)
        })
      })

      test.each(['', '   ', '-- only a comment', ';'])('the text %j without a statement is nothing', async (sql) => {
        expect(await run(sql)).toEqual({
          columns: [],
          rows: [],
          response: { _message: '', code: '', rows_affected: -1 },
        })
      })

      test('parameters are values, not SQL', async () => {
        const nasty = `'; drop schema ${SCHEMA} cascade; --`
        const { rows } = await withSession((session) =>
          session.query(
            'select cast($1 as text), cast($2 as integer), cast($3 as boolean), cast($4 as text), cast($5 as text[])',
            [nasty, 42, true, null, ['a"b', 'c,d', null]],
          ),
        )
        expect(rows).toEqual([[nasty, 42, true, null, ['a"b', 'c,d', null]]])
      })

      test('an error has the server’s words, SQLSTATE, and the place in the SQL', async () => {
        const sql = 'select 1 as a,\n       nope\nfrom (select 2) x'
        const error = await run(sql).catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(TdbtError)
        expect(error).toMatchObject({
          code: 'T5003',
          message: 'column "nope" does not exist\nLINE 2:        nope\n               ^',
          details: { found: '42703', sql, sqlPosition: { line: 2, column: 8 } },
        })
      })

      test('an error’s detail and hint follow the message', async () => {
        const error = await run(
          `create table ${SCHEMA}.u (i integer unique); insert into ${SCHEMA}.u values (1); insert into ${SCHEMA}.u values (1)`,
        ).catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ code: 'T5003', details: { found: '23505' } })
        expect(String(error)).toMatch(/unique constraint "u_i_key"\nDETAIL: {2}Key \(i\)=\(1\) already exists\.$/)
        // One text is one transaction: nothing of it stays.
        expect(await cell(`select to_regclass('${SCHEMA}.u')`)).toBeNull()
      })

      test('a session works on after an error', async () => {
        await withSession(async (session) => {
          await expect(session.execute('select 1/0')).rejects.toMatchObject({
            code: 'T5003',
            message: 'division by zero',
          })
          expect((await session.execute('select 2')).rows).toEqual([[2]])
        })
      })

      test('notices are events at debug level', async () => {
        events.length = 0
        await run(`do $$ begin raise notice 'hello %', 'world'; end $$`)
        expect(events).toContainEqual({
          type: 'log',
          level: 'debug',
          message: 'NOTICE: hello world',
          nodeId: 'model.conformance.test',
        })
      })

      test('every statement is an event', async () => {
        events.length = 0
        await run('select 11')
        expect(events).toContainEqual({ type: 'sql', connection: 'model.conformance.test', sql: 'select 11' })
      })

      test('statements asked for at once on a session run in order', async () => {
        await withSession(async (session) => {
          const results = await Promise.all([1, 2, 3].map((value) => session.execute(`select ${value}`)))
          expect(results.map((result) => result.rows[0]?.[0])).toEqual([1, 2, 3])
        })
      })

      test('large texts and many rows arrive whole', async () => {
        const long = 'x'.repeat(1_000_000)
        expect(await cell(`select '${long}' || 'é'`)).toBe(`${long}é`)
        const { rows } = await run('select i, md5(cast(i as text)) from generate_series(1, 20000) i')
        expect(rows).toHaveLength(20_000)
        expect(rows.at(-1)?.[0]).toBe(20_000)
      })
    })

    describe('transactions', () => {
      test('the session says whether one is open', async () => {
        await withSession(async (session) => {
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
        await withSession(async (session) => {
          expect((await session.execute('select 1', { begin: true })).rows).toEqual([[1]])
          expect(session.inTransaction).toBe(true)
          expect((await session.execute('select 2', { begin: true })).rows).toEqual([[2]])
          await session.commit()
          const error = await session.execute('select nope', { begin: true }).catch((thrown: unknown) => thrown)
          expect(error).toMatchObject({
            message: 'column "nope" does not exist\nLINE 1: select nope\n               ^',
            details: { sql: 'select nope', sqlPosition: { line: 1, column: 8 } },
          })
          expect(session.inTransaction).toBe(true)
          await session.rollback()
          await session.execute('selec', { begin: true }).catch(() => {})
          await session.rollback()
          expect(session.inTransaction).toBe(false)
        })
      })

      test('reset takes settings and temporary tables away, outside a transaction only', async () => {
        await withSession(async (session) => {
          await session.execute(`create temporary table t_reset (i integer); set work_mem to '66MB'`)
          await session.begin()
          await session.reset?.()
          expect((await session.execute(`select to_regclass('t_reset') is null`)).rows).toEqual([[false]])
          await session.commit()
          await session.reset?.()
          const { rows } = await session.execute(`select to_regclass('t_reset'), current_setting('work_mem') = '66MB'`)
          expect(rows).toEqual([[null, false]])
        })
      })

      test('DDL and its rows roll back together', async () => {
        if (!engine.adapter.capabilities.transactionalDdl) return
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.keep as select 1 as i`)
          await session.begin()
          await session.execute(
            `create table ${SCHEMA}.gone as select 1 as i; alter table ${SCHEMA}.keep rename to kept`,
          )
          await session.rollback()
          const { rows } = await session.execute(
            `select to_regclass('${SCHEMA}.gone') is null, to_regclass('${SCHEMA}.keep') is null`,
          )
          expect(rows).toEqual([[true, false]])
          await session.execute(`drop table ${SCHEMA}.keep`)
        })
      })

      test('a commit after a failed statement is an error, not a quiet rollback', async () => {
        await withSession(async (session) => {
          await session.begin()
          await session.execute('select 1/0').catch(() => {})
          expect(session.inTransaction).toBe(true)
          await expect(session.execute('select 1')).rejects.toMatchObject({ details: { found: '25P02' } })
          await expect(session.commit()).rejects.toMatchObject({ code: 'T5003' })
          expect(session.inTransaction).toBe(false)
        })
      })

      test('release rolls back what is open', async () => {
        const session = await engine.acquire('model.conformance.left_open')
        await session.begin()
        await session.execute(`create table ${SCHEMA}.left_open (i integer)`)
        await session.release()
        await session.release()
        expect(await cell(`select to_regclass('${SCHEMA}.left_open')`)).toBeNull()
        await expect(session.execute('select 1')).rejects.toMatchObject({ code: 'T0001' })
      })

      test('settings and temporary tables do not reach the next session', async () => {
        for (let round = 0; round < 4; round++) {
          await withSession(async (session) => {
            expect(
              (await session.execute(`select to_regclass('leftover'), current_setting('work_mem') = '77MB'`)).rows,
            ).toEqual([[null, false]])
            await session.execute(`create temporary table leftover (i integer); set work_mem to '77MB'`)
          })
        }
      })
    })

    describe('catalog', () => {
      test('lists schemas and the relations of several with their kinds', async () => {
        const { dialect, capabilities } = engine.adapter
        await run(`drop schema if exists "${SCHEMA} Two" cascade; create schema "${SCHEMA} Two";
          create table ${SCHEMA}.cat_table (i integer primary key, "Odd Name" varchar(5));
          comment on table ${SCHEMA}.cat_table is 'a table''s comment'; comment on column ${SCHEMA}.cat_table.i is 'key';
          create view ${SCHEMA}.cat_view as select 1 as one;
          create table "${SCHEMA} Two".parted (d date) partition by range (d);
          ${capabilities.materializedViews ? `create materialized view "${SCHEMA} Two".mat as select 1.5::numeric(3,1) as n` : ''}`)
        const schemas = (await run(dialect.listSchemasSql(database))).rows.map((row) => row[0])
        expect(schemas).toEqual(expect.arrayContaining([SCHEMA, `${SCHEMA} Two`]))
        const listed = await run(dialect.listRelationsSql(database, [SCHEMA, `${SCHEMA} two`]))
        expect(listed.columns.map((column) => column.name)).toEqual(['database', 'name', 'schema', 'type'])
        const own = listed.rows.filter((row) => /^(cat_|parted|mat)/.test(String(row[1])))
        expect(own).toEqual([
          [database, 'cat_table', SCHEMA, 'table'],
          [database, 'cat_view', SCHEMA, 'view'],
          ...(capabilities.materializedViews ? [[database, 'mat', `${SCHEMA} Two`, 'materialized_view']] : []),
          [database, 'parted', `${SCHEMA} Two`, 'table'],
        ])
        expect((await run(dialect.listRelationsSql(database, []))).rows).toEqual([])
      })

      test('tells columns, types, comments and owners', async () => {
        const { columns, rows } = await run(engine.adapter.dialect.catalogSql(database, [SCHEMA, `${SCHEMA} Two`]))
        expect(columns.map((column) => column.name)).toEqual([
          'table_database',
          'table_schema',
          'table_name',
          'table_type',
          'table_comment',
          'column_name',
          'column_index',
          'column_type',
          'column_comment',
          'table_owner',
        ])
        const owner = await cell('select current_user')
        const own = rows.filter((row) => /^(cat_|mat)/.test(String(row[2])))
        expect(own.slice(0, 3)).toEqual([
          [database, SCHEMA, 'cat_table', 'BASE TABLE', "a table's comment", 'i', 1, 'integer', 'key', owner],
          [
            database,
            SCHEMA,
            'cat_table',
            'BASE TABLE',
            "a table's comment",
            'Odd Name',
            2,
            'character varying(5)',
            null,
            owner,
          ],
          [database, SCHEMA, 'cat_view', 'VIEW', null, 'one', 1, 'integer', null, owner],
        ])
        if (engine.adapter.capabilities.materializedViews) {
          expect(own[3]?.slice(2, 8)).toEqual(['mat', 'MATERIALIZED VIEW', null, 'n', 1, 'numeric(3,1)'])
        }
      })
    })

    describe('bulk load', () => {
      const encoder = new TextEncoder()

      test('COPY in and out keeps nulls, empty texts, newlines, quotes and emoji', async () => {
        if (!engine.adapter.capabilities.bulkLoad) return
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.bulk (i integer, t text)`)
          const csv = '1,plain\n2,\n3,""\n4,"two\nlines, ""quoted"""\n5,🦊 漢字\n'
          // Cut where it hurts: in the middle of a character and of a row.
          const bytes = encoder.encode(csv)
          const cut = bytes.indexOf(0xf0) + 2
          const rows = await session.copyFrom(`copy ${SCHEMA}.bulk from stdin with (format csv)`, [
            bytes.slice(0, 5),
            bytes.slice(5, cut),
            bytes.slice(cut),
          ])
          expect(rows).toBe(5)
          expect((await session.execute(`select t from ${SCHEMA}.bulk order by i`)).rows.map((row) => row[0])).toEqual([
            'plain',
            null,
            '',
            'two\nlines, "quoted"',
            '🦊 漢字',
          ])
          const out: Uint8Array[] = []
          for await (const chunk of session.copyTo(
            `copy (select * from ${SCHEMA}.bulk order by i) to stdout with (format csv)`,
          ))
            out.push(chunk)
          expect(Buffer.concat(out).toString('utf8')).toBe(csv)
        })
      })

      test('COPY of 100,000 rows counts them, both ways', async () => {
        if (!engine.adapter.capabilities.bulkLoad) return
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.many (i integer, t text)`)
          async function* chunks(): AsyncGenerator<Uint8Array> {
            for (let part = 0; part < 100; part++) {
              let text = ''
              for (let row = 0; row < 1000; row++) text += `${part * 1000 + row}\tvalue ${row}\n`
              yield encoder.encode(text)
            }
          }
          expect(await session.copyFrom(`copy ${SCHEMA}.many from stdin`, chunks())).toBe(100_000)
          let newlines = 0
          for await (const chunk of session.copyTo(`copy ${SCHEMA}.many to stdout`)) {
            for (const byte of chunk) if (byte === 10) newlines++
          }
          expect(newlines).toBe(100_000)
        })
      })

      test('bad data is an error that names the line, nothing is loaded, and the session works on', async () => {
        if (!engine.adapter.capabilities.bulkLoad) return
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.bad (i integer)`)
          const copy = session.copyFrom(`copy ${SCHEMA}.bad from stdin`, [encoder.encode('1\n2\nx\n')])
          await expect(copy).rejects.toMatchObject({ code: 'T5003', details: { found: '22P02' } })
          await expect(copy).rejects.toThrow(/CONTEXT: {2}COPY bad, line 3, column i: "x"/)
          expect((await session.execute(`select count(*) from ${SCHEMA}.bad`)).rows).toEqual([[0]])
          await session.begin()
          await session.copyFrom(`copy ${SCHEMA}.bad from stdin`, [encoder.encode('x\n')]).catch(() => {})
          await expect(session.execute('select 1')).rejects.toMatchObject({ details: { found: '25P02' } })
          await session.rollback()
        })
      })

      test('a source that fails is that failure, and nothing is loaded', async () => {
        if (!engine.adapter.capabilities.bulkLoad) return
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.cut (i integer)`)
          async function* chunks(): AsyncGenerator<Uint8Array> {
            yield encoder.encode('1\n')
            throw new TdbtError('T8001', 'the file ended in the middle')
          }
          await expect(session.copyFrom(`copy ${SCHEMA}.cut from stdin`, chunks())).rejects.toMatchObject({
            code: 'T8001',
          })
          expect((await session.execute(`select count(*) from ${SCHEMA}.cut`)).rows).toEqual([[0]])
        })
      })

      test('a reader may leave COPY TO early', async () => {
        if (!engine.adapter.capabilities.bulkLoad) return
        await withSession(async (session) => {
          for await (const chunk of session.copyTo('copy (select i from generate_series(1, 200000) i) to stdout')) {
            expect(chunk.length).toBeGreaterThan(0)
            break
          }
          expect((await session.execute('select 5')).rows).toEqual([[5]])
          const failing = session.copyTo(`copy ${SCHEMA}.not_there to stdout`)
          await expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({
            code: 'T5003',
            details: { found: '42P01' },
          })
          expect((await session.execute('select 6')).rows).toEqual([[6]])
        })
      })

      test('COPY FROM STDIN inside a text is refused, and does not hang', async () => {
        await withSession(async (session) => {
          await session.execute(`create table ${SCHEMA}.refused (i integer)`)
          await expect(session.execute(`/* copy */ copy ${SCHEMA}.refused from stdin`)).rejects.toBeInstanceOf(
            TdbtError,
          )
          expect((await session.execute(`select 'copy x from stdin'`)).rows).toEqual([['copy x from stdin']])
        })
      })
    })

    describe('sessions', () => {
      const endless = 'select count(*) from generate_series(1, 100000000000) i'

      test('sessions work side by side, as many as the engine says', async () => {
        const count = engine.maxSessions
        const sessions = await Promise.all(
          Array.from({ length: count }, (_, index) => engine.acquire(`model.conformance.s${index}`)),
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
        for (let index = 0; index < engine.maxSessions + 1; index++)
          waiting.push(engine.acquire('model.conformance.many'))
        held.push(await Promise.race(waiting))
        const controller = new AbortController()
        const late = engine.acquire('model.conformance.late', controller.signal)
        controller.abort()
        await expect(late).rejects.toMatchObject({ code: 'T5008' })
        for (const session of held) await session.release()
        for (const each of waiting) await (await each).release()
        expect(await cell('select 1')).toBe(1)
      })

      test('cancel stops a statement with T5008', async () => {
        if (!engine.adapter.capabilities.cancel) return
        const session = await engine.acquire('model.conformance.endless')
        const running = session.execute(endless).catch((thrown: unknown) => thrown)
        await started(events, endless)
        await session.cancel()
        expect(await running).toMatchObject({ code: 'T5008' })
        await session.release()
        expect(await cell('select 1')).toBe(1)
      })

      test('cancelAll stops every session', async () => {
        if (!engine.adapter.capabilities.cancel) return
        const count = Math.min(2, engine.maxSessions)
        const sessions = await Promise.all(
          Array.from({ length: count }, () => engine.acquire('model.conformance.endless')),
        )
        const runs = sessions.map((session) => session.execute(endless).catch((thrown: unknown) => thrown))
        await started(events, endless)
        await engine.cancelAll()
        for (const result of await Promise.all(runs)) expect(result).toMatchObject({ code: 'T5008' })
        await Promise.all(sessions.map((session) => session.release()))
      })

      test('a session whose connection is ended fails with T5001 or T5008, and the next one works', async () => {
        const session = await engine.acquire('model.conformance.killed')
        if (engine.maxSessions > 1) {
          const pid = (await session.execute('select pg_backend_pid()')).rows[0]?.[0]
          const running = session.execute(endless).catch((thrown: unknown) => thrown)
          await started(events, endless)
          await run(`select pg_terminate_backend(${String(pid)})`)
          expect(await running).toMatchObject({ code: 'T5001' })
        } else {
          const running = session.execute(endless).catch((thrown: unknown) => thrown)
          await started(events, endless)
          await session.cancel()
          expect(await running).toMatchObject({ code: 'T5008' })
        }
        await session.rollback()
        await session.release()
        expect(await cell('select 1')).toBe(1)
      })

      test('a statement past the timeout fails with T5006', async () => {
        if (!engine.adapter.capabilities.statementTimeout) return
        const { engine: impatient } = await open({ emit: () => {}, threads: 1, statementTimeoutMs: 300 })
        try {
          const session = await impatient.acquire('model.conformance.slow')
          await expect(session.execute(endless)).rejects.toMatchObject({ code: 'T5006' })
          await session.release()
          const next = await impatient.acquire('model.conformance.quick')
          expect((await next.execute('select 1')).rows).toEqual([[1]])
          await next.release()
        } finally {
          await impatient.close()
        }
      })

      test('describe tells the server’s version', async () => {
        const facts = await engine.describe()
        expect(facts.map(([label]) => label)).toEqual(expect.arrayContaining(['database', 'server']))
        expect(facts.every(([, value]) => value !== '')).toBe(true)
      })

      test('close is idempotent, ends what runs, and turns later callers away', async () => {
        const { engine: closing } = await open({ emit: (event) => events.push(event), threads: 2 })
        const session = await closing.acquire('model.conformance.closing')
        const running = session.execute(endless).catch((thrown: unknown) => thrown)
        await started(events, endless)
        await Promise.all([closing.close(), closing.close()])
        expect(await running).toBeInstanceOf(TdbtError)
        await expect(closing.acquire('model.conformance.after')).rejects.toBeInstanceOf(TdbtError)
        await session.release()
      })
    })
  })
}

/** Waits until the statement is on its way, and a moment for the server to have it. */
async function started(events: RunEvent[], sql: string): Promise<void> {
  while (!events.some((event) => event.type === 'sql' && event.sql === sql)) await pause(10)
  events.length = 0
  await pause(150)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
