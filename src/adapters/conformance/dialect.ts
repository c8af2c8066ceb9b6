import { describe, expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import { type ConformanceSuite, SCHEMA } from './suite.ts'

/** Names are quoted and values escaped, whatever is in them. */
export function dialectTests(suite: ConformanceSuite): void {
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
      const quoted = suite.engine.adapter.dialect.quote(odd)
      const table = `${SCHEMA}.${quoted}`
      const { columns, rows } = await suite.run(
        `create table ${table} (${quoted} integer); insert into ${table} values (1); select ${quoted} from ${table}`,
      )
      expect(columns[0]?.name).toBe(odd)
      expect(rows).toEqual([[1]])
      await suite.run(`drop table ${table}`)
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
      expect(await suite.cell(`select ${suite.engine.adapter.dialect.literal(text)}`)).toBe(text)
    })

    test('writes numbers, booleans and null', async () => {
      const { literal } = suite.engine.adapter.dialect
      const { rows } = await suite.run(
        `select ${literal(1)}, ${literal(-2.5)} + 0.0, ${literal(true)}, ${literal(false)}, ${literal(null)} is null`,
      )
      expect(rows).toEqual([[1, suite.words.minusTwoAndAHalf, true, false, true]])
      expect(await suite.cell(`select cast(${literal(1e21)} as float8)`)).toBe(1e21)
    })

    test('every inferred kind names a type that the engine has', async () => {
      const { typeFor } = suite.engine.adapter.dialect
      const kinds = ['text', 'integer', 'bigint', 'number', 'boolean', 'date', 'datetime', 'time'] as const
      const { columns } = await suite.run(`select ${kinds.map((kind) => `cast(null as ${typeFor(kind)})`).join(', ')}`)
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
      expect(() => suite.engine.adapter.dialect.literal('a\0b')).toThrow(TdbtError)
    })
  })
}
