import { foldCrowdedLayers } from './layer-folding.ts'
import { crossings, orderLayers } from './layer-order.ts'
import { placeLayers } from './layer-placement.ts'

export interface LayoutNode {
  readonly id: string
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Route {
  readonly from: string
  readonly to: string
  /** From the right edge of `from` to the left edge of `to`, past the boxes between. */
  readonly points: readonly Point[]
}

export interface Layout {
  /** Centre of each node. */
  readonly positions: ReadonlyMap<string, Point>
  readonly routes: readonly Route[]
  readonly width: number
  readonly height: number
}

/** A box of the layered drawing: a node, or a bend of an edge that passes a layer. */
export interface Item {
  readonly id: string
  readonly isBend: boolean
  readonly height: number
  readonly before: Item[]
  readonly after: Item[]
  rank: number
  /** Which of its layer's columns it stands in; a crowded layer has several. */
  column: number
  /** How many columns its layer has. */
  columns: number
  /** Boxes side by side, or many bends, take less of the height: what their distances are divided by. */
  squeeze: number
  order: number
  y: number
}

const COLUMN_GAP = 60
/** Between the columns of one crowded layer. */
const FOLD_GAP = 22
const MARGIN = 28
const COMPONENT_GAP = 36
/** Past this many bends long edges are drawn straight: the order of so many says nothing to the eye, and costs time. */
const MAX_BENDS = 9000

/**
 * A layered drawing from left to right (Sugiyama's method): longest-path ranks, bends on long edges, barycentre sweeps
 * against crossings, then each box as near to its neighbours as the order allows. Parts that are not connected are laid out
 * apart and packed. Edges must not form a cycle; those to unknown nodes are left out. The same input gives the same drawing.
 */
export function layoutGraph(nodes: readonly LayoutNode[], edges: readonly (readonly [string, string])[]): Layout {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const known = edges.filter(([from, to]) => byId.has(from) && byId.has(to) && from !== to)
  const positions = new Map<string, Point>()
  const routes: Route[] = []
  const parts = components(nodes, known)
    .map((part) => layoutPart(part.nodes, part.edges))
    .sort((a, b) => b.positions.size - a.positions.size)

  const area = parts.reduce((sum, part) => sum + (part.width + COMPONENT_GAP) * (part.height + COMPONENT_GAP), 0)
  const rowWidth = Math.max(...parts.map((part) => part.width), Math.sqrt(area * 1.9), 1)
  let x = 0
  let y = 0
  let rowHeight = 0
  let width = 0
  for (const part of parts) {
    if (x > 0 && x + part.width > rowWidth) {
      x = 0
      y += rowHeight + COMPONENT_GAP
      rowHeight = 0
    }
    const dx = x + MARGIN
    const dy = y + MARGIN
    for (const [id, point] of part.positions) positions.set(id, { x: point.x + dx, y: point.y + dy })
    for (const route of part.routes) {
      routes.push({ ...route, points: route.points.map((point) => ({ x: point.x + dx, y: point.y + dy })) })
    }
    x += part.width + COMPONENT_GAP
    rowHeight = Math.max(rowHeight, part.height)
    width = Math.max(width, x - COMPONENT_GAP)
  }
  return { positions, routes, width: width + 2 * MARGIN, height: y + rowHeight + 2 * MARGIN }
}

interface Part {
  readonly nodes: readonly LayoutNode[]
  readonly edges: readonly (readonly [string, string])[]
}

/** Connected parts, in the order in which their first node is given. */
function components(nodes: readonly LayoutNode[], edges: Part['edges']): readonly Part[] {
  const leader = new Map(nodes.map((node) => [node.id, node.id]))
  const find = (id: string): string => {
    let root = id
    for (let next = leader.get(root); next !== undefined && next !== root; next = leader.get(root)) root = next
    leader.set(id, root)
    return root
  }
  for (const [from, to] of edges) leader.set(find(from), find(to))
  const parts = new Map<string, { nodes: LayoutNode[]; edges: (readonly [string, string])[] }>()
  for (const node of nodes) {
    const root = find(node.id)
    const part = parts.get(root) ?? { nodes: [], edges: [] }
    part.nodes.push(node)
    parts.set(root, part)
  }
  for (const edge of edges) parts.get(find(edge[0]))?.edges.push(edge)
  return [...parts.values()]
}

function layoutPart(nodes: readonly LayoutNode[], edges: Part['edges']): Layout {
  const items = new Map<string, Item>(
    nodes.map((node) => [
      node.id,
      {
        id: node.id,
        isBend: false,
        height: node.height,
        before: [],
        after: [],
        rank: 0,
        column: 0,
        columns: 1,
        squeeze: 1,
        order: 0,
        y: 0,
      },
    ]),
  )
  const pairs = edges.flatMap(([from, to]) => {
    const a = items.get(from)
    const b = items.get(to)
    return a === undefined || b === undefined ? [] : [{ from: a, to: b }]
  })
  for (const { from, to } of pairs) {
    from.after.push(to)
    to.before.push(from)
  }
  rank([...items.values()])
  const { layers, chains } = withBends([...items.values()], pairs)
  orderLayers(layers)
  foldCrowdedLayers(layers)
  placeLayers(layers)

  const sizes = new Map(nodes.map((node) => [node.id, node.width]))
  const widest = layers.map((layer) => Math.max(0, ...layer.map((item) => sizes.get(item.id) ?? 0)))
  const lefts: number[] = []
  const spans: number[] = []
  let right = 0
  for (const [index, layer] of layers.entries()) {
    const columns = layer[0]?.columns ?? 1
    const span = columns * (widest[index] ?? 0) + (columns - 1) * FOLD_GAP
    lefts.push(right)
    spans.push(span)
    const next = layers[index + 1]
    // Many lines between two layers need room to be told apart.
    const room = next === undefined ? 0 : Math.min(110, crossings(layer, next) * 0.6)
    right += span + (next === undefined ? 0 : COLUMN_GAP + room)
  }
  const all = layers.flat()
  const top = Math.min(...all.map((item) => item.y - item.height / 2))
  const bottom = Math.max(...all.map((item) => item.y + item.height / 2))
  const at = (item: Item): Point => {
    const left = lefts[item.rank] ?? 0
    const width = widest[item.rank] ?? 0
    const x = item.isBend ? left + (spans[item.rank] ?? 0) / 2 : left + item.column * (width + FOLD_GAP) + width / 2
    return { x, y: item.y - top }
  }
  return {
    positions: new Map([...items.values()].map((item) => [item.id, at(item)])),
    routes: chains.map((chain) => route(chain, at, sizes, spans)),
    width: right,
    height: bottom - top,
  }
}

/** Longest path from a root; then nodes without parents move right, next to their nearest child. */
function rank(items: readonly Item[]): void {
  const waiting = new Map(items.map((item) => [item, item.before.length]))
  let ready = items.filter((item) => item.before.length === 0)
  while (ready.length > 0) {
    const next: Item[] = []
    for (const item of ready) {
      for (const child of item.after) {
        child.rank = Math.max(child.rank, item.rank + 1)
        const left = (waiting.get(child) ?? 0) - 1
        waiting.set(child, left)
        if (left === 0) next.push(child)
      }
    }
    ready = next
  }
  for (const item of items) {
    if (item.before.length === 0 && item.after.length > 0) {
      item.rank = Math.min(...item.after.map((child) => child.rank)) - 1
    }
  }
}

interface Layered {
  readonly layers: Item[][]
  /** Each edge as its items: from, bends, to. */
  readonly chains: readonly (readonly Item[])[]
}

function withBends(items: readonly Item[], pairs: readonly { from: Item; to: Item }[]): Layered {
  const layers: Item[][] = []
  const put = (item: Item): void => {
    const layer = layers[item.rank] ?? []
    item.order = layer.length
    layer.push(item)
    layers[item.rank] = layer
  }
  for (let index = 0; index <= Math.max(0, ...items.map((item) => item.rank)); index++) layers.push([])
  for (const item of items) put(item)
  const bends = pairs.reduce((sum, { from, to }) => sum + Math.max(0, to.rank - from.rank - 1), 0)
  if (bends > MAX_BENDS) return { layers, chains: pairs.map(({ from, to }) => [from, to]) }

  for (const item of items) {
    item.before.length = 0
    item.after.length = 0
  }
  const chains = pairs.map(({ from, to }) => {
    const chain = [from]
    let last = from
    for (let rank = from.rank + 1; rank < to.rank; rank++) {
      const bend: Item = {
        id: '',
        isBend: true,
        height: 4,
        before: [last],
        after: [],
        rank,
        column: 0,
        columns: 1,
        squeeze: 1,
        order: 0,
        y: 0,
      }
      put(bend)
      last.after.push(bend)
      chain.push(bend)
      last = bend
    }
    last.after.push(to)
    to.before.push(last)
    chain.push(to)
    return chain
  })
  return { layers, chains }
}

function route(
  chain: readonly Item[],
  at: (item: Item) => Point,
  sizes: ReadonlyMap<string, number>,
  spans: readonly number[],
): Route {
  const first = chain[0]
  const last = chain[chain.length - 1]
  const points: Point[] = []
  for (const item of chain) {
    const centre = at(item)
    const half = (item.isBend ? (spans[item.rank] ?? 0) : (sizes.get(item.id) ?? 0)) / 2
    if (item !== first) points.push({ x: centre.x - half, y: centre.y })
    if (item !== last) points.push({ x: centre.x + half, y: centre.y })
  }
  return { from: first?.id ?? '', to: last?.id ?? '', points }
}
