import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { localChunks } from './chunks.ts'
import { csvLine } from './csv-line.ts'
import { fakerMethodNames, fakerMethods } from './faker-methods.ts'
import { type GeneratedTable, generateTables } from './generate.ts'
import { randomStream } from './random.ts'
import { readGeneratorSpec } from './read-spec.ts'
import type { GeneratorSpec } from './spec.ts'

const shopFile = fileURLToPath(new URL('../../generate/shop.yml', import.meta.url))
const shop = readGeneratorSpec('generate/shop.yml', readFileSync(shopFile, 'utf8'))

type Row = Readonly<Record<string, string | null>>

function rowsOf(spec: GeneratorSpec, name: string, scale = 0.1): Row[] {
  const table = find(generateTables(spec, { scale }), name)
  const rows: Row[] = []
  table.rows(0, table.rowCount, (cells) =>
    rows.push(Object.fromEntries(table.columns.map((column, index) => [column.name, cells[index] ?? null]))),
  )
  return rows
}

function find(tables: readonly GeneratedTable[], name: string): GeneratedTable {
  const found = tables.find((table) => table.spec.name === name)
  if (!found) throw new Error(`no table ${name}`)
  return found
}

/** A spec without its dirt: what look-ups and sums are computed from. */
const clean: GeneratorSpec = {
  ...shop,
  tables: shop.tables.map((table) => ({
    ...table,
    duplicateRate: 0,
    columns: table.columns.map((one) => ({ ...one, dirt: [] })),
  })),
}

async function bytes(spec: GeneratorSpec, index: number, chunkRows: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const source = localChunks(generateTables(spec, { scale: 0.1 }), { chunkRows })
  for await (const chunk of source.chunks(index)) parts.push(chunk.bytes)
  return Buffer.concat(parts)
}

afterEach(() => {
  vi.useRealTimers()
})

test('the rows depend on the spec alone: not on the size of chunks, not on the run', async () => {
  const once = await bytes(shop, 2, 4000)
  expect(once.length).toBeGreaterThan(10_000)
  expect((await bytes(shop, 2, 7)).equals(once)).toBe(true)
  expect((await bytes(shop, 2, 4000)).equals(once)).toBe(true)
  expect((await bytes({ ...shop, seed: 2 }, 2, 4000)).equals(once)).toBe(false)
})

test('rows can be made in any order', () => {
  const table = find(generateTables(shop, { scale: 0.1 }), 'orders')
  const at = (row: number): unknown => {
    let made: unknown
    table.rows(row, row + 1, (cells) => {
      made = cells
    })
    return made
  }
  const backwards = [999, 500, 3].map(at)
  const fresh = find(generateTables(shop, { scale: 0.1 }), 'orders')
  const forwards: unknown[] = []
  fresh.rows(0, 1000, (cells, row) => {
    if ([3, 500, 999].includes(row)) forwards[row] = cells
  })
  expect(backwards).toEqual([forwards[999], forwards[500], forwards[3]])
})

test('keys point at rows that exist, and an order total is the sum of its lines', () => {
  const items = rowsOf(clean, 'order_items')
  const orders = rowsOf(clean, 'orders')
  const customers = new Set(rowsOf(clean, 'customers').map((row) => row['customer_id']))
  const products = new Set(rowsOf(clean, 'products').map((row) => row['product_id']))
  const sums = new Map<string | null | undefined, number>()
  for (const item of items) {
    expect(products.has(item['product_id'] ?? null)).toBe(true)
    const cents = Math.round(Number(item['quantity']) * Number(item['unit_price']) * 100)
    sums.set(item['order_id'], (sums.get(item['order_id']) ?? 0) + cents)
  }
  expect(orders.length).toBe(1000)
  for (const order of orders) {
    expect(customers.has(order['customer_id'] ?? null)).toBe(true)
    expect(Math.round(Number(order['total_amount']) * 100)).toBe(sums.get(order['order_id']))
  }
})

test('no order comes before its customer registered', () => {
  const registered = new Map(
    rowsOf(clean, 'customers').map((row) => [row['customer_id'], row['registration_date'] ?? '']),
  )
  for (const order of rowsOf(clean, 'orders')) {
    expect((order['order_date'] ?? '') >= (registered.get(order['customer_id']) ?? '9')).toBe(true)
  }
})

test('dirt comes at about its rate', () => {
  const orders = rowsOf(shop, 'orders', 1)
  const bad = orders.filter((row) => ['UNKNOWN', '???', 'lost'].includes(row['order_status'] ?? ''))
  expect(bad.length).toBeGreaterThan(30)
  expect(bad.length).toBeLessThan(100)
  expect(orders.length - 10_000).toBeGreaterThan(60)
  expect(orders.length - 10_000).toBeLessThan(150)
})

