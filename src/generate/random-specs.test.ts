import { expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { localChunks } from './chunks.ts'
import { type GeneratedTable, generateTables } from './generate.ts'
import { randomStream } from './random.ts'
import { readGeneratorSpec } from './read-spec.ts'

/** Specs put together by chance: whatever is accepted keeps the promises, whatever is not is refused with a place. */

type Pick = <T>(values: readonly T[]) => T

type Column = (pick: Pick) => string

const PLAIN: readonly Column[] = [
  (pick) => `type: bigint, integer: [${pick([0, -50, 1])}, ${pick([1, 40, 5000])}]`,
  (pick) => `type: 'numeric(14,2)', decimal: {range: [${pick([0, -3])}, ${pick([3, 700])}], scale: ${pick([0, 1, 2])}}`,
  (pick) => `type: text, choice: ${pick(['{a: 1, b: 5}', '[x, y, z]', '[{value: 1, weight: 3}, {value: null}]'])}`,
  (pick) => `type: text, faker: ${pick(['person.fullName', 'internet.email', 'lorem.word', 'location.city'])}`,
  (pick) => `type: timestamp, faker: ${pick(['date.past', 'date.birthdate'])}`,
  (pick) =>
    `type: timestamp, date: {from: 2024-01-01, to: ${pick(['2024-01-01', '2024-03-05'])}, trend: ${pick([0, -1, 2])}}`,
  () => 'type: date, date: {from: 2024-01-01, to: 2024-12-31, precision: day}',
  (pick) => `type: text, template: '${pick(['{id}', '{row}-{c0}', '{c1}', '"{c2}",'])}'`,
  (pick) => `type: bigint, integer: {range: [0, 9], by: ${pick(['c0', 'c1'])}, ranges: {a: [10, 19]}}`,
  (pick) => `type: text, choice_by: {column: ${pick(['c0', 'c1'])}, choices: {a: [n], b: [m]}}`,
]
/** For tables with the key `p`. */
const KEYED: readonly Column[] = [
  (pick) => `type: text, lookup: {key: p, column: ${pick(['id', 'c0', 'c1'])}}`,
  (pick) => `type: bigint, lookup: {key: p, column: ${pick(['id', 'c0'])}, factor: [1, 2]}`,
  (pick) => `type: date, date: {from: 2024-01-01, to: 2026-01-01, precision: day, after: [p, ${pick(['c0', 'c1'])}]}`,
  (pick) => `type: timestamp, after: {of: [p, ${pick(['c0', 'c1'])}], days: [0, 3]}`,
]
/** For tables that may have children. */
const COUNTING: readonly Column[] = [
  (pick) => `type: bigint, count: {table: ${pick(['t1', 't2'])}}`,
  (pick) => `type: numeric, sum: {table: ${pick(['t1', 't2'])}, columns: [${pick(['id', 'c0', 'id, c1'])}]}`,
]

function randomSpec(seed: number): string {
  const stream = randomStream(seed, 'specs').at(seed)
  const pick: Pick = (values) => {
    const found = values[Math.floor(stream.next() * values.length)]
    if (found === undefined) throw new Error('nothing to pick')
    return found
  }
  const tables = ['t0', 't1', 't2'].map((name, index) => {
    // Now and then a circle.
    const parent = pick(['t0', 't0', 't0', index === 2 ? 't1' : 't0', 't0', 't1'])
    const rows =
      index === 0
        ? pick(['1', '90', '{count: 130, scale: false}'])
        : pick(['70', `{per: ${parent}, min: 0, weights: [1, 2, 1]}`, `{per: ${parent}, min: 1, total: 333}`])
    const key = `      - {name: p, type: bigint, foreign_key: {table: ${parent}, column: id, skew: ${pick([0, 0.7, 1])}}, nulls: ${pick([0, 0.2])}}\n`
    const kinds = pick([PLAIN, PLAIN, PLAIN, index === 0 ? COUNTING : KEYED])
    const columns = ['c0', 'c1', 'c2'].map((column, at) => {
      const more = `${pick(['', '', '', '', '', '', '', ', unique: true'])}${pick(['', '', ', nulls: 0.1'])}${pick(['', '', ", dirt: [{rate: 0.2, make: 'null'}]"])}`
      return `      - {name: ${column}, ${pick(at === 2 ? kinds : PLAIN)(pick)}${more}}\n`
    })
    return `  - name: ${name}\n    rows: ${rows}\n    duplicates: ${pick([0, 0.1])}\n    columns:\n      - {name: id, type: bigint, sequence: {start: 5, step: ${pick([1, -2])}}}\n${index === 0 ? '' : key}${columns.join('')}`
  })
  return `seed: ${seed}\ntables:\n${tables.join('')}`
}

async function bytes(tables: readonly GeneratedTable[], index: number, chunkRows: number): Promise<string> {
  let text = ''
  for await (const chunk of localChunks(tables, { chunkRows }).chunks(index))
    text += Buffer.from(chunk.bytes).toString()
  return text
}

function accepted(text: string): readonly GeneratedTable[] | null {
  try {
    return generateTables(readGeneratorSpec('spec.yml', text))
  } catch (error) {
    if (!(error instanceof TdbtError)) throw new Error(`${String(error)} of\n${text}`)
    expect(error.code).toBe('T8001')
    expect(error.details.location?.line).toBeGreaterThan(1)
    return null
  }
}

/** The clean values of a column: what dirt and duplicates left aside. */
function clean(text: string, table: string, column: string): readonly (string | null)[] {
  const spec = readGeneratorSpec(
    'spec.yml',
    text.replaceAll(/, dirt: \[[^\]]*\]/g, '').replaceAll(/duplicates: 0\.1/g, 'duplicates: 0'),
  )
  const found = generateTables(spec).find((one) => one.spec.name === table)
  const index = found?.columns.findIndex((one) => one.name === column) ?? -1
  const values: (string | null)[] = []
  found?.rows(0, found.rowCount, (cells) => values.push(cells[index] ?? null))
  return values
}

test('three hundred specs', async () => {
  let good = 0
  for (let seed = 1; seed <= 300; seed++) {
    const text = randomSpec(seed)
    const tables = accepted(text)
    if (!tables) continue
    good++
    for (const [index, table] of tables.entries()) {
      const whole = await bytes(tables, index, 4000)
      const again = accepted(text) ?? []
      expect(await bytes(again, index, 13), text).toBe(whole)
      for (const column of table.columns) {
        const { value } = column
        if (column.unique || value.kind === 'sequence') {
          const values = clean(text, table.spec.name, column.name).filter((one) => one !== null)
          expect(new Set(values).size, `${table.spec.name}.${column.name} of\n${text}`).toBe(values.length)
        }
        if (value.kind === 'foreign_key') {
          const ids = new Set(clean(text, value.table, value.column))
          const keys = clean(text, table.spec.name, column.name).filter((one) => one !== null)
          expect(
            keys.every((one) => ids.has(one)),
            text,
          ).toBe(true)
        }
      }
    }
  }
  expect(good).toBeGreaterThan(30)
}, 120_000)
