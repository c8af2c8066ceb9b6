import { expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { YamlReader } from './yaml-reader.ts'

const text = `seed: 1
tables:
  - name: t
    rows: many
    skip: yes
`

function refusal(work: () => unknown): TdbtError {
  try {
    work()
  } catch (error) {
    if (error instanceof TdbtError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('values are walked to, words mean what YAML 1.2 says', () => {
  const root = YamlReader.open('f.yml', text, 'T8001')
  expect(root.at('seed').integer()).toBe(1)
  const table = root.at('tables').list()[0]
  expect(table?.at('skip').string()).toBe('yes')
  expect(table?.at('name').word(['t', 'u'])).toBe('t')
  expect(table?.at('none').number(7)).toBe(7)
  expect(table?.at('toString').value).toBeUndefined()
})

test('what is wrong is refused with its line', () => {
  const root = YamlReader.open('f.yml', text, 'T8001')
  const rows = refusal(() => root.at('tables').at(0).at('rows').number(undefined, 1))
  expect(rows.code).toBe('T8001')
  expect(rows.details.location).toEqual({ file: 'f.yml', line: 4, column: 5 })
  expect(rows.details.found).toBe('"many"')
  expect(rows.details.expected).toBe('a number from 1')
  const key = refusal(() => root.keys(['seed', 'table']))
  expect(key.details.hint).toBe("Did you mean 'table'?")
  expect(refusal(() => root.at('seed').list()).details.location?.line).toBe(1)
  expect(refusal(() => root.at('seed').word(['a', 'b'])).details.expected).toBe('one of a, b')
  expect(refusal(() => root.at('seed').boolean()).code).toBe('T8001')
  expect(refusal(() => root.at('seed').integer(undefined, 5)).details.expected).toBe('a whole number from 5')
})

test('a key written twice and broken YAML are refused', () => {
  const twice = refusal(() => YamlReader.open('f.yml', 'a: 1\nb: 2\na: 3\n', 'T8001'))
  expect(twice.code).toBe('T8001')
  expect(twice.details.location?.line).toBe(3)
  expect(refusal(() => YamlReader.open('f.yml', 'a: [1\nb: 2', 'T8001')).code).toBe('T1002')
})
