import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { withLoads } from './load-project.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

const VALUES = `create type mood as enum ('sad', 'ok');
create table everything (
  id bigint primary key, small smallint, n numeric, money numeric(12,2), f double precision, r real, b boolean, t text, v varchar(10), c char(4),
  d date, ts timestamp, tz timestamptz, tm time, iv interval, u uuid, j json, jb jsonb, arr integer[], texts text[], bytes bytea, m mood, ip inet
);
insert into everything values
 (1, 7, 12345678901234567890.123456789, 1.50, 0.1, 1.5, true, E'line\\nbreak\\ttab "q" \\\\N \\\\. 🎉', 'x', 'ab', '2024-02-29', '2024-01-01 10:00:00.123456',
  '2024-01-01 10:00:00.123456+02', '10:00:00.5', '1 day 2 hours', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, 2]}', '{1,NULL,3}', '{"a,b","c\\"d"}', '\\x00ff5c', 'ok', '10.0.0.1/8'),
 (2, null, null, null, 'NaN', null, null, '', '', '', null, null, null, null, null, null, null, null, '{}', null, '', null, null),
 (3, -1, 0.10, -0.01, '-Infinity', 0, false, '\\N', 'NULL', null, '0001-01-01', '9999-12-31', 'epoch', '00:00', '-1 mon', null, null, null, null, null, null, 'sad', '::1');`

test('Postgres to Postgres: bytes as they are where types are equal, else as text; values the same either way', async () => {
  await withLoads('postgres', server, async (project, origin) => {
    await server.query(VALUES, origin)
    project.tables(`- name: everything
  load: {from: oltp, check: hash}
- name: plain
  load: {from: oltp, query: 'select id, t, jb, bytes, arr, n from everything where id < 3;'}
- name: declared
  load: {from: oltp, table: public.everything, columns: {id: integer, n: text}}`)
    const { reports } = await project.load()
    const by = (name: string) => reports.find(({ unique_id }) => unique_id.endsWith(name))
    // The enum is of the origin's own.
    expect(by('.everything')).toMatchObject({ format: 'text', rows_origin: 3, rows_loaded: 3, rows_table: 3 })
    expect(by('.plain')).toMatchObject({ format: 'binary', rows_loaded: 2 })
    expect(by('.declared')).toMatchObject({ format: 'text', rows_loaded: 3 })
    const names =
      'id, small, n, money, f, r, b, t, v, c, d, ts, tz, tm, iv, u, j::text, jb, arr, texts, bytes, m::text, ip'
    const there = await server.query(
      `select row_to_json(e)::text as row from (select ${names} from everything order by id) e`,
      origin,
    )
    expect(
      await project.rows(`select row_to_json(e)::text from (select ${names} from bronze.everything order by id) e`),
    ).toEqual(there.map((row) => [row['row']]))
    expect(await project.types('bronze.everything')).toMatchObject({
      n: 'numeric',
      money: 'numeric(12,2)',
      v: 'character varying(10)',
      c: 'character(4)',
      arr: 'integer[]',
      m: 'text',
      jb: 'jsonb',
    })
    expect(await project.types('bronze.declared')).toMatchObject({ id: 'integer', n: 'text' })
  })
})

test('Postgres to DuckDB and back: decimals keep their digits, times their zone, texts their bytes', async () => {
  await withLoads('duckdb', server, async (project, origin) => {
    await server.query(VALUES, origin)
    project.tables(`- name: everything
  load: {from: oltp, query: "select id, small, n, money, b, t, v, d, ts, tz, tm, u, jb, arr, m from everything where id < 3", check: hash}`)
    const { report } = await project.load()
    expect(report).toMatchObject({ rows_loaded: 2, format: 'text', hash: expect.any(String) })
    expect(await project.types('bronze.everything')).toMatchObject({
      n: 'DECIMAL(38,9)',
      money: 'DECIMAL(12,2)',
      ts: 'TIMESTAMP',
      tz: 'TIMESTAMP WITH TIME ZONE',
      u: 'UUID',
    })
    expect(
      await project.rows(`select n, t, tz at time zone 'UTC', arr, m, ts from bronze.everything order by id`),
    ).toEqual([
      [
        '12345678901234567890.123456789',
        'line\nbreak\ttab "q" \\N \\. 🎉',
        expect.stringContaining('2024-01-01 08:00:00.123456'),
        '{1,NULL,3}',
        'ok',
        expect.stringContaining('2024-01-01 10:00:00.123456'),
      ],
      [null, '', null, '{}', null, null],
    ])
  })
})

