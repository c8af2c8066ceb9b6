import type { Item } from './layout.ts'

const GAP = 16
const BEND_GAP = 10
const ROUNDS = 12

/**
 * Sets `y` of every item: as near to the middle of its neighbours as order and gaps allow. Bends pull harder than boxes, so
 * long edges come out straight.
 */
export function placeLayers(layers: readonly Item[][]): void {
  for (const layer of layers) {
    let y = 0
    for (const [index, item] of layer.entries()) {
      if (index > 0) y += distance(layer[index - 1], item)
      item.y = y
    }
    for (const item of layer) item.y -= y / 2
  }
  for (let round = 0; round < ROUNDS; round++) {
    const rightwards = round % 2 === 0
    const last = round >= ROUNDS - 2
    for (let step = 0; step < layers.length; step++) {
      const layer = layers[rightwards ? step : layers.length - 1 - step] ?? []
      settle(layer, (item) => (last ? [...item.before, ...item.after] : rightwards ? item.before : item.after))
    }
  }
}

function distance(above: Item | undefined, below: Item): number {
  if (above === undefined) return 0
  const gap = above.isBend && below.isBend ? BEND_GAP : GAP
  // Boxes of a folded layer stand side by side: those of the same column are `columns` places apart.
  return (above.height / 2 + gap + below.height / 2) / Math.min(above.squeeze, below.squeeze)
}

/**
 * Least squares under the order (pool adjacent violators): after taking the fixed distances away, wanted places must not
 * decrease; runs that do are drawn together at their weighted mean.
 */
function settle(layer: readonly Item[], neighboursOf: (item: Item) => readonly Item[]): void {
  interface Block {
    sum: number
    weight: number
    count: number
  }
  const blocks: Block[] = []
  const offsets: number[] = []
  let offset = 0
  for (const [index, item] of layer.entries()) {
    offset += distance(layer[index - 1], item)
    offsets.push(offset)
    const { y, weight } = wanted(item, neighboursOf(item))
    blocks.push({ sum: (y - offset) * weight, weight, count: 1 })
    while (blocks.length > 1) {
      const below = blocks[blocks.length - 1]
      const above = blocks[blocks.length - 2]
      if (below === undefined || above === undefined) break
      if (above.sum / above.weight <= below.sum / below.weight) break
      above.sum += below.sum
      above.weight += below.weight
      above.count += below.count
      blocks.pop()
    }
  }
  let index = 0
  for (const block of blocks) {
    const base = block.sum / block.weight
    for (let member = 0; member < block.count; member++, index++) {
      const item = layer[index]
      if (item !== undefined) item.y = base + (offsets[index] ?? 0)
    }
  }
}

function wanted(item: Item, neighbours: readonly Item[]): { y: number; weight: number } {
  if (neighbours.length === 0) return { y: item.y, weight: 0.2 }
  let sum = 0
  let weight = 0
  for (const neighbour of neighbours) {
    const pull = item.isBend && neighbour.isBend ? 8 : item.isBend || neighbour.isBend ? 2 : 1
    sum += neighbour.y * pull
    weight += pull
  }
  return { y: sum / weight, weight: item.isBend ? 4 : 1 + Math.min(neighbours.length, 4) * 0.25 }
}
