import { describe, expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import { type ConformanceSuite, SCHEMA } from './suite.ts'

/** COPY in and out. */
export function bulkLoadTests(suite: ConformanceSuite): void {
  describe('bulk load', () => {
    const encoder = new TextEncoder()

    test('COPY in and out keeps nulls, empty texts, newlines, quotes and emoji', async () => {
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
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

    test('line breaks of every kind within the first row of a COPY stay what they are', async () => {
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
        await session.execute(`create table ${SCHEMA}.breaks (i integer, t text)`)
        await session.copyFrom(`copy ${SCHEMA}.breaks from stdin`, [encoder.encode('1\ta\\r\\nb\n2\t\\r\n3\tc\n')])
        await session.copyFrom(`copy ${SCHEMA}.breaks from stdin with (format csv)`, [
          encoder.encode('4,"a\r\nb"\n5,"\r"\n'),
        ])
        await session.copyFrom(`copy ${SCHEMA}.breaks from stdin with (format csv)`, [
          encoder.encode('6,"a\nb"\r\n7,c\r\n'),
        ])
        const { rows } = await session.execute(`select t from ${SCHEMA}.breaks order by i`)
        expect(rows.map((row) => row[0])).toEqual(['a\r\nb', '\r', 'c', 'a\r\nb', '\r', 'a\nb', 'c'])
      })
    })

    test('COPY of 100,000 rows counts them, both ways', async () => {
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
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
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
        await session.execute(`create table ${SCHEMA}.bad (i integer)`)
        const copy = session.copyFrom(`copy ${SCHEMA}.bad from stdin`, [encoder.encode('1\n2\nx\n')])
        await expect(copy).rejects.toMatchObject({ code: 'T5003', details: { found: suite.words.badCopy.found } })
        await expect(copy).rejects.toThrow(suite.words.badCopy.message)
        expect((await session.execute(`select count(*) from ${SCHEMA}.bad`)).rows).toEqual([[0]])
        await session.begin()
        await session.copyFrom(`copy ${SCHEMA}.bad from stdin`, [encoder.encode('x\n')]).catch(() => {})
        const found = suite.words.abortedTransaction
        await expect(session.execute('select 1')).rejects.toMatchObject({ details: { found } })
        await session.rollback()
      })
    })

    test('a source that fails is that failure, and nothing is loaded', async () => {
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
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
      if (!suite.engine.adapter.capabilities.bulkLoad) return
      await suite.withSession(async (session) => {
        for await (const chunk of session.copyTo('copy (select i from generate_series(1, 200000) t(i)) to stdout')) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
        expect((await session.execute('select 5')).rows).toEqual([[5]])
        const failing = session.copyTo(`copy ${SCHEMA}.not_there to stdout`)
        await expect(failing[Symbol.asyncIterator]().next()).rejects.toMatchObject({
          code: 'T5003',
          details: { found: suite.words.unknownTable },
        })
        expect((await session.execute('select 6')).rows).toEqual([[6]])
      })
    })

    test('COPY FROM STDIN inside a text is refused, and does not hang', async () => {
      await suite.withSession(async (session) => {
        await session.execute(`create table ${SCHEMA}.refused (i integer)`)
        await expect(session.execute(`/* copy */ copy ${SCHEMA}.refused from stdin`)).rejects.toBeInstanceOf(TdbtError)
        expect((await session.execute(`select 'copy x from stdin'`)).rows).toEqual([['copy x from stdin']])
      })
    })
  })
}
