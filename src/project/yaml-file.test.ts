import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PyFloat, pyStr, toPython } from '../jinja/index.ts'
import { readYaml } from './yaml-file.ts'
import { resolvePlainScalar } from './yaml-scalars.ts'

const recorded = JSON.parse(readFileSync(new URL('./cases/yaml-scalars.json', import.meta.url), 'utf8')) as {
  cases: [text: string, kind: string, shown: string][]
}

test.each(recorded.cases)('%s is read as PyYAML reads it', (text, kind, shown) => {
  const value = resolvePlainScalar(text)
  expect(pyStr(toPython(value))).toBe(shown)
  const ours = value === null ? 'NoneType' : value instanceof PyFloat ? 'float' : typeof value
  const theirs: Record<string, string[]> = {
    int: ['number', 'bigint'],
    float: ['number', 'float'],
    bool: ['boolean'],
    date: ['string'],
    datetime: ['string'],
    str: ['string'],
    NoneType: ['NoneType'],
  }
  expect(theirs[kind]).toContain(ours)
})

test('merge keys, anchors and quoted texts', () => {
  const { value } = readYaml("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\nc: '1'\nd: *x\n", 'f.yml')
  expect(value).toEqual({ a: { k: 1, l: 2 }, b: { k: 1, l: 3 }, c: '1', d: { k: 1, l: 2 } })
})

test('a block that ends with the file has no newline of its own', () => {
  expect(readYaml('a: >\n  one\n  two', 'f.yml').value).toEqual({ a: 'one two' })
  expect(readYaml('a: >\n  one\n  two\n', 'f.yml').value).toEqual({ a: 'one two\n' })
})

test('places are those of keys and items', () => {
  const yaml = readYaml('models:\n  - name: a\n    columns:\n      - name: x\n', 'f.yml')
  expect(yaml.locate(['models', 0, 'columns', 0, 'name'])).toEqual({ file: 'f.yml', line: 4, column: 9 })
  expect(yaml.locate(['models', 0, 'nothing'])).toEqual({ file: 'f.yml', line: 2, column: 5 })
})
