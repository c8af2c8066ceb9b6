import type { Item } from './layout.ts'

/** Sweeps after which the best order seen is taken; fewer for large graphs, where each is dear and gains less. */
function sweepsFor(size: number): number {
  if (size < 400) return 24
  return size < 3000 ? 14 : 8
}

/**
 * Orders the items of each layer so that few lines cross: sweeps to the right and to the left, each item to the middle of
 * its neighbours in the layer before (barycentre), ties as they were. Sorts the layers in place and sets `order`.
 */
export function orderLayers(layers: Item[][]): void {
  const size = layers.reduce((sum, layer) => sum + layer.length, 0)
  depthFirst(layers)
  let best = remember(layers)
  let fewest = total(layers)
  for (let sweep = 0; sweep < sweepsFor(size) && fewest > 0; sweep++) {
    if (sweep % 2 === 0) {
      for (let index = 1; index < layers.length; index++) arrange(layers[index] ?? [], 'before')
    } else {
      for (let index = layers.length - 2; index >= 0; index--) arrange(layers[index] ?? [], 'after')
    }
    const now = total(layers)
    if (now < fewest) {
      fewest = now
      best = remember(layers)
    }
  }
  for (const layer of layers) {
    layer.sort((a, b) => (best.get(a) ?? 0) - (best.get(b) ?? 0))
    number(layer)
  }
}

/** A first order that keeps families together: items as a walk from the roots meets them. */
function depthFirst(layers: Item[][]): void {
  const seen = new Set<Item>()
  const met: Item[][] = layers.map(() => [])
  const visit = (start: Item): void => {
    const stack = [start]
    while (stack.length > 0) {
      const item = stack.pop()
      if (item === undefined || seen.has(item)) continue
      seen.add(item)
      met[item.rank]?.push(item)
      for (const next of [...item.after].reverse()) if (!seen.has(next)) stack.push(next)
    }
  }
  for (const layer of layers) for (const item of layer) if (item.before.length === 0) visit(item)
  for (const [index, layer] of layers.entries()) {
    const order = new Map((met[index] ?? []).map((item, position) => [item, position]))
    layer.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
    number(layer)
  }
}

function arrange(layer: Item[], side: 'before' | 'after'): void {
  const middle = new Map<Item, number>()
  for (const item of layer) {
    const neighbours = item[side]
    const sum = neighbours.reduce((total, neighbour) => total + neighbour.order, 0)
    middle.set(item, neighbours.length === 0 ? item.order : sum / neighbours.length)
  }
  layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || a.order - b.order)
  number(layer)
}

function number(layer: readonly Item[]): void {
  layer.forEach((item, index) => {
    item.order = index
  })
}

function remember(layers: readonly Item[][]): Map<Item, number> {
  return new Map(layers.flatMap((layer) => layer.map((item) => [item, item.order] as const)))
}

function total(layers: readonly Item[][]): number {
  let sum = 0
  for (let index = 0; index + 1 < layers.length; index++) sum += crossings(layers[index] ?? [], layers[index + 1] ?? [])
  return sum
}

/** How many pairs of lines between two layers cross, counted with a Fenwick tree. */
export function crossings(left: readonly Item[], right: readonly Item[]): number {
  const tree = new Int32Array(right.length + 1)
  let crossed = 0
  let drawn = 0
  for (const item of left) {
    const targets = item.after.filter((next) => next.rank === item.rank + 1).map((next) => next.order)
    for (const target of targets) {
      let notAbove = 0
      for (let index = target + 1; index > 0; index -= index & -index) notAbove += tree[index] ?? 0
      crossed += drawn - notAbove
    }
    for (const target of targets) {
      for (let index = target + 1; index < tree.length; index += index & -index) tree[index] = (tree[index] ?? 0) + 1
      drawn++
    }
  }
  return crossed
}
