import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { encodeCopyText } from './copy-text.ts'
import { generateTables } from './generate.ts'
import { readGeneratorSpec } from './read-spec.ts'

const shopFile = fileURLToPath(new URL('../../generate/shop.yml', import.meta.url))
const shop = readGeneratorSpec('generate/shop.yml', readFileSync(shopFile, 'utf8'))

type Row = readonly (string | null)[]

function rowsOf(name: string, options: { scale?: number; batchRows?: number } = {}): Row[] {
  const table = generateTables(shop, { scale: 0.1, ...options }).find((candidate) => candidate.spec.name === name)
  if (!table) throw new Error(`no table ${name}`)
  return [...table.batches()].flat()
}

function column(name: string, columnName: string): (row: Row) => string | null {
  const index =
    shop.tables.find((table) => table.name === name)?.columns.findIndex((one) => one.name === columnName) ?? -1
  return (row) => row[index] ?? null
}

/** A spec without its dirt: what look-ups and sums are computed from. */
const clean = {
  ...shop,
  tables: shop.tables.map((table) => ({
    ...table,
    duplicateRate: 0,
    columns: table.columns.map((one) => ({ ...one, dirt: [] })),
  })),
}

function cleanRows(name: string): Row[] {
  const table = generateTables(clean, { scale: 0.1 }).find((candidate) => candidate.spec.name === name)
  return table ? [...table.batches()].flat() : []
}

test('the rows depend on the spec alone: not on batches, not on the run', () => {
  const once = encodeCopyText(rowsOf('orders'))
  expect(encodeCopyText(rowsOf('orders', { batchRows: 7 }))).toEqual(once)
  expect(encodeCopyText(rowsOf('orders'))).toEqual(once)
  expect(once.length).toBeGreaterThan(10_000)
})

test('another seed gives other rows', () => {
  const other = generateTables({ ...shop, seed: 2 }, { scale: 0.1 }).find((table) => table.spec.name === 'orders')
  expect([...(other?.batches() ?? [])].flat()[0]).not.toEqual(rowsOf('orders')[0])
})

test('keys point at rows that exist, and an order total is the sum of its lines', () => {
  const items = cleanRows('order_items')
  const orders = cleanRows('orders')
  const customers = new Set(cleanRows('customers').map(column('customers', 'customer_id')))
  const products = new Set(cleanRows('products').map(column('products', 'product_id')))
  const sums = new Map<string | null, number>()
  for (const item of items) {
    expect(products.has(column('order_items', 'product_id')(item))).toBe(true)
    const cents = Math.round(
      Number(column('order_items', 'quantity')(item)) * Number(column('order_items', 'unit_price')(item)) * 100,
    )
    const order = column('order_items', 'order_id')(item)
    sums.set(order, (sums.get(order) ?? 0) + cents)
  }
  expect(orders.length).toBe(1000)
  for (const order of orders) {
    expect(customers.has(column('orders', 'customer_id')(order))).toBe(true)
    const total = Number(column('orders', 'total_amount')(order))
    expect(Math.round(total * 100)).toBe(sums.get(column('orders', 'order_id')(order)))
  }
})

test('no order comes before its customer registered', () => {
  const registered = new Map(
    cleanRows('customers').map((row) => [
      column('customers', 'customer_id')(row),
      column('customers', 'registration_date')(row),
    ]),
  )
  for (const order of cleanRows('orders')) {
    const at = column('orders', 'order_date')(order) ?? ''
    expect(at >= (registered.get(column('orders', 'customer_id')(order)) ?? '9')).toBe(true)
  }
})

test('unique columns hold no value twice', () => {
  const emails = cleanRows('customers').map(column('customers', 'email'))
  expect(new Set(emails).size).toBe(emails.length)
})

test('dirt comes at about its rate', () => {
  const orders = rowsOf('orders', { scale: 1 })
  const bad = orders.filter((row) => ['UNKNOWN', '???', 'lost'].includes(column('orders', 'order_status')(row) ?? ''))
  expect(bad.length).toBeGreaterThan(30)
  expect(bad.length).toBeLessThan(100)
  expect(orders.length - 10_000).toBeGreaterThan(60)
  expect(orders.length - 10_000).toBeLessThan(150)
})

function refusal(text: string): TdbtError {
  try {
    generateTables(readGeneratorSpec('spec.yml', text))
  } catch (error) {
    if (error instanceof TdbtError) return error
    throw error
  }
  throw new Error('the spec was accepted')
}

const table = (columns: string) => `seed: 1\ntables:\n  - name: t\n    rows: 3\n    columns:\n${columns}`

test('a wrong spec is refused with its place', () => {
  const unknown = refusal(table('      - {name: a, type: text, fakr: person.firstName}\n'))
  expect(unknown.code).toBe('T8001')
  expect(unknown.details.location).toMatchObject({ file: 'spec.yml', line: 6 })
  expect(unknown.details.hint).toBe("Did you mean 'faker'?")

  const method = refusal(table('      - {name: a, type: text, faker: person.firstNam}\n'))
  expect(method.details.hint).toBe("Did you mean 'person.firstName'?")

  const key = refusal(table('      - {name: a, type: integer, foreign_key: {table: u, column: id}}\n'))
  expect(key.message).toContain('earlier table')

  const yaml = refusal('seed: [1\ntables: 2')
  expect(yaml.code).toBe('T1002')

  const rates = refusal(
    table(
      '      - {name: a, type: integer, integer: [1, 2], dirt: [{rate: 0.8, make: negate}, {rate: 0.3, values: [1]}]}\n',
    ),
  )
  expect(rates.details.location?.line).toBe(6)
})

test('COPY text escapes what would break a line', () => {
  const text = Buffer.from(encodeCopyText([['a\tb', null, 'c\\N\nd\r', '']])).toString()
  expect(text).toBe('a\\tb\t\\N\tc\\\\N\\nd\\r\t\n')
})