function spec(columns: string, rows: number | string = 500, more = ''): GeneratorSpec {
  const lines = columns
    .trim()
    .split('\n')
    .map((line) => `      - {${line.trim()}}`)
  return readGeneratorSpec(
    'spec.yml',
    `seed: 5\ntables:\n  - name: t\n    rows: ${rows}\n    columns:\n${lines.join('\n')}\n${more}`,
  )
}

test('unique columns hold no value twice, whatever their kind', () => {
  const rows = rowsOf(
    spec(`name: a, type: integer, integer: [1, 500], unique: true
      name: b, type: 'numeric(6,2)', decimal: {range: [0, 5]}, unique: true
      name: c, type: date, date: {from: 2020-01-01, to: 2022-01-01, precision: day}, unique: true
      name: d, type: text, faker: person.firstName, unique: true
      name: e, type: text, faker: internet.email, unique: true
      name: f, type: text, template: 'x', unique: true`),
    't',
    1,
  )
  for (const column of ['a', 'b', 'c', 'd', 'e', 'f']) {
    expect(new Set(rows.map((row) => row[column])).size, column).toBe(500)
  }
  expect(rows.every((row) => Number(row['a']) >= 1 && Number(row['a']) <= 500)).toBe(true)
  expect(rows.map((row) => row['a'])).not.toEqual(rows.map((row) => row['a']).sort())
})

test('a unique key takes each row of the other table once', () => {
  const made = spec(
    'name: id, type: integer, sequence: {start: 1}',
    50,
    `  - name: u
    rows: 50
    columns:
      - {name: t_id, type: integer, foreign_key: {table: t, column: id}, unique: true}
`,
  )
  expect(new Set(rowsOf(made, 'u', 1).map((row) => row['t_id'])).size).toBe(50)
})

test('values by another column, nulls, hidden columns, look-ups through nulls', () => {
  const made = spec(
    `name: id, type: integer, sequence: {start: 1}
      name: kind, type: text, choice: {A: 1, B: 1}, hidden: true
      name: label, type: text, choice_by: {column: kind, choices: {A: [apple, avocado], B: {bread: 1}}}
      name: size, type: integer, integer: {range: [0, 0], by: kind, ranges: {A: [10, 19], B: [20, 29]}}
      name: boss, type: integer, foreign_key: {table: t, column: id}, nulls: 0.2
      name: boss_size, type: integer, lookup: {key: boss, column: size}
      name: born, type: date, date: {from: 2020-01-01, to: 2020-12-31, precision: day}
      name: named, type: timestamp, after: {of: born, days: [1, 7]}`,
  )
  const rows = rowsOf(made, 't', 1)
  expect(Object.keys(rows[0] ?? {})).not.toContain('kind')
  const sizes = new Map(rows.map((row) => [row['id'], row['size']]))
  for (const row of rows) {
    const fruit = row['label'] !== 'bread'
    expect(Number(row['size']) < 20).toBe(fruit)
    expect(row['boss_size']).toBe(row['boss'] === null ? null : sizes.get(row['boss']))
    if (row['boss'] !== null) expect(Number(row['boss'])).toBeLessThan(Number(row['id']))
    const days =
      (Date.parse(`${row['named']?.replace(' ', 'T')}Z`) - Date.parse(`${row['born']}T00:00:00Z`)) / 86_400_000
    expect(days).toBeGreaterThanOrEqual(1)
    expect(days).toBeLessThanOrEqual(7)
  }
  const nulls = rows.filter((row) => row['boss'] === null).length
  expect(nulls).toBeGreaterThan(70)
  expect(nulls).toBeLessThan(140)
})

test('a total of child rows is kept to the row, each parent has its least, scale moves both', () => {
  const children = `  - name: u
    rows: {per: t, min: 1, total: 1500}
    columns:
      - {name: t_id, type: integer, foreign_key: {table: t, column: id}}
`
  const made = spec(
    'name: id, type: integer, sequence: {start: 1}\nname: n, type: integer, count: {table: u}',
    500,
    children,
  )
  for (const scale of [1, 2]) {
    const rows = rowsOf(made, 'u', scale)
    expect(rows.length).toBe(1500 * scale)
    const counts = new Map<string | null | undefined, number>()
    for (const row of rows) counts.set(row['t_id'], (counts.get(row['t_id']) ?? 0) + 1)
    expect(counts.size).toBe(500 * scale)
    expect(rowsOf(made, 't', scale).map((row) => Number(row['n']))).toEqual([...counts.values()])
  }
  const still = spec('name: id, type: integer, sequence: {start: 1}', '{count: 6, scale: false}')
  expect(rowsOf(still, 't', 100).length).toBe(6)
})

