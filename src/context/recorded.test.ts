import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Cell, CellKind, ResultColumn } from '../adapters/interface.ts'
import { compileTemplate, JinjaError, type PyValue, pyStr } from '../jinja/index.ts'
import { Column, Decimal, type PrintOptions, printedTable, Relation, Table } from './index.ts'

type Result = readonly ['ok' | 'err', string]

// Recorded from dbt by scripts/record-context-cases.py.
function recorded<Cases>(name: string): Cases {
  const file = readFileSync(new URL(`./cases/${name}.json`, import.meta.url), 'utf8')
  return (JSON.parse(file) as { cases: Cases }).cases
}

function evaluate(expression: string, variables: Readonly<Record<string, PyValue>>): Result {
  try {
    const template = compileTemplate(`{{ ${expression} }}`, { file: 'test' })
    return ['ok', template.render(new Map(Object.entries(variables)))]
  } catch (error) {
    return ['err', error instanceof JinjaError ? error.pythonClass : String(error)]
  }
}

/** Texts that hold Python's own names of objects are not ours to print. */
function comparable([status, text]: Result, other: Result): boolean {
  if (status === 'err') return other[0] === 'err'
  return other[0] === 'ok' && (text === other[1] || / at 0x|<bound method|<RelationType|OrderedDict/.test(text))
}

interface RelationCases {
  readonly expressions: readonly {
    readonly relation: string
    readonly fields: Record<string, unknown>
    readonly expression: string
    readonly result: Result
  }[]
  readonly filters: readonly { start: string | null; end: string | null; limit: number | null; result: string }[]
}

test('relations answer templates as dbt-postgres does', () => {
  const { expressions } = recorded<RelationCases>('relations')
  expect(expressions.length).toBeGreaterThan(400)
  const different = expressions.flatMap(({ relation, fields, expression, result }) => {
    const { quote_policy: quotePolicy, ...options } = fields
    const own = Relation.create({ ...options, ...(quotePolicy === undefined ? {} : { quotePolicy }) } as Parameters<
      typeof Relation.create
    >[0])
    const given = evaluate(expression, { r: own })
    return comparable(result, given) ? [] : [{ relation, expression, expected: result, given }]
  })
  expect(different).toEqual([])
})

test('relations narrowed to a window of event time', () => {
  for (const { start, end, limit, result } of recorded<RelationCases>('relations').filters) {
    const eventTimeFilter = { field: 'ts', start, end }
    expect(String(Relation.create({ schema: 's', identifier: 't', limit, eventTimeFilter }))).toBe(result)
  }
})

test('a name that is too long is told when the relation has a type', () => {
  expect(Relation.create({ identifier: 'x'.repeat(64) }).render()).toBe(`"${'x'.repeat(64)}"`)
  expect(() => Relation.create({ identifier: 'x'.repeat(64), type: 'table' })).toThrow('is longer than 63 characters')
  expect(() => Relation.create({ identifier: 'x', type: 'tabel' })).toThrow("'tabel' is no type of relation")
})

test('columns answer templates as dbt-postgres does', () => {
  const cases = recorded<{ dtype: string; sizes: (number | null)[]; expression: string; result: Result }[]>('columns')
  expect(cases.length).toBeGreaterThan(500)
  const different = cases.flatMap(({ dtype, sizes, expression, result }) => {
    const name = expression.startsWith('c.from_description') ? 'c' : 'Col'
    const given = evaluate(expression, { c: new Column(name, dtype, ...sizes) })
    return comparable(result, given) ? [] : [{ dtype, sizes, expression, expected: result, given }]
  })
  expect(different).toEqual([])
})

interface DecimalCase {
  readonly value?: string
  readonly str?: string
  readonly repr?: string
  readonly spec?: string
  readonly quantize?: string
  readonly normalize?: string
  readonly a?: string
  readonly b?: string
  readonly int?: number
  readonly op?: string
  readonly result?: string
}

