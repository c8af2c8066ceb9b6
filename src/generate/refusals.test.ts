import { expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { generateTables } from './generate.ts'
import { readGeneratorSpec } from './read-spec.ts'

/** Every wrong spec is refused before a row is made, with its line. */

function refusal(text: string, scale = 1): TdbtError {
  try {
    generateTables(readGeneratorSpec('spec.yml', text), { scale })
  } catch (error) {
    if (error instanceof TdbtError) return error
    throw error
  }
  throw new Error('the spec was accepted')
}

const one = (columns: string, rows = '3'): string =>
  `seed: 1\ntables:\n  - name: t\n    rows: ${rows}\n    columns:\n      - {name: id, type: integer, sequence: {start: 1}}\n${columns}`

/** What is wrong, on line 7 of a spec whose line 6 is a sequence `id`; then a word of the message, and of the hint. */
const COLUMNS: readonly (readonly [column: string, message: RegExp, hint?: string])[] = [
  ['{name: a, type: text, fakr: person.firstName}', /Unknown key 'fakr'/, "Did you mean 'faker'?"],
  ['{name: a, type: text, faker: person.firstNam}', /no method/, "Did you mean 'person.firstName'?"],
  ['{name: a, type: text, faker: person.constructor}', /no method/],
  ['{name: a, type: text, faker: definitions.person}', /no method/],
  ['{name: a, type: text, faker: person.firstName, locale: dee}', /no locale/, "Did you mean 'de'?"],
  ['{name: a, type: text, faker: number.int, args: [{min: 5, max: 1}]}', /refuses these arguments/],
  ['{name: a, type: text, template: x, args: [1]}', /goes with faker/],
  ['{name: a, type: text}', /exactly one source/],
  ['{name: a, type: text, template: x, constant: 1}', /exactly one source/],
  ['{name: id, type: text, template: x}', /is there twice/],
  ['{name: a, type: text, template: "{idd}"}', /no column 'idd'/, "Did you mean 'id'?"],
  ['{name: a, type: integer, integer: [5, 1]}', /upside down/],
  ['{name: a, type: integer, integer: [1.5, 2]}', /whole number/],
  ['{name: a, type: integer, integer: {range: [1, 2], by: b, ranges: {x: [1, 2]}}}', /no column 'b'/],
  ['{name: a, type: integer, integer: {range: [1, 2], ranges: {x: [1, 2]}}}', /Ranges of which column/],
  ['{name: a, type: text, choice: {x: 0}}', /nothing to choose/],
  ['{name: a, type: text, choice: []}', /nothing to choose/],
  ['{name: a, type: text, choice_by: {column: b, choices: {x: [1]}}}', /no column 'b'/],
  ['{name: a, type: date, date: {from: 2023-02-30, to: 2024-01-01}}', /no day/],
  ['{name: a, type: date, date: {from: 2024-01-02, to: 2024-01-01}}', /upside down/],
  ['{name: a, type: date, date: {from: 2024-01-01, to: 2024-01-01, weekday: [1, 2]}}', /7 numbers/],
  ['{name: a, type: date, date: {from: 2024-01-01, to: 2024-01-01, precision: hour}}', /none of the words/],
  ['{name: a, type: date, after: {of: id, days: [1, 2]}}', /no date/],
  ['{name: a, type: date, after: {of: [id, x], days: [1, 2]}}', /not a foreign key/],
  ['{name: a, type: integer, foreign_key: {table: u, column: id}}', /no table 'u'/],
  ['{name: a, type: integer, foreign_key: {table: t, column: ib}}', /no column 'ib'/, "Did you mean 'id'?"],
  ['{name: a, type: integer, foreign_key: {table: t, column: a}}', /does not name one row/],
  ['{name: a, type: integer, lookup: {key: id, column: id}}', /not a foreign key/],
  ['{name: a, type: integer, sum: {table: t, columns: [id]}}', /not counted per/],
  ['{name: a, type: integer, count: {table: v}}', /no table 'v'/],
  ['{name: a, type: integer, integer: [1, 2], unique: true}', /cannot be unique/],
  ['{name: a, type: text, choice: [x, y], unique: true}', /cannot be unique/],
  ['{name: a, type: text, choice: {x: 1, y: 2, z: 2}, unique: true}', /different weights/],
  ['{name: a, type: text, constant: 1, unique: true}', /may come twice/],
  ['{name: a, type: integer, faker: number.int, unique: true}', /texts of Faker/],
  ['{name: a, type: date, date: {from: 2024-01-01, to: 2024-01-02, precision: day}, unique: true}', /cannot be unique/],
  ['{name: a, type: integer, integer: [1, 9], nulls: 2}', /number is needed/],
  ['{name: a, type: integer, sequence: {step: 0}}', /stands still/],
  [
    '{name: a, type: text, template: "{b}"}\n      - {name: b, type: text, template: "{a}"}',
    /circle: t\.a -> t\.b -> t\.a/,
  ],
  ['{name: a, type: text, template: x, dirt: [{rate: 0.8, make: negate}, {rate: 0.3, values: [1]}]}', /more than 1/],
  ['{name: a, type: text, template: x, dirt: [{rate: 0.8, make: uper}]}', /none of the words/, "Did you mean 'upper'?"],
  ['{name: a, type: integer, faker: person.firstName}', /does not fit its type/],
  ['{name: a, type: integer, sequence: {start: 3000000000}}', /out of the range of integer/],
  ['{name: a, type: varchar(3), template: abcd}', /longer than/],
  ['{name: a, type: "numeric(4,2)", constant: 100}', /too large/],
  ['{name: a, type: boolean, choice: [maybe]}', /neither true nor false/],
  ['{name: a, type: uuid, template: x}', /no UUID/],
  ['{name: a, type: integer, integer: [1, 2], dirt: [{rate: 0.1, values: [1, none]}]}', /'none' is no whole number/],
  ['{name: a, type: date, date: {from: 2024-01-01, to: 2024-01-02}, dirt: [{rate: 0.1, make: day_first}]}', /no date/],
]

for (const [column, message, hint] of COLUMNS) {
  test(`column ${column}`, () => {
    const error = refusal(one(`      - ${column}\n`))
    expect(error.code).toBe('T8001')
    expect(error.message).toMatch(message)
    expect(error.details.location).toMatchObject({ file: 'spec.yml', line: 7 })
    expect(error.details.expected).toBeTruthy()
    if (hint !== undefined) expect(error.details.hint).toBe(hint)
  })
}

test('uniqueness is counted at the scale that is asked for', () => {
  const spec = one('      - {name: a, type: integer, integer: [1, 100], unique: true}\n', '60')
  expect(generateTables(readGeneratorSpec('spec.yml', spec)).length).toBe(1)
  const error = refusal(spec, 2)
  expect(error.details.found).toBe('100 values for 120 rows')
  expect(error.details.location?.line).toBe(7)
})

test('a sequence may not leave its type at the scale that is asked for', () => {
  const spec = one('      - {name: a, type: smallint, sequence: {start: 32000}}\n', '500')
  expect(generateTables(readGeneratorSpec('spec.yml', spec)).length).toBe(1)
  expect(refusal(spec, 2).message).toContain('out of the range of smallint')
})

test('keys in a circle are named as a way', () => {
  const error = refusal(`tables:
  - name: a
    rows: 3
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
      - {name: b_id, type: integer, foreign_key: {table: b, column: id}}
  - name: b
    rows: 3
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
      - {name: a_id, type: integer, foreign_key: {table: a, column: id}}
`)
  expect(error.message).toContain('a -> b -> a')
  expect(error.details.location?.line).toBe(6)
})

test('tables may stand in any order', () => {
  const tables = generateTables(
    readGeneratorSpec(
      'spec.yml',
      `tables:
  - name: items
    rows: {per: orders, weights: [0, 1]}
    columns:
      - {name: order_id, type: integer, foreign_key: {table: orders, column: id}}
  - name: orders
    rows: 3
    columns:
      - {name: id, type: integer, sequence: {start: 1}}
`,
    ),
  )
  expect(tables.map((table) => [table.spec.name, table.rowCount])).toEqual([
    ['items', 6],
    ['orders', 3],
  ])
})

const FILES: readonly (readonly [text: string, line: number, message: RegExp])[] = [
  ['seed: [1\ntables: 2', 2, /./],
  ['seed: 1\nseed: 2\ntables: []\n', 2, /twice/],
  ['seed: 1\ntables: []\n', 2, /no table/],
  ['seed: x\ntables: []\n', 1, /whole number/],
  ['version: 2\ntables: []\n', 1, /version/],
  ['locale: xx\ntables: []\n', 1, /no locale/],
  ['output: json\ntables:\n  - name: t\n', 1, /none of the words/],
  ['tables:\n  - name: t\n    rows: 0\n    columns: [{name: a, type: text, template: x}]\n', 3, /whole number/],
  [
    'tables:\n  - name: t\n    rows: {per: t, weights: [1]}\n    columns: [{name: a, type: text, template: x}]\n',
    3,
    /per itself/,
  ],
  [
    'tables:\n  - name: t\n    rows: {per: u}\n    columns: [{name: a, type: text, template: x}]\n',
    3,
    /weights or a total/,
  ],
  ['tables:\n  - name: t\n    rows: 1\n    by_day: a\n    columns: [{name: a, type: text, template: x}]\n', 4, /a day/],
  [
    'tables:\n  - name: t\n    rows: 1\n    columns: [{name: a, type: text, template: x, hidden: true}]\n',
    4,
    /No column/,
  ],
]

test.each(FILES)('spec %j', (text, line, message) => {
  const error = refusal(text)
  expect(['T8001', 'T1002']).toContain(error.code)
  expect(error.message).toMatch(message)
  expect(error.details.location?.line).toBe(line)
})