test('Parquet and JSON files, alone and several, typed, each once', async () => {
  await withLoads('postgres', server, async (project) => {
    const { loadAdapter } = await import('../../src/adapters/index.ts')
    const adapter = await loadAdapter('duckdb')
    const target = {
      profileName: 'x',
      targetName: 'x',
      type: 'duckdb',
      database: '',
      schema: 'main',
      threads: 1,
      credentials: { path: ':memory:' },
    }
    const engine = await adapter.open({
      target: adapter.completeTarget?.(target) ?? target,
      projectRoot: project.dir,
      env: {},
      emit: () => undefined,
      applicationName: 'tests',
    })
    project.write('data/none.txt', '')
    const session = await engine.acquire('tests')
    const rows = (from: number): string =>
      `select i as id, i::decimal(12,3) / 8 as amount, timestamptz '2024-01-01 00:00:00+00' + i * interval 1 hour as at, case when i % 2 = 0 then null else 'a,"' || chr(10) || '\\N' end as note from range(${from}, ${from + 3}) t(i)`
    for (const number of [1, 2]) {
      await session.execute(`copy (${rows(number * 10)}) to '${project.dir}/data/o${number}.parquet' (format parquet)`)
      await session.execute(`copy (${rows(number * 10)}) to '${project.dir}/data/o${number}.jsonl' (format json)`)
    }
    await session.release()
    await engine.close()
    project.tables(`- name: p
  load: {files: 'data/*.parquet', check: hash}
- name: once
  load: {files: 'data/*.parquet', mode: append}
- name: j
  load: {files: 'data/o1.jsonl', source_file: true}`)
    const { reports } = await project.load()
    expect(reports.map(({ rows_loaded, files }) => [rows_loaded, files.length]).sort()).toEqual([
      [3, 1],
      [6, 2],
      [6, 2],
    ])
    expect(await project.types('bronze.p')).toEqual({
      id: 'bigint',
      amount: expect.stringMatching(/^(numeric|double)/),
      at: 'timestamp with time zone',
      note: 'text',
    })
    expect(
      await project.rows(
        `select id, amount::numeric(8,3), at at time zone 'utc', note from bronze.p order by id limit 2`,
      ),
    ).toEqual([
      ['10', '1.250', '2024-01-01 10:00:00', null],
      ['11', '1.375', '2024-01-01 11:00:00', 'a,"\n\\N'],
    ])
    expect(await project.rows('select id, note, source_file from bronze.j order by id limit 1')).toEqual([
      ['10', null, 'data/o1.jsonl'],
    ])
    expect((await project.load({ select: ['source:lake.once'] })).report.status).toBe('nothing new')
    expect(await project.rows('select count(*) from bronze.once')).toEqual([['6']])
  })
})

test('bytes are bytes, ranges are ranges, wide decimals are exact or refused', async () => {
  const values = `create table wide (id int, b bytea, f float8, n numeric(60,20), r int4range, bits bit(4));
    insert into wide values (1, '\\x00ff', 'NaN', 1.12345678901234567890, '[1,5)', '1010'), (2, null, '-Infinity', null, 'empty', null)`
  await withLoads('duckdb', server, async (project, origin) => {
    await server.query(values, origin)
    project.tables('- name: wide\n  load: {from: oltp, check: hash}')
    expect((await project.load()).report).toMatchObject({ rows_loaded: 2 })
    expect(await project.types('bronze.wide')).toMatchObject({ b: 'BLOB', n: 'DECIMAL(38,20)', r: 'VARCHAR' })
    expect(await project.rows('select hex(b), n from bronze.wide where id = 1')).toEqual([
      ['00FF', '1.12345678901234567890'],
    ])
    await server.query(`insert into wide values (3, null, 0, 1234567890123456789012, null, null)`, origin)
    expect((await project.load()).error).toMatchObject({
      message: expect.stringContaining('column "n"'),
      details: { hint: expect.stringContaining('under columns') },
    })
    expect(await project.rows('select count(*) from bronze.wide')).toEqual([['2']])
  })
  await withLoads('postgres', server, async (project, origin) => {
    await server.query(values, origin)
    project.tables(`- name: wide
  load: {from: oltp, check: hash}`)
    expect((await project.load()).report).toMatchObject({ rows_loaded: 2, format: 'binary' })
    expect(await project.types('bronze.wide')).toMatchObject({ r: 'int4range', bits: 'bit(4)', n: 'numeric(60,20)' })
    project.tables(`- name: wide\n  load: {from: oltp, query: 'select 1 / (id - 1) as x from wide'}`)
    expect((await project.load()).error).toMatchObject({
      code: 'T8011',
      message: 'The origin cannot be read: division by zero',
    })
  })
})