test('decimals print, format and reckon as Python’s', () => {
  const of = (text: string | undefined): Decimal => Decimal.parse(text ?? '') ?? Decimal.ofInteger(0)
  const different = recorded<DecimalCase[]>('decimals').flatMap((each) => {
    const value = of(each.value ?? each.a)
    const variables = { a: value, b: each.int ?? of(each.b ?? each.quantize) }
    const [expected, given] =
      each.str !== undefined
        ? [
            [each.str, each.repr],
            [value.$str(), value.$repr()],
          ]
        : each.spec !== undefined
          ? [each.result, value.$format(each.spec)]
          : each.quantize !== undefined
            ? [each.result, evaluate('a.quantize(b)', variables)[1]]
            : each.normalize !== undefined
              ? [each.normalize, evaluate('a.normalize()', variables)[1]]
              : [each.result, evaluate(`a ${each.op} b`, variables)]
    const text = Array.isArray(given) && each.op !== undefined ? operated(given as unknown as Result) : given
    return JSON.stringify(text) === JSON.stringify(expected) ? [] : [{ ...each, given: text }]
  })
  expect(different).toEqual([])
})

function operated([status, text]: Result): string {
  return status === 'ok' ? text : text.replace('decimal.', '')
}

const column = (name: string, kind: CellKind, type: string = kind): ResultColumn => ({ name, kind, type })

const RESULTS: Readonly<Record<string, readonly [readonly ResultColumn[], readonly (readonly Cell[])[]]>> = {
  people: [
    [
      column('id', 'integer'),
      column('Name', 'text'),
      column('score', 'decimal'),
      column('born', 'date'),
      column('at', 'timestamptz'),
      column('ok', 'boolean'),
      column('empty', 'text'),
    ],
    [
      [1, 'ann', '1234.50', '2000-01-02', '2020-01-02 03:04:05', true, null],
      [2, 'bob', '-7.125', '1999-12-31', '2020-01-02 03:04:05.6', false, null],
      [3, null, null, null, null, null, null],
      [
        2,
        'a name that is longer than twenty characters',
        '1000000.1234567',
        '2000-01-02',
        '2020-01-02 00:00:00+00',
        true,
        null,
      ],
    ],
  ],
  none: [[column('a', 'integer'), column('b', 'text')], []],
  many: [
    ['n', 'a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      column(name, name === 'n' || name === 'a' ? 'integer' : name === 'b' || name === 'f' ? 'float' : 'text'),
    ),
    Array.from({ length: 25 }, (_, index) => [index, index * 10, 0.5 * index, 'x', null, String(index), 1]),
  ],
  mixed: [
    [column('f', 'float'), column('t', 'time')],
    [
      [1, '01:02:03'],
      [0.1, '04:05:06.000007'],
      [1e20, '00:00:00'],
    ],
  ],
  float: [[column('f', 'float')], [[1], [2]]],
  json: [
    [column('j', 'json'), column('a', 'array', 'integer[]')],
    [
      ['{"a":[1,null]}', [1, 2]],
      [null, ['é']],
    ],
  ],
  interval: [[column('i', 'interval')], [['1 year 1 mon 5 days 00:00:05'], ['-00:00:00.000005']]],
}

interface TableCase {
  readonly table: string
  readonly types: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly printed: readonly { readonly options: Readonly<Record<string, number | null>>; readonly text: string }[]
  readonly expressions?: readonly { readonly expression: string; readonly result: Result }[]
}

function tableOf(name: string): Table {
  const [columns, rows] = RESULTS[name] ?? [[], []]
  return Table.fromResult(columns, rows)
}

test('query results have the types and values that dbt gives them', () => {
  for (const { table, types, rows } of recorded<TableCase[]>('tables')) {
    const own = tableOf(table)
    expect([own.types, own.rows.map((row) => row.map(pyStr))], table).toEqual([types, rows])
  }
})

test('tables print as agate prints them', () => {
  for (const { table, printed } of recorded<TableCase[]>('tables')) {
    for (const { options, text } of printed) {
      const own: PrintOptions = Object.fromEntries(
        Object.entries(options).map(([key, value]) => [key.replace(/_(.)/g, (_, char) => char.toUpperCase()), value]),
      )
      expect(printedTable(tableOf(table), own)).toBe(text)
    }
  }
})

test('tables answer templates as agate’s', () => {
  const different = recorded<TableCase[]>('tables').flatMap(({ table, expressions = [] }) =>
    expressions.flatMap(({ expression, result }) => {
      const given = evaluate(expression, { t: tableOf(table) })
      return comparable(result, given) ? [] : [{ table, expression, expected: result, given }]
    }),
  )
  expect(different).toEqual([])
})
