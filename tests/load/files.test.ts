import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'
import { type LoadProject, withLoads } from './load-project.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(async () => {
  await server?.stop()
})

const inProject = (work: (project: LoadProject) => Promise<void>): Promise<void> =>
  withLoads('postgres', server, (project) => work(project))

test('gzip, byte order marks, encodings, delimiters, quoted newlines: the same rows', async () => {
  await inProject(async (project) => {
    const text = 'id,näme,note\n1,żółw,"two\nlines, ""q"""\n2,émoji 🎉,\\N\n'
    const semicolons = 'id;näme;note\r\n1;żółw;"two\nlines, ""q"""\r\n2;émoji 🎉;\\N\r\n'
    project.write('data/plain.csv', text)
    project.write('data/zipped.csv.gz', gzipSync(text))
    project.write('data/unnamed.csv', gzipSync(text))
    project.write('data/members.csv.gz', Buffer.concat([gzipSync(text.slice(0, 20)), gzipSync(text.slice(20))]))
    project.write('data/marked.csv', `\uFEFF${text}`)
    project.write('data/utf16.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'))
    project.write('data/semicolons.csv', semicolons)
    const names = ['plain', 'zipped', 'unnamed', 'members', 'marked', 'utf16', 'semicolons']
    project.tables(
      names
        .map(
          (name) =>
            `- name: ${name}\n  load: {files: 'data/{table}.csv*'${name === 'semicolons' ? ", delimiter: ';'" : ''}}`,
        )
        .join('\n'),
    )
    const loaded = await project.load()
    expect(loaded.warnings).toEqual([])
    for (const name of names) {
      expect(await project.rows(`select id, "näme", note from bronze.${name} order by id`), name).toEqual([
        ['1', 'żółw', 'two\nlines, "q"'],
        ['2', 'émoji 🎉', '\\N'],
      ])
    }
    project.write('data/old.csv', Buffer.from('id,name\n1,caf\xe9\n', 'latin1'))
    project.tables(`- name: old\n  load: {files: data/old.csv, encoding: latin-1}`)
    await project.load()
    expect(await project.rows('select name from bronze.old')).toEqual([['café']])
  })
})

test.each(['postgres', 'duckdb'] as const)(
  'a header that is skipped; names that %s would cut or take for one',
  async (engine) => {
    await withLoads(engine, server, async (project) => {
      project.write('data/twice.csv', 'id,name,name\n1,a,b\n')
      project.write('data/long.csv', `id,${'x'.repeat(80)}\n1,a\n`)
      project.write('data/kept.csv', 'id,ctid,CTID\n1,a,b\n')
      project.write('data/breaks.csv', 'id,t\n1,"a\r\nb"\n2,"c\rd"\n')
      project.tables(`- name: twice
  load: {files: data/twice.csv, header: skip, columns: {id: integer, first: text, last: text}}
- name: breaks
  load: {files: data/breaks.csv}`)
      await project.load()
      expect(await project.rows('select id, first, last from bronze.twice')).toEqual([['1', 'a', 'b']])
      expect(await project.rows('select t from bronze.breaks order by id')).toEqual([['a\r\nb'], ['c\rd']])
      project.tables('- name: long\n  load: {files: data/long.csv}')
      const long = await project.load()
      project.tables('- name: kept\n  load: {files: data/kept.csv}')
      const kept = await project.load()
      expect(kept.error).toMatchObject({ code: 'T8013', details: { hint: expect.stringContaining('header: skip') } })
      if (engine === 'duckdb') {
        expect(await project.rows(`select ${'x'.repeat(80)} from bronze.long`)).toEqual([['a']])
        expect(kept.error.message).toContain("one name: 'ctid', 'CTID'")
      } else {
        expect(long.error).toMatchObject({ code: 'T8013', details: { expected: 'at most 63 bytes' } })
      }
    })
  },
)

test('types as a person would call them; a header-less file; declared types, of the block and of columns', async () => {
  await inProject(async (project) => {
    project.write(
      'data/t.csv',
      'n,zip,price,day,at,zoned,ok,gap,words,us\n1,01234,1.5,2024-01-01,2024-01-01 10:00,2024-01-01T10:00:00Z,true,NA,NA,12/31/2023\n2,00501,2,2024-02-29,2024-01-02T11:00:00.5,2024-01-01 10:00:00+02:00,false,3,x,1/2/2024\n',
    )
    project.tables(`- name: t
  load: {files: data/t.csv}
- name: declared
  load: {files: data/t.csv, columns: {n: integer, price: 'numeric(8,3)'}, dates: mdy}
  columns: [{name: zip, data_type: varchar(5)}, {name: us, data_type: timestamp}]
- name: bare
  load: {files: data/bare.csv, header: false, columns: {id: integer, what: text}, null: ['-', '']}`)
    project.write('data/bare.csv', '1,-\n2,"-"\n3,\n')
    await project.load()
    expect(await project.types('bronze.t')).toEqual({
      n: 'bigint',
      zip: 'text',
      price: 'numeric',
      day: 'date',
      at: 'timestamp without time zone',
      zoned: 'timestamp with time zone',
      ok: 'boolean',
      gap: 'bigint',
      words: 'text',
      us: 'date',
    })
    expect(
      await project.rows(
        'select zip, price, at, zoned at time zone $$utc$$, ok, gap, words, us from bronze.t order by n',
      ),
    ).toEqual([
      ['01234', '1.5', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'true', null, 'NA', '2023-12-31'],
      ['00501', '2', '2024-01-02 11:00:00.5', '2024-01-01 08:00:00', 'false', '3', 'x', '2024-01-02'],
    ])
    expect(await project.types('bronze.declared')).toMatchObject({
      n: 'integer',
      zip: 'character varying(5)',
      price: 'numeric(8,3)',
      us: 'timestamp without time zone',
    })
    expect(await project.rows('select * from bronze.bare order by id')).toEqual([
      ['1', null],
      ['2', '-'],
      ['3', null],
    ])
  })
})

