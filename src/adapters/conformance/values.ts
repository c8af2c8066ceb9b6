import { describe, expect, test } from 'vitest'
import type { ConformanceSuite } from './suite.ts'

/** Cells arrive as CellKind says, exactly. */
export function valueTests(suite: ConformanceSuite): void {
  describe('values', () => {
    test('a column has the engine’s type name, a kind, and cells of that kind', async () => {
      const { columns, rows } = await suite.run(`select
        cast(7 as smallint) as a, cast(7 as integer) as b, cast(7 as bigint) as c, cast('1.20' as numeric(10,2)) as d,
        cast(1.5 as double precision) as e, cast('x' as varchar(9)) as f, cast('y' as text) as g, true as h,
        date '2024-02-29' as i, timestamp '2024-02-29 01:02:03.456789' as j, time '01:02:03' as k, cast(null as integer) as l`)
      expect(columns.map((column) => [column.name, column.kind])).toEqual([
        ['a', 'integer'],
        ['b', 'integer'],
        ['c', 'integer'],
        ['d', 'decimal'],
        ['e', 'float'],
        ['f', 'text'],
        ['g', 'text'],
        ['h', 'boolean'],
        ['i', 'date'],
        ['j', 'timestamp'],
        ['k', 'time'],
        ['l', 'integer'],
      ])
      expect(columns.map((column) => column.type)).toEqual(suite.words.typeNames)
      expect(rows).toEqual([
        [7, 7, 7, '1.20', 1.5, 'x', 'y', true, '2024-02-29', '2024-02-29 01:02:03.456789', '01:02:03', null],
      ])
    })

    test('integers past 2^53 arrive exactly', async () => {
      const { rows } = await suite.run(
        `select cast(9007199254740991 as bigint), cast(9007199254740993 as bigint), cast(-9223372036854775808 as bigint)`,
      )
      expect(rows).toEqual([[9007199254740991, 9007199254740993n, -9223372036854775808n]])
    })

    test('numerics keep every digit and trailing zero', async () => {
      const { type, digits } = suite.words.wideDecimal
      expect(await suite.cell(`select cast('${digits}' as ${type})`)).toBe(digits)
      expect(await suite.cell(`select cast('0.10' as numeric(4,2))`)).toBe('0.10')
    })

    test('floats know NaN and the infinities', async () => {
      const { rows } = await suite.run(
        `select cast('NaN' as float8), cast('Infinity' as float8), cast('-Infinity' as float8), cast(0.1 as float8)`,
      )
      expect(rows).toEqual([[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.1]])
    })

    test('json, bytes, intervals, arrays, enums and whatever else the engine has', async () => {
      const { sql, types, cells } = suite.words.ownValues
      const { columns, rows } = await suite.run(sql)
      expect(columns.map((column) => [column.type, column.kind])).toEqual(types)
      expect(rows[0]).toEqual(cells)
    })

    test('a result without rows has its columns', async () => {
      const { columns, rows, response } = await suite.run('select 1 as a, cast(null as text) as b where 1 = 0')
      expect(columns.map((column) => column.name)).toEqual(['a', 'b'])
      expect(rows).toEqual([])
      expect(response).toEqual(suite.words.response('SELECT 0', 'SELECT', 0))
    })

    test('two columns of one name both arrive', async () => {
      const { columns, rows } = await suite.run('select 1 as x, 2 as x')
      expect(columns.map((column) => column.name)).toEqual(['x', 'x'])
      expect(rows).toEqual([[1, 2]])
    })

    test('maxRows reads no more and leaves the session usable', async () => {
      await suite.withSession(async (session) => {
        const { rows } = await session.execute('select i from generate_series(1, 5000) t(i) order by i', { maxRows: 2 })
        expect(rows).toEqual([[1], [2]])
        expect((await session.execute('select 42')).rows).toEqual([[42]])
      })
    })
  })
}
