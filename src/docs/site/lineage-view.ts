import { h, svg } from './dom.ts'
import { icon } from './icons.ts'
import { type Layout, layoutGraph, type Point } from './layout.ts'
import type { LineageGraph } from './lineage-graph.ts'
import { NODE_HEIGHT, NODE_WIDTH, nodeBox } from './lineage-node.ts'
import type { ColorMode } from './palette.ts'
import type { Store } from './store.ts'
import { type View, viewport } from './viewport.ts'

export interface LineageOptions {
  readonly store: Store
  readonly graph: LineageGraph
  readonly focus: string | null
  readonly colorMode: ColorMode
  /** Small drawings on node pages: no wheel zoom, so that the page scrolls. */
  readonly embedded?: boolean
  readonly onFocus?: (id: string) => void
}

/** Below this zoom, names are too small to read and are left out. */
const NAMES_FROM = 0.42

/**
 * The lineage drawing: boxes are links to their pages; pointer moves and zooms, hovering shows where data comes from and
 * goes; with the keyboard Tab and the arrows walk along edges, Enter opens, F puts a box in the middle, + − 0 zoom.
 */
export function lineageView(options: LineageOptions): HTMLElement {
  const { store, graph, embedded = false } = options
  const layout = layoutGraph(
    graph.ids.map((id) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    graph.edges,
  )
  const edgeLayer = svg('g', { class: 'edges' })
  const nodeLayer = svg('g', { class: 'nodes' })
  const world = svg('g', null, edgeLayer, nodeLayer)
  const canvas = svg('svg', { class: 'lineage-canvas', attrs: { role: 'group', 'aria-label': 'Lineage graph' } }, world)
  const boxes = new Map<string, SVGElement>()
  const lines: { from: string; to: string; path: SVGElement }[] = []

  for (const route of layout.routes) {
    const through = graph.indirect.has(`${route.from}→${route.to}`)
    const path = svg('path', {
      class: through ? 'edge indirect' : 'edge',
      attrs: { d: curve(route.points), 'data-from': route.from, 'data-to': route.to },
    })
    lines.push({ from: route.from, to: route.to, path })
    edgeLayer.append(path)
  }
  for (const id of readingOrder(graph.ids, layout)) {
    const resource = store.resources.get(id)
    const at = layout.positions.get(id)
    if (resource === undefined || at === undefined) continue
    const box = nodeBox(store, resource, options.colorMode, id === options.focus)
    box.setAttribute(
      'transform',
      `translate(${Math.round(at.x - NODE_WIDTH / 2)} ${Math.round(at.y - NODE_HEIGHT / 2)})`,
    )
    boxes.set(id, box)
    nodeLayer.append(box)
  }

  // A small drawing is as high as it needs to be.
  const height = Math.round(Math.min(380, Math.max(150, layout.height * 0.9 + 20)))
  const frame = h(
    'div',
    { class: embedded ? 'lineage embedded' : 'lineage', vars: { '--height': `${height}px` } },
    canvas,
  )
  const view = viewport(canvas, world, layout, {
    wheel: !embedded,
    onChange: (scale) => frame.classList.toggle('far', scale < NAMES_FROM),
    focus: options.focus === null ? null : (layout.positions.get(options.focus) ?? null),
  })
  frame.append(controls(view))
  if (graph.ids.length === 0) frame.append(h('p', { class: 'lineage-empty' }, 'Nothing passes these filters.'))

  const highlight = highlighter(frame, boxes, lines)
  nodeLayer.addEventListener('pointerover', (event) => highlight(idOf(event.target)))
  nodeLayer.addEventListener('pointerleave', () => highlight(null))
  nodeLayer.addEventListener('focusin', (event) => {
    const id = idOf(event.target)
    highlight(id)
    const at = id === null ? undefined : layout.positions.get(id)
    // A click focuses too; moving the drawing then would pull the box away from the pointer.
    if (at !== undefined && !view.dragging() && !frame.matches(':active')) view.reveal(at)
  })
  nodeLayer.addEventListener('focusout', () => highlight(null))
  canvas.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent)) return
    const id = idOf(event.target)
    const action = keyAction(event.key)
    if (action === null || event.ctrlKey || event.metaKey || event.altKey) return
    if (action === 'fit') view.fit()
    else if (action === 'in') view.zoom(1.25)
    else if (action === 'out') view.zoom(0.8)
    else if (id === null) return
    else if (action === 'focus') options.onFocus?.(id)
    else boxes.get(neighbour(id, action, graph, layout) ?? '')?.focus()
    event.preventDefault()
  })
  // A drag ends with a click on whatever is under the pointer: not meant.
  canvas.addEventListener('click', (event) => view.dragged() && event.preventDefault(), true)
  return frame
}

