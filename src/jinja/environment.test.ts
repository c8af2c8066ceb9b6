import { expect, test } from 'vitest'
import { DbtEnvironment, DbtTemplate } from './index.ts'

test("nunjucks' Environment renders with Python's semantics", () => {
  const context = { items: [1, 2], none: null, nested: { a: [true] } }
  expect(new DbtEnvironment().renderString('{{ items }} {{ nested }} {{ 4 / 2 }} {{ [] or "empty" }}', context)).toBe(
    "[1, 2] {'a': [True]} 2.0 empty",
  )
})

test('a template of its own knows its path', () => {
  const template = new DbtTemplate('{{ missing.x }}', new DbtEnvironment(), 'a.sql')
  expect(() => template.render()).toThrowError("'missing' is undefined")
  expect(() => new DbtTemplate('{% if %}', new DbtEnvironment(), 'a.sql')).toThrowError(
    "Expected an expression, got 'end of statement block'",
  )
})
