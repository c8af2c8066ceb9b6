import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { ENGINES, type EngineName, type LoadProject, withLoads } from './load-project.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

const forced = process.env['TDBT_EMBEDDED_BACKEND']
/** Where the environment forces a backend of the embedded engine, the other is not to be had. */
const engines = ENGINES.filter(
  (engine) => forced === undefined || !['native', 'pglite'].includes(engine) || engine === forced,
)

const day = (number: number, rows: readonly string[]): [string, string] => [
  `data/orders_2024010${number}.csv`,
  `id,code,status,amount,at,ok\n${rows.join('\n')}\n`,
]

/** PGlite starts anew for each question. */
const SLOW = { timeout: 600_000 }

/** Every test on every engine: one project each, since an engine takes seconds to start. */
describe.each(engines)('%s', (engine: EngineName) => {
  test('full, append and last_batch of files; each file once', SLOW, async () => {
    await withLoads(engine, server, async (project) => {
      project.write(
        ...day(1, ['1,007,"a, b",1.50,2024-01-01 10:00:00,true', '2,012,"x ""y""\nz",2.25,2024-01-01 11:30:00,false']),
      )
      project.tables(`- name: orders_full
  load: {files: 'data/orders_*.csv', check: hash}
- name: orders_all
  load: {files: 'data/orders_*.csv', mode: append, source_file: true}
- name: orders_raw
  load: {files: 'data/orders_*.csv', mode: last_batch}`)
      const first = await project.load()
      expect(first.results.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
      expect(first.reports.map(({ rows_loaded, rows_origin }) => [rows_loaded, rows_origin])).toEqual([
        [2, 2],
        [2, 2],
        [2, 2],
      ])
      expect(first.reports.find(({ mode }) => mode === 'full')?.hash).toMatch(/^[0-9a-f]{32}-2$/)
      const types = await project.types('bronze.orders_full')
      expect(Object.keys(types)).toEqual(['id', 'code', 'status', 'amount', 'at', 'ok'])
      expect(types).toMatchObject({
        id: expect.stringMatching(/^bigint$/i),
        code: expect.stringMatching(/text|varchar/i),
        ok: expect.stringMatching(/^bool/i),
        at: expect.stringMatching(/^timestamp/i),
        amount: expect.stringMatching(/numeric|decimal/i),
      })
      expect(await project.rows('select id, code, status, amount from bronze.orders_full order by id')).toEqual([
        ['1', '007', 'a, b', expect.stringMatching(/^1\.50?$/)],
        ['2', '012', 'x "y"\nz', '2.25'],
      ])

      project.write(
        ...day(2, ['3,100,c,3.75,2024-01-02 10:00:00,true', '4,,,,,', '5,101,"",0,2024-01-02 10:00:00,false']),
      )
      const second = await project.load()
      expect(second.reports.map(({ mode, rows_loaded, rows_table }) => [mode, rows_loaded, rows_table]).sort()).toEqual(
        [
          ['append', 3, 5],
          ['full', 5, 5],
          ['last_batch', 3, 3],
        ],
      )
      expect(await project.rows('select id from bronze.orders_raw order by id')).toEqual([['3'], ['4'], ['5']])
      expect(
        await project.rows(
          'select batch_id, source_file, count(*), count(load_date) from bronze.orders_all group by 1, 2 order by 1',
        ),
      ).toEqual([
        ['1', 'data/orders_20240101.csv', '2', '2'],
        ['2', 'data/orders_20240102.csv', '3', '3'],
      ])
      // Nothing between delimiters is null, two quotes are the empty text.
      expect(
        await project.rows('select id, status, amount is null from bronze.orders_all where id > 3 order by id'),
      ).toEqual([
        ['4', null, 'true'],
        ['5', '', 'false'],
      ])

      const third = await project.load()
      expect(third.results.map(({ status }) => status).sort()).toEqual(['no-op', 'no-op', 'success'])
      expect(await project.rows('select count(*) from bronze.orders_all')).toEqual([['5']])

      await project.load({ force: true, select: ['source:lake.orders_all'] })
      expect(await project.rows('select count(*), max(batch_id) from bronze.orders_all')).toEqual([['10', '3']])
      await project.load({ flags: { fullRefresh: true }, select: ['source:lake.orders_all'] })
      expect(await project.rows('select count(*), count(distinct id) from bronze.orders_all')).toEqual([['5', '5']])
      expect((await project.load({ select: ['source:lake.orders_all'] })).report.status).toBe('nothing new')
    })
  })

  test(
    'incremental from Postgres: only what changed travels, keys stay single, the deleted are marked',
    SLOW,
    async () => {
      await withLoads(engine, server, async (project, origin) => {
        await server.query(
          `create table customers (id integer primary key, name text, balance numeric(10,2), updated_at timestamptz);
         insert into customers select i, 'name ' || i, i * 1.5, timestamptz '2024-01-01 00:00:00.123456+00' + i * interval '1 minute' from generate_series(1, 500) i`,
          origin,
        )
        project.tables(`- name: customers
  load: {from: oltp, mode: incremental, watermark: updated_at, key: id, lag: 10 minutes, deleted_flag: true}`)
        expect((await project.load()).report).toMatchObject({ rows_loaded: 500, rows_origin: 500, rows_deleted: 0 })
        // Nothing new: the rows of the lag come again, and stay single.
        expect((await project.load()).report).toMatchObject({ rows_loaded: 11, rows_updated: 11, rows_table: 500 })

        await server.query(
          `update customers set name = 'new name', updated_at = '2024-02-01' where id in (3, 4);
         delete from customers where id = 7;
         insert into customers values (501, 'late', 0, timestamptz '2024-01-01 00:00:00.123456+00' + 495 * interval '1 minute'), (502, null, null, null)`,
          origin,
        )
        const { report } = await project.load()
        expect(report).toMatchObject({ rows_loaded: 15, rows_updated: 13, rows_deleted: 1, rows_table: 502 })
        expect(
          await project.rows(
            'select id, name, balance, is_deleted from bronze.customers where id in (3, 5, 7, 501, 502) order by id',
          ),
        ).toEqual([
          ['3', 'new name', '4.50', 'false'],
          ['5', 'name 5', '7.50', 'false'],
          ['7', 'name 7', '10.50', 'true'],
          ['501', 'late', '0.00', 'false'],
          ['502', null, null, 'false'],
        ])
        expect(await project.rows('select count(*), count(distinct id) from bronze.customers')).toEqual([
          ['502', '502'],
        ])

        // One who comes back is no longer deleted.
        await server.query(`insert into customers values (7, 'back', 1, timestamptz '2024-01-01 00:08:00+00')`, origin)
        await project.load()
        expect(await project.rows('select is_deleted from bronze.customers where id = 7')).toEqual([['false']])
      })
    },
  )
})

/** What is the same code on every engine is tried on two. */
describe.each(engines.filter((engine) => engine === 'postgres' || engine === 'duckdb'))('%s', (engine) => {
  const inProject = (work: (project: LoadProject, origin: string) => Promise<void>): Promise<void> =>
    withLoads(engine, server, work)

  test('rows are only added where there is no key; a row without a watermark is refused', async () => {
    await inProject(async (project, origin) => {
      await server.query(
        'create table events (id bigint, what text); insert into events values (1, $$a$$), (2, $$b$$)',
        origin,
      )
      project.tables(`- name: events
  load: {from: oltp, mode: incremental, watermark: id}
- name: last_events
  load: {from: oltp, table: events, mode: last_batch, watermark: id}`)
      await project.load()
      await server.query('insert into events values (3, $$c$$), (4, $$d$$)', origin)
      const second = await project.load()
      expect(second.reports.map(({ rows_loaded, watermark }) => [rows_loaded, watermark])).toEqual([
        [2, '4'],
        [2, '4'],
      ])
      expect(await project.rows('select id from bronze.events order by 1')).toEqual([['1'], ['2'], ['3'], ['4']])
      expect(await project.rows('select id from bronze.last_events order by 1')).toEqual([['3'], ['4']])
      const third = await project.load()
      expect(third.results.map(({ unique_id, status }) => [unique_id, status]).sort()).toEqual([
        ['source.loads.lake.events', 'success'],
        ['source.loads.lake.last_events', 'no-op'],
      ])
      expect(await project.rows('select id from bronze.last_events order by 1')).toEqual([['3'], ['4']])
      await server.query('create table gaps (id bigint, at date); insert into gaps values (1, null)', origin)
      project.tables(`- name: gaps
  load: {from: oltp, mode: incremental, watermark: at}`)
      expect((await project.load()).error).toMatchObject({ code: 'T8016', message: expect.stringContaining("no 'at'") })
    })
  })

  test('keys that are null or come twice are refused, and the table stays', async () => {
    await inProject(async (project, origin) => {
      await server.query(
        'create table things (id integer, at date); insert into things values (1, $$2024-01-01$$)',
        origin,
      )
      project.tables(`- name: things
  load: {from: oltp, mode: incremental, watermark: at, key: [id]}`)
      await project.load()
      await server.query('insert into things values (2, $$2024-01-02$$), (2, $$2024-01-02$$)', origin)
      expect((await project.load()).error).toMatchObject({
        code: 'T8016',
        message: "Source 'lake.things': 1 key comes more than once",
        details: { found: 'id = 2' },
      })
      await server.query('delete from things where id = 2; insert into things values (null, $$2024-01-03$$)', origin)
      expect((await project.load()).error).toMatchObject({
        code: 'T8016',
        message: expect.stringContaining('has no key'),
      })
      expect(await project.rows('select id from bronze.things')).toEqual([['1']])
    })
  })

  test('drift: fail by default, add, ignore; a full load mirrors, and keeps what hangs on the table', async () => {
    await inProject(async (project) => {
      project.write('data/a1.csv', 'id,old\n1,x\n')
      const load = (more: string) => project.tables(`- name: a\n  load: {files: 'data/a*.csv', mode: append${more}}`)
      load('')
      await project.load()
      project.write('data/a2.csv', 'new,id\n2.5,2\n')
      expect((await project.load({ flags: {} })).error).toMatchObject({
        code: 'T8013',
        details: { found: expect.stringMatching(/new: new \(.*\); missing: old/) },
      })
      load(', on_schema_change: ignore')
      await project.load()
      project.write('data/a3.csv', 'new,id\n3.5,3\n')
      load(', on_schema_change: add')
      await project.load()
      expect(await project.rows('select id, old, new from bronze.a order by id')).toEqual([
        ['1', 'x', null],
        ['2', null, null],
        ['3', null, '3.5'],
      ])

      project.write('data/b.csv', 'id,name\n1,x\n')
      project.tables(`- name: b\n  load: {files: data/b.csv}`)
      await project.load()
      await project.execute('create view bronze.looks as select id, name from bronze.b')
      project.write('data/b.csv', 'id,name,more\n2,y,z\n')
      await project.load()
      expect(await project.rows('select * from bronze.looks')).toEqual([['2', 'y']])
      expect(await project.rows('select * from bronze.b')).toEqual([['2', 'y', 'z']])
      if (engine === 'postgres') {
        project.write('data/b.csv', 'id\n3\n')
        expect((await project.load()).error).toMatchObject({
          code: 'T8013',
          message: expect.stringContaining('view looks hangs on it'),
        })
        expect(await project.rows('select * from bronze.b')).toEqual([['2', 'y', 'z']])
      }
    })
  })

  test('drift of an incremental load: a new column comes with rows that take the place of others', async () => {
    await inProject(async (project, origin) => {
      await server.query(
        "create table public.t (id int, at timestamp); insert into public.t values (1, now() - interval '1 day'), (2, now())",
        origin,
      )
      project.tables(
        `- name: t\n  load: {from: oltp, mode: incremental, watermark: at, key: id, on_schema_change: add}`,
      )
      await project.load()
      await project.execute('drop table bronze.t')
      project.tables('- name: t\n  load: {from: oltp}')
      await project.load()
      project.tables('- name: t\n  load: {from: oltp, mode: incremental, watermark: at, on_schema_change: add}')
      // Rows of another mode do not come twice.
      expect((await project.load()).report).toMatchObject({ rows_loaded: 0, rows_table: 2 })
      project.tables(
        '- name: t\n  load: {from: oltp, mode: incremental, watermark: at, key: id, on_schema_change: add}',
      )
      await project.execute('drop table bronze.t')
      // The watermark of before is no reason to leave rows out.
      expect((await project.load()).report).toMatchObject({ rows_loaded: 2, rows_table: 2 })
      await server.query(
        "alter table public.t add more text default 'x'; update public.t set at = at + interval '1 day' where id = 2",
        origin,
      )
      expect((await project.load()).report).toMatchObject({ rows_loaded: 1, rows_updated: 1 })
      expect(await project.rows('select id, more from bronze.t order by id')).toEqual([
        ['1', null],
        ['2', 'x'],
      ])
    })
  })

  test('rows that cannot be read are put aside with file, line and reason, up to the limit', async () => {
    await inProject(async (project) => {
      const lines = Array.from({ length: 100_000 }, (_, index) => `${index},${index * 2},2024-01-01`)
      lines[54_320] = '54320,abc,2024-01-01'
      project.write('data/big.csv', `id,amount,day\n${lines.join('\n')}\n`)
      project.tables(`- name: big\n  load: {files: data/big.csv}`)
      const { report, warnings } = await project.load()
      expect(report).toMatchObject({ rows_origin: 100_000, rows_loaded: 99_999, rows_rejected: 1 })
      expect(warnings).toEqual([expect.stringContaining('1 row was rejected')])
      const strict = await project.load({ flags: { warnError: true } })
      expect(strict.error.code).toBe('T8017')
      expect(await project.rows('select batch_id from bronze._tdbt_loads')).toEqual([['1']])
      expect(await project.rows('select file_name, line_number, reason, row_text from bronze.big__rejects')).toEqual([
        [
          'data/big.csv',
          '54322',
          expect.stringMatching(/^'abc' is no bigint \(column amount\)$/i),
          '54320,abc,2024-01-01',
        ],
      ])
      expect(await project.rows('select count(*), sum(id) from bronze.big')).toEqual([
        ['99999', String(4999950000 - 54320)],
      ])

      // The next load is clean, and its rejects are none.
      project.write('data/big.csv', 'id,amount,day\n1,2,2024-01-01\n')
      await project.load()
      expect(await project.rows('select count(*) from bronze.big__rejects')).toEqual([['0']])
      project.tables(`- name: big\n  load: {files: data/big.csv, columns: {amount: integer}, rejects: {limit: 2}}`)
      project.write('data/big.csv', `id,amount,day\n1,2\n2,3,2024-01-01\n3,"4,2024-01-01\n4,x,2024-01-01\n`)
      expect((await project.load()).error).toMatchObject({
        code: 'T8014',
        message:
          '3 rows were rejected, and the limit is 2. The first: data/big.csv line 2: 2 cells, and the header has 3',
        details: {
          found: expect.stringMatching(/line 4: a quote is opened and never closed\n.*line 5: 'x' is no integer/i),
        },
      })
      expect(await project.rows('select count(*) from bronze.big')).toEqual([['1']])
    })
  })
})