function controls(view: View): HTMLElement {
  const button = (label: string, name: 'plus' | 'minus' | 'fit', run: () => void): HTMLElement =>
    h(
      'button',
      { class: 'icon-button', title: label, attrs: { type: 'button', 'aria-label': label }, on: { click: run } },
      icon(name),
    )
  return h(
    'div',
    { class: 'lineage-controls' },
    button('Zoom in (+)', 'plus', () => view.zoom(1.3)),
    button('Zoom out (−)', 'minus', () => view.zoom(1 / 1.3)),
    button('Fit to view (0)', 'fit', () => view.fit()),
  )
}

/** A smooth line through the points, level where it meets a box. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let d = `M${r(first.x)} ${r(first.y)}`
  let last = first
  for (const point of rest) {
    const bend = Math.max(18, (point.x - last.x) / 2)
    d +=
      Math.abs(point.y - last.y) < 0.5
        ? `L${r(point.x)} ${r(point.y)}`
        : `C${r(last.x + bend)} ${r(last.y)} ${r(point.x - bend)} ${r(point.y)} ${r(point.x)} ${r(point.y)}`
    last = point
  }
  return d
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}

function idOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('[data-node]')?.getAttribute('data-node') ?? null) : null
}

/** Tab goes column by column, top to bottom. */
function readingOrder(ids: readonly string[], { positions }: Layout): readonly string[] {
  const at = (id: string): Point => positions.get(id) ?? { x: 0, y: 0 }
  return [...ids].sort((a, b) => at(a).x - at(b).x || at(a).y - at(b).y)
}

type Direction = 'left' | 'right' | 'up' | 'down'

function keyAction(key: string): Direction | 'fit' | 'in' | 'out' | 'focus' | null {
  const actions: Readonly<Record<string, Direction | 'fit' | 'in' | 'out' | 'focus'>> = {
    ArrowLeft: 'left',
    ArrowRight: 'right',
    ArrowUp: 'up',
    ArrowDown: 'down',
    '0': 'fit',
    '+': 'in',
    '=': 'in',
    '-': 'out',
    f: 'focus',
  }
  return actions[key] ?? null
}

/** Left and right follow edges to the nearest parent or child; up and down stay in the column. */
function neighbour(id: string, direction: Direction, graph: LineageGraph, { positions }: Layout): string | undefined {
  const here = positions.get(id)
  if (here === undefined) return undefined
  const candidates =
    direction === 'left'
      ? graph.edges.filter(([, to]) => to === id).map(([from]) => from)
      : direction === 'right'
        ? graph.edges.filter(([from]) => from === id).map(([, to]) => to)
        : graph.ids.filter((other) => {
            const at = positions.get(other)
            if (at === undefined || Math.abs(at.x - here.x) > 1) return false
            return direction === 'up' ? at.y < here.y : at.y > here.y
          })
  const away = (other: string): number => Math.abs((positions.get(other)?.y ?? 0) - here.y)
  return [...candidates].sort((a, b) => away(a) - away(b))[0]
}

/** Marks what is upstream and downstream of a box within the drawing, and fades the rest. */
function highlighter(
  frame: HTMLElement,
  boxes: ReadonlyMap<string, SVGElement>,
  lines: readonly { from: string; to: string; path: SVGElement }[],
): (id: string | null) => void {
  let marked: Element[] = []
  let current: string | null = null
  const walk = (id: string, from: 'from' | 'to', to: 'from' | 'to'): Set<string> => {
    const seen = new Set([id])
    const stack = [id]
    while (stack.length > 0) {
      const at = stack.pop()
      for (const line of lines) {
        if (line[from] !== at || seen.has(line[to])) continue
        seen.add(line[to])
        stack.push(line[to])
      }
    }
    return seen
  }
  return (id) => {
    if (id === current) return
    current = id
    for (const element of marked) element.classList.remove('lit', 'up', 'down')
    marked = []
    frame.classList.toggle('dimmed', id !== null)
    if (id === null) return
    const up = walk(id, 'to', 'from')
    const down = walk(id, 'from', 'to')
    const mark = (element: Element | undefined, ...names: string[]): void => {
      if (element === undefined) return
      element.classList.add(...names)
      marked.push(element)
    }
    for (const other of [...up, ...down]) mark(boxes.get(other), 'lit')
    for (const line of lines) {
      if (up.has(line.from) && up.has(line.to)) mark(line.path, 'lit', 'up')
      else if (down.has(line.from) && down.has(line.to)) mark(line.path, 'lit', 'down')
    }
  }
}
