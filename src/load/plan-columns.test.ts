import { expect, test } from 'vitest'
import { type LoadSpec, readLoadSpec, TdbtError } from '../core/index.ts'
import { type ColumnPlanInput, planColumns } from './plan-columns.ts'

function spec(block: Record<string, string | number | boolean | readonly string[]>): LoadSpec {
  return readLoadSpec(
    { files: 'x.csv', ...block },
    {
      table: 'orders',
      source: 'lake',
      columnTypes: {},
      fail: (_, message, details) => new TdbtError('T8010', message, details),
    },
  )
}

function plan(block: Record<string, string>, input: Partial<ColumnPlanInput>) {
  return planColumns({
    title: "Source 'lake.orders'",
    spec: spec(block),
    feed: [
      { name: 'id', type: 'bigint' },
      { name: 'note', type: 'text' },
    ],
    existing: null,
    declared: {},
    own: [],
    replaces: false,
    typed: false,
    textType: 'text',
    ...input,
  })
}

const TABLE = [
  { name: 'id', type: 'integer' },
  { name: 'old', type: 'date' },
  { name: 'load_date', type: 'timestamp with time zone' },
]

test('a new table takes the types of the origin, declared ones first, text where nothing tells', () => {
  const feed = [
    { name: 'id', type: 'bigint' },
    { name: 'note', type: null },
  ]
  expect(plan({}, { feed, declared: { id: 'integer' } }).staged).toEqual([
    { name: 'id', type: 'integer' },
    { name: 'note', type: 'text' },
  ])
})

test('fail names what is new and what is missing', () => {
  expect(() => plan({ mode: 'append' }, { existing: TABLE, own: ['load_date'] })).toThrow(
    expect.objectContaining({
      code: 'T8013',
      details: expect.objectContaining({ found: 'new: note (text); missing: old' }),
    }),
  )
  expect(() =>
    plan({ mode: 'append' }, { existing: TABLE, own: ['load_date'], feed: [{ name: 'id', type: 'bigint' }] }),
  ).toThrow("Source 'lake.orders': there is no column 'old'")
})

test('add takes new columns in, ignore leaves them out; both keep the types of the table', () => {
  const input = { existing: TABLE, own: ['load_date'] }
  expect(plan({ mode: 'append', on_schema_change: 'add' }, input)).toEqual({
    staged: [
      { name: 'id', type: 'integer' },
      { name: 'note', type: 'text' },
    ],
    added: [{ name: 'note', type: 'text' }],
  })
  expect(plan({ mode: 'append', on_schema_change: 'ignore' }, input)).toEqual({
    staged: [{ name: 'id', type: 'integer' }],
    added: [],
  })
})

test('types of another database are facts, guesses over files are not', () => {
  const input = { existing: [{ name: 'id', type: 'integer' }], feed: [{ name: 'id', type: 'bigint' }] }
  expect(plan({ mode: 'append' }, input).staged).toEqual([{ name: 'id', type: 'integer' }])
  expect(() => plan({ mode: 'append' }, { ...input, typed: true })).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ found: 'of another type: id (integer here, bigint there)' }),
    }),
  )
})

test('a table that is replaced mirrors the origin; an empty column keeps its type; what was declared must come', () => {
  const feed = [
    { name: 'id', type: 'text' },
    { name: 'old', type: null },
  ]
  expect(plan({}, { existing: TABLE, replaces: true, feed }).staged).toEqual([
    { name: 'id', type: 'text' },
    { name: 'old', type: 'date' },
  ])
  expect(() => plan({}, { declared: { total: 'numeric' } })).toThrow("there is no column 'total'")
  expect(plan({ on_schema_change: 'add' }, { declared: { total: 'numeric' } }).staged).toContainEqual({
    name: 'total',
    type: 'numeric',
  })
})

test("the load's own columns cannot be the origin's", () => {
  expect(() => plan({ mode: 'append' }, { own: ['note'] })).toThrow(
    "the origin has a column 'note', which the load fills itself",
  )
})
