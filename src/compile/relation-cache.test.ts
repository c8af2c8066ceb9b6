import { expect, test } from 'vitest'
import { RelationCache } from './relation-cache.ts'

const relation = (identifier: string, schema = 's') => ({ database: 'd', schema, identifier })
const names = (cache: RelationCache<ReturnType<typeof relation>>, schema = 's') =>
  cache.list('d', schema).map((found) => found.identifier)

test('a schema is known once it was read, whatever the case of its name', () => {
  const cache = new RelationCache<ReturnType<typeof relation>>()
  expect(cache.knowsSchema('d', 's')).toBe(false)
  cache.addSchema('D', 'S')
  expect(cache.knowsSchema('d', 's')).toBe(true)
  expect(names(cache)).toEqual([])
})

test('a drop takes along what depends on it, over several steps and in other schemas', () => {
  const cache = new RelationCache<ReturnType<typeof relation>>()
  for (const name of ['a', 'b', 'e']) cache.add(relation(name))
  cache.addLink(relation('a'), relation('b'))
  cache.addLink(relation('b'), relation('c', 't'))
  cache.addLink(relation('c', 't'), relation('a'))
  cache.drop(relation('A'))
  expect(names(cache)).toEqual(['e'])
  expect(names(cache, 't')).toEqual([])
})

test('a rename carries links along, and refuses a taken name', () => {
  const cache = new RelationCache<ReturnType<typeof relation>>()
  for (const name of ['a', 'v', 'x']) cache.add(relation(name))
  cache.addLink(relation('a'), relation('v'))
  expect(cache.rename(relation('a'), relation('x'), (old) => old)).toBe(false)
  expect(cache.rename(relation('a'), relation('a__backup'), () => relation('a__backup'))).toBe(true)
  expect(cache.rename(relation('v'), relation('w'), () => relation('w'))).toBe(true)
  cache.drop(relation('a__backup'))
  expect(names(cache)).toEqual(['x'])
  expect(cache.rename(relation('unknown'), relation('new'), (old) => old)).toBe(true)
  expect(names(cache)).toEqual(['x', 'new'])
})

test('a dump names each relation and what goes with it', () => {
  const cache = new RelationCache<ReturnType<typeof relation>>()
  cache.add(relation('a'))
  cache.addLink(relation('a'), relation('v', 't'))
  expect(cache.dump()).toEqual({ 'd.s.a': ['d.t.v'], 'd.t.v': [] })
})

test('links from schemas that were not read are left out', () => {
  const cache = new RelationCache<ReturnType<typeof relation>>()
  cache.add(relation('v'))
  cache.addLink(relation('t', 'elsewhere'), relation('v'))
  expect(names(cache, 'elsewhere')).toEqual([])
})
