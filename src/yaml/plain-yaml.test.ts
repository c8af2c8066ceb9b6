import { expect, test } from 'vitest'
import { CORE_WORDS } from './core-words.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { readWholeYaml, type YamlPath } from './read-yaml.ts'

const PLAIN: readonly string[] = [
  'version: 2\nmodels:\n  - name: a\n    description: "The \'a\'."\n    columns:\n      - name: id\n        data_tests: [unique, not_null]\n',
  'models:\n- name: a # first\n  # a comment\n  config: {materialized: table, tags: [x, "y z"], meta: {}}\n\n- name: b\n  tests:\n  - unique\n  - accepted_values:\n      values: [new, 2, 1.5, -3, true, ~]\n',
  "a: it's\nb: 'it''s'\nc: a#b\nd: http://x/y:z\ne: a  b   # c\nf: -1\ng:\nh: ''\ni: x - y\n",
  'a: |\n  one\n\n  two\n    more\nb: |-\n  one\n\nc: |+\n  one\n\n\nd: >\n  one\n  two\n\n  three\n\n\n  four\ne: >-\n\n  one\n  two\nf: end\n',
  '---\na:\n  - - 1\n    - 2\n  -   b: 1\n      c: 2\n  - name: x\n    value:\n      - y\n',
  'list:\n  - |\n    text\n  - >-\n    folded\n    text\n  - [a, [b, {c: d}]]\n',
  'on: 1\nyes: 2\n+materialized: view\npre-hook: x\n',
]

test.each(PLAIN)('text %#: the values and places are those of the whole parser', (text) => {
  const plain = readPlainYaml(text, CORE_WORDS)
  const whole = readWholeYaml(text, 'f.yml', CORE_WORDS)
  expect(plain?.value).toEqual(whole.value)
  expect(JSON.stringify(plain?.value)).toBe(JSON.stringify(whole.value))
  const compare = (value: unknown, path: YamlPath) => {
    const { line, column } = whole.locate(path)
    const before = text.slice(0, plain?.offsetOf(path)).split('\n')
    expect([path, before.length, (before.at(-1)?.length ?? 0) + 1]).toEqual([path, line, column])
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value))
      compare(child, [...path, Array.isArray(value) ? Number(key) : key])
  }
  compare(whole.value, [])
  expect(plain?.offsetOf(['nowhere', 0])).toBe(plain?.offsetOf([]))
})

test.each([
  '',
  '# nothing\n',
  '- a\n- b\n',
  'a: 1\na: 2\n',
  'a: &x 1\nb: *x\n',
  'a: {<<: 1}\n',
  '<<: {a: 1}\n',
  'a: one\n  two\n',
  'a: "one\n  two"\n',
  'a: "\\n"\n',
  'a: {{ x }}\n',
  'a: [1,\n  2]\n',
  'a: [1, ]\n',
  'a: {b:1}\n',
  'a:\n\t- b\n',
  'a: 1\r\nb: 2\r\n',
  'a: b: c\n',
  'a: |\n  ends with the file',
  'a: >\n  one\n    more\n',
  'a: |2\n    x\n',
  'a: 1\n---\nb: 2\n',
  'a:\n   b: 1\n  c: 2\n',
  "a: 'x' y\n",
  'a: @x\n',
  'a: !!str 1\n',
  '"a": 1\n',
  '? a\n: b\n',
  '1: a\n',
  'a: %x\n',
])('%j is left to the whole parser', (text) => {
  expect(readPlainYaml(text, CORE_WORDS)).toBeUndefined()
})
