import type { Resource } from './data.ts'
import { svg } from './dom.ts'
import { type ColorMode, hueOf, words } from './palette.ts'
import type { Store } from './store.ts'

export const NODE_WIDTH = 196
export const NODE_HEIGHT = 46

/** One box of the drawing: colour bar, name, what it is, and a badge with what its tests say. */
export function nodeBox(store: Store, resource: Resource, mode: ColorMode, focused: boolean): SVGElement {
  const health = store.health(resource)
  const sub = [words(resource.kind), resource.kind === 'model' ? resource.materialized : null]
    .filter(Boolean)
    .join(' · ')
  const badge = health.status === 'none' ? null : badgeOf(health.status, health.total)
  const box = svg(
    'a',
    {
      class: focused ? 'node focused' : 'node',
      href: `#/node/${encodeURIComponent(resource.id)}`,
      vars: { '--hue': hueOf(store, resource, mode) },
      attrs: {
        'data-node': resource.id,
        'aria-label': `${resource.label}, ${sub}, ${health.text}`,
        tabindex: 0,
      },
    },
    svg('title', null, `${resource.label}\n${sub}\n${health.text}`),
    svg('rect', { class: 'box', attrs: { width: NODE_WIDTH, height: NODE_HEIGHT, rx: 9 } }),
    svg('path', {
      class: 'bar',
      attrs: { d: `M9 0H5.5A5.5 5.5 0 0 0 0 5.5v${NODE_HEIGHT - 11}A5.5 5.5 0 0 0 5.5 ${NODE_HEIGHT}H9z` },
    }),
    svg('text', { class: 'name', attrs: { x: 18, y: 20 } }, shorten(resource.label, badge === null ? 23 : 20)),
    svg('text', { class: 'sub', attrs: { x: 18, y: 35 } }, shorten(sub, 30)),
    badge,
  )
  // A colour of the docs config is the owner's word: it goes before the palette of layers.
  const own = resource.color ?? store.layerColors.get(resource.layer)
  if (mode === 'layer' && own !== undefined) box.style.setProperty('--own', own)
  return box
}

function badgeOf(status: string, total: number): SVGElement {
  const marks: Readonly<Record<string, string>> = {
    pass: 'm-3 0 2.2 2.4L3.2-2.4',
    warn: 'M0-3v3.4M0 2.8v.2',
    fail: 'm-2.4-2.4 4.8 4.8m0-4.8-4.8 4.8',
    error: 'm-2.4-2.4 4.8 4.8m0-4.8-4.8 4.8',
  }
  const mark = marks[status]
  return svg(
    'g',
    { class: `badge ${status}`, attrs: { transform: `translate(${NODE_WIDTH - 16} 15)` } },
    svg('circle', { attrs: { r: 6.5 } }),
    mark === undefined
      ? svg('text', { attrs: { y: 3, 'text-anchor': 'middle' } }, String(total))
      : svg('path', { attrs: { d: mark } }),
  )
}

/** Names that do not fit lose their middle: both prefix and ending tell them apart. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  const tail = Math.floor((length - 1) * 0.45)
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`
}
