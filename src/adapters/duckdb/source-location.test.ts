import { expect, test } from 'vitest'
import type { JsonObject } from '../../core/index.ts'
import { sourceLocation } from './source-location.ts'

function located(config: JsonObject, meta: JsonObject = {}): string | null {
  return sourceLocation({
    name: 'orders',
    identifier: 'raw_orders',
    schema: 'shop',
    database: 'db',
    tags: ['x'],
    meta,
    config,
  })
}

test.each([
  [{}, null],
  [{ external_location: 'data/{name}.csv' }, "'data/orders.csv'"],
  [{ external_location: '{{x}}/{identifier}_{part}.parquet', part: 7 }, "'{x}/raw_orders_7.parquet'"],
  [
    { external_location: "read_csv('/tmp/%(identifier)s.csv', sep = '%%')", formatter: 'oldstyle' },
    "read_csv('/tmp/raw_orders.csv', sep = '%')",
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is Python's
  [{ external_location: '$schema/${name}/$$.json', formatter: 'template' }, "'shop/orders/$.json'"],
  [{ external_location: "'quoted/{name}.csv'" }, "'quoted/orders.csv'"],
])('config %j stands for %s', (config: JsonObject, sql) => {
  expect(located(config)).toBe(sql)
})

test('meta is read too, config goes before it', () => {
  expect(located({}, { external_location: '{name}.csv' })).toBe("'orders.csv'")
  expect(located({ external_location: 'b.csv' }, { external_location: 'a.csv' })).toBe("'b.csv'")
})

test.each([
  [{ external_location: '{nope}.csv' }, 'T1009', /names 'nope'/],
  [{ external_location: 'x.csv', formatter: 'jinja' }, 'T1009', /Formatter jinja/],
  [{ plugin: 'excel' }, 'T5007', /plugin excel/],
])('config %j is %s', (config: JsonObject, code, message) => {
  expect(() => located(config)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
})