test('rows that only the engine can refuse are put aside by their line', async () => {
  await inProject(async (project) => {
    project.write('data/i.csv', 'id,ip\n1,10.0.0.1\n2,"10.0.0\n.2"\n3,nowhere\n4,10.0.0.4\n')
    project.tables(`- name: i\n  load: {files: data/i.csv, columns: {ip: inet}}`)
    const { report } = await project.load()
    expect(report).toMatchObject({ rows_loaded: 2, rows_rejected: 2, rows_origin: 4 })
    expect(await project.rows('select line_number, reason from bronze.i__rejects order by 1')).toEqual([
      ['3', expect.stringContaining('invalid input syntax for type inet')],
      ['5', expect.stringContaining('invalid input syntax for type inet: "nowhere"')],
    ])
    expect(await project.rows('select id from bronze.i order by 1')).toEqual([['1'], ['4']])
  })
})

describe('broken files are told, and the table keeps its rows', () => {
  const good = 'id,name\n1,x\n'
  const big = Array.from(
    { length: 50_000 },
    (_, index) => `${index},name ${Math.imul(index, 2_654_435_761) >>> 0}`,
  ).join('\n')
  const cases: readonly (readonly [what: string, content: string | Uint8Array, code: string, message: RegExp])[] = [
    [
      'bytes that are not UTF-8',
      Buffer.from('id,name\n1,a\n2,caf\xe9\n', 'latin1'),
      'T8012',
      /bytes that are not UTF-8 in line 3/,
    ],
    ['a truncated gzip', gzipSync(`id,name\n${big}\n`).subarray(0, 100_000), 'T8012', /the gzip file is cut off/],
    [
      'a torn gzip',
      Buffer.concat([gzipSync(good).subarray(0, 15), Buffer.from('garbage and more garbage')]),
      'T8012',
      /no sound gzip file/,
    ],
    ['an empty file', '', 'T8012', /the file is empty: it has no header/],
    ['a column twice', 'id,id\n1,2\n', 'T8012', /the header has 'id' twice/],
    ['another delimiter', 'id;name\n1;x\n', 'T8012', /the header is one column, 'id;name'/],
    ['a column without a name', 'id,,name\n1,2,3\n', 'T8012', /column 2 of the header has no name/],
    ['a missing column', 'id\n1\n', 'T8013', /there is no column 'name'/],
    ['no good row', 'id,name\n1,2,3\n4,5,6\n', 'T8014', /data\/f\.csv: all 2 rows were rejected/],
    ['too many bad rows', `id,name\n${'1,2,3\n'.repeat(101)}`, 'T8014', /101 rows were rejected, and the limit is 100/],
  ]
  test.each(cases)('%s', async (_, content, code, message) => {
    await inProject(async (project) => {
      project.write('data/f.csv', good)
      project.tables(`- name: f\n  load: {files: 'data/f.csv', columns: {name: text}}`)
      await project.load()
      project.write('data/f.csv', content)
      const { error, results } = await project.load()
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
      expect(error.details.hint).toBeTruthy()
      expect(results.map(({ status }) => status)).toEqual(['error'])
      expect(await project.rows('select * from bronze.f')).toEqual([['1', 'x']])
      expect(await project.rows('select batch_id from bronze._tdbt_loads')).toEqual([['1']])
    })
  })

  test('no file, other columns in the second file, a view in the way, a type that is none', async () => {
    await inProject(async (project) => {
      project.tables(`- name: f\n  load: {files: 'data/*.csv'}`)
      expect((await project.load()).error).toMatchObject({
        code: 'T8011',
        message: "Source 'lake.f': no file matches data/*.csv",
      })
      project.write('data/a.csv', good)
      project.write('data/b.csv', 'id,nam\n1,x\n')
      expect((await project.load()).error).toMatchObject({
        code: 'T8013',
        message: "Source 'lake.f': data/b.csv has other columns than data/a.csv",
        details: { found: 'no name; nam besides' },
      })
      project.tables(`- name: f\n  load: {files: 'data/a.csv', columns: {id: intger}}`)
      expect((await project.load()).error).toMatchObject({
        code: 'T8010',
        details: { found: 'type "intger" does not exist' },
      })
      project.tables(`- name: f\n  load: {files: 'data/a.csv'}`)
      await project.execute('create view bronze.f as select 1 as id')
      expect((await project.load()).error).toMatchObject({
        code: 'T8010',
        message: expect.stringContaining('is a view'),
      })
    })
  })

  test('files with other columns come together where that is asked for', async () => {
    await inProject(async (project) => {
      project.write('data/a.csv', good)
      project.write('data/b.csv', 'more,id\ny,2\n')
      project.tables(`- name: f\n  load: {files: 'data/*.csv', on_schema_change: add}`)
      await project.load()
      expect(await project.rows('select id, name, more from bronze.f order by id')).toEqual([
        ['1', 'x', null],
        ['2', null, 'y'],
      ])
    })
  })
})