test('hidden tables are there for keys alone', () => {
  const made = spec(
    'name: id, type: integer, sequence: {start: 100}',
    5,
    `  - name: u
    rows: 20
    columns:
      - {name: t_id, type: integer, foreign_key: {table: t, column: id}}
`,
  )
  const hidden = { ...made, tables: made.tables.map((table) => ({ ...table, hidden: table.name === 't' })) }
  expect(generateTables(hidden).map((table) => table.spec.name)).toEqual(['u'])
  expect(rowsOf(hidden, 'u', 1)).toEqual(rowsOf(made, 'u', 1))
})

test('skewed keys are skewed as Zipf says', () => {
  const made = spec(
    'name: id, type: integer, sequence: {start: 1}',
    100,
    `  - name: u
    rows: 20000
    columns:
      - {name: t_id, type: integer, foreign_key: {table: t, column: id, skew: 1}}
`,
  )
  const counts = new Map<string | null | undefined, number>()
  for (const row of rowsOf(made, 'u', 1)) counts.set(row['t_id'], (counts.get(row['t_id']) ?? 0) + 1)
  const sorted = [...counts.values()].sort((a, b) => b - a)
  // ln 2 / ln 101 of all draws fall on the most popular row, ln 1.5 / ln 101 on the next.
  expect((sorted[0] ?? 0) / 20_000).toBeCloseTo(Math.log(2) / Math.log(101), 1)
  expect((sorted[0] ?? 0) / (sorted[1] ?? 1)).toBeCloseTo(Math.log(2) / Math.log(1.5), 0)
})

test('dates follow trend, season and weekday', () => {
  const made = spec(
    `name: d, type: date, date: {from: 2023-01-01, to: 2024-12-31, precision: day, trend: 1, weekday: [0, 1, 1, 1, 1, 1, 1], season: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]}`,
    20_000,
  )
  const days = rowsOf(made, 't', 1).map((row) => new Date(`${row['d']}T00:00:00Z`))
  expect(days.some((day) => day.getUTCDay() === 0)).toBe(false)
  const share = (of: (day: Date) => boolean): number => days.filter(of).length / days.length
  expect(share((day) => day.getUTCFullYear() === 2024)).toBeGreaterThan(0.54)
  expect(share((day) => day.getUTCMonth() === 11)).toBeGreaterThan(0.18)
})

test('locales of the spec and of a column', () => {
  const made = spec(
    `name: a, type: text, faker: location.country, locale: de
      name: b, type: text, faker: location.country`,
    50,
  )
  const rows = rowsOf(made, 't', 1)
  const german = new Set(rows.map((row) => row['a']))
  expect([...german].some((name) => /[äöü]|ien$|land$/.test(name ?? ''))).toBe(true)
  expect(rows.map((row) => row['a'])).not.toEqual(rows.map((row) => row['b']))
})

test('no method of Faker asks the clock', () => {
  const sample = (): Map<string, string> => {
    const methods = fakerMethods()
    const made = new Map<string, string>()
    for (const name of fakerMethodNames()) {
      const stream = randomStream(1, name)
      try {
        const call = methods.bind(name, [], 'en', stream)
        stream.at(3)
        made.set(name, JSON.stringify(call()))
      } catch {
        // Some need arguments.
      }
    }
    return made
  }
  vi.useFakeTimers({ now: new Date('2026-03-01T00:00:00Z') })
  const once = sample()
  vi.setSystemTime(new Date('2031-09-09T09:09:09Z'))
  const again = sample()
  expect(once.size).toBeGreaterThan(150)
  expect([...again].filter(([name, value]) => once.get(name) !== value)).toEqual([])
})

test('CSV quotes what would break a line, tells null from empty', () => {
  expect(csvLine(['a,b', null, 'c"d', '', 'e\nf', '\\.', 'plain'])).toBe('"a,b",,"c""d","","e\nf","\\.",plain\n')
})

test('a stopped signal ends the making of chunks', async () => {
  const stop = new AbortController()
  const source = localChunks(generateTables(shop), { chunkRows: 100, signal: stop.signal })
  const read = async (): Promise<number> => {
    let chunks = 0
    for await (const _ of source.chunks(2)) if (++chunks === 3) stop.abort(new Error('stopped'))
    return chunks
  }
  await expect(read()).rejects.toThrow('stopped')
})

test('errors are TdbtErrors', () => {
  expect(() => spec('name: a, type: text')).toThrow(TdbtError)
})