test('arrays are lists of DuckDB where that is declared, whatever is in their texts', async () => {
  await withLoads('duckdb', server, async (project, origin) => {
    await server.query(
      `create table arrays (id int, n int[], t text[]);
       insert into arrays values (1, '{1,NULL,3}', array['a{b}', '[x]', 'q"{"', 'back\\slash', 'NULL', '', null, 'c,d']), (2, '{}', null)`,
      origin,
    )
    project.tables("- name: arrays\n  load: {from: oltp, columns: {n: 'INTEGER[]', t: 'VARCHAR[]'}}")
    await project.load()
    expect((await project.rows('select unnest(t) from bronze.arrays where id = 1')).map(([text]) => text)).toEqual([
      'a{b}',
      '[x]',
      'q"{"',
      'back\\slash',
      'NULL',
      '',
      null,
      'c,d',
    ])
    expect(await project.rows('select id, len(n), n[3] from bronze.arrays order by id')).toEqual([
      ['1', '3', '3'],
      ['2', '0', null],
    ])
  })
})

test('a lag that is no length of time of the watermark is told with the condition that it made', async () => {
  await withLoads('duckdb', server, async (project, origin) => {
    await server.query('create table t (id int, at timestamp); insert into t values (1, now())', origin)
    project.tables('- name: t\n  load: {from: oltp, mode: incremental, watermark: at, key: id, lag: 5}')
    await project.load()
    expect((await project.load()).error).toMatchObject({
      code: 'T8011',
      message: expect.stringContaining('operator does not exist'),
      details: { found: expect.stringMatching(/oltp: public\.t where "at" >= .* - 5/) },
    })
  })
})

test('what is not there is told: connections, tables, servers', async () => {
  await withLoads('postgres', server, async (project) => {
    project.tables(`- name: a\n  load: {from: oltpp}`)
    expect((await project.load()).error).toMatchObject({
      code: 'T1005',
      message: "There is no connection 'oltpp'.",
      details: { hint: "Did you mean 'oltp'?" },
    })
    project.tables(`- name: a\n  load: {from: oltp, table: sales.a}`)
    expect((await project.load()).error).toMatchObject({
      code: 'T8011',
      message: expect.stringContaining('relation "sales.a" does not exist'),
      details: { found: 'oltp: sales.a' },
    })
    project.tables(`- name: a\n  load: {from: dev, query: 'select 1 as one'}`)
    expect((await project.load()).report).toMatchObject({ rows_loaded: 1 })
    project.write(
      'profiles.yml',
      "loads: {target: dev, outputs: {away: {type: postgres, host: 127.0.0.1, port: 1, user: u, password: \"{{ env_var('DBT_ENV_SECRET_NONE', 'sesame') }}\", dbname: d, schema: s, retries: 0}}}",
    )
    project.tables(`- name: a\n  load: {from: away}`)
    const { error } = await project.load()
    expect(error.code).toMatch(/^T(1005|5001)$/)
    expect(JSON.stringify([error.message, error.details])).not.toContain('sesame')
  })
})

test('append from a connection: all rows each time, with when and which; two loads at once take turns', async () => {
  await withLoads('postgres', server, async (project, origin) => {
    await server.query('create table stock (id integer, n integer); insert into stock values (1, 5), (2, 6)', origin)
    project.tables(`- name: stock
  load: {from: oltp, mode: append, on_schema_change: add}`)
    expect((await project.load()).report).toMatchObject({ format: 'binary', rows_loaded: 2 })
    await server.query('update stock set n = n + 1; alter table stock add column place text', origin)
    expect((await project.load()).report).toMatchObject({ format: 'binary', rows_loaded: 2, rows_table: 4 })
    expect(await project.rows('select batch_id, id, n, place from bronze.stock order by 1, 2')).toEqual([
      ['1', '1', '5', null],
      ['1', '2', '6', null],
      ['2', '1', '6', null],
      ['2', '2', '7', null],
    ])
    await server.query('alter table stock drop column n', origin)
    expect((await project.load()).report).toMatchObject({ rows_loaded: 2, rows_table: 6 })

    project.write('data/f.csv', `id\n${Array.from({ length: 20_000 }, (_, index) => index).join('\n')}\n`)
    project.tables(`- name: f\n  load: {files: data/f.csv, mode: append}`)
    const both = await Promise.all([project.load(), project.load(), project.load()])
    for (const { errors } of both) expect([...errors.values()]).toEqual([])
    expect(await project.rows('select count(*), count(distinct id), max(batch_id) from bronze.f')).toEqual([
      ['20000', '20000', '1'],
    ])
  })
})
