import { expect, test } from 'vitest'
import { layoutGraph } from './layout.ts'

const box = (id: string) => ({ id, width: 200, height: 44 })
const layout = (names: string, edges: readonly string[]) =>
  layoutGraph(
    names.split(' ').map(box),
    edges.map((edge) => edge.split('>') as unknown as readonly [string, string]),
  )

test('parents stand left of their children, and no two boxes touch', () => {
  const { positions, width, height } = layout('a b c d e f lone', ['a>c', 'b>c', 'c>d', 'c>e', 'a>f', 'e>f'])
  const at = (id: string) => positions.get(id) ?? { x: Number.NaN, y: Number.NaN }
  for (const [from, to] of ['ac', 'bc', 'cd', 'ce', 'af', 'ef']) {
    expect(at(from ?? '').x + 100).toBeLessThan(at(to ?? '').x - 100)
  }
  const all = [...positions.values()]
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) {
      expect(Math.abs(one.x - other.x) >= 200 || Math.abs(one.y - other.y) >= 44).toBe(true)
    }
    expect(one.x - 100).toBeGreaterThanOrEqual(0)
    expect(one.x + 100).toBeLessThanOrEqual(width)
    expect(one.y + 22).toBeLessThanOrEqual(height)
  }
})

test('a chain is a straight line', () => {
  const { positions } = layout('a b c d', ['a>b', 'b>c', 'c>d'])
  expect(new Set([...positions.values()].map((point) => Math.round(point.y))).size).toBe(1)
})

test('lines that can be drawn without crossing are', () => {
  const { positions } = layout('a b c x y z', ['a>z', 'b>y', 'c>x'])
  const order = (ids: string) =>
    [...ids].sort((p, q) => (positions.get(p)?.y ?? 0) - (positions.get(q)?.y ?? 0)).join('')
  expect(order('abc')).toBe([...order('xyz')].map((id) => ({ x: 'c', y: 'b', z: 'a' })[id]).join(''))
})

test('a long edge passes the boxes of the layers between', () => {
  const { positions, routes } = layout('a b c d', ['a>b', 'b>c', 'c>d', 'a>d'])
  const long = routes.find((route) => route.from === 'a' && route.to === 'd')
  const passing = long?.points.slice(1, -1) ?? []
  expect(passing).toHaveLength(4)
  for (const point of passing) {
    for (const id of ['b', 'c']) {
      const centre = positions.get(id) ?? { x: 0, y: 0 }
      const inside = Math.abs(point.x - centre.x) < 99 && Math.abs(point.y - centre.y) < 22
      expect(inside).toBe(false)
    }
  }
})

test('a source stands next to the model that reads it, not at the far left', () => {
  const { positions } = layout('a b c src', ['a>b', 'b>c', 'src>c'])
  expect(positions.get('src')?.x).toBe(positions.get('b')?.x)
})

test('edges to unknown nodes and an empty graph do no harm', () => {
  expect(layout('a', ['a>nobody', 'a>a']).routes).toEqual([])
  expect(layoutGraph([], []).positions.size).toBe(0)
})

test('the same graph gives the same drawing', () => {
  const names = Array.from({ length: 60 }, (_, index) => `n${index}`)
  const edges = names
    .slice(1)
    .flatMap((name, index) => [`n${Math.floor(index / 2)}>${name}`, `n${Math.floor(index / 3)}>${name}`])
  const once = layout(names.join(' '), edges)
  expect(layout(names.join(' '), edges)).toEqual(once)
})

test('2,000 nodes are laid out', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `n${index}`)
  const edges = names.slice(200).flatMap((name, index) => [`n${index}>${name}`, `n${Math.floor(index / 2)}>${name}`])
  const { positions, routes } = layout(names.join(' '), edges)
  expect(positions.size).toBe(2000)
  expect(routes).toHaveLength(3600)
})
