import { type Child, h } from './dom.ts'
import { icon } from './icons.ts'
import { lineageGraph } from './lineage-graph.ts'
import { lineageView } from './lineage-view.ts'
import { type ColorMode, kindHue, layerVars, plural, words } from './palette.ts'
import { resourceHref } from './parts.ts'
import type { Store } from './store.ts'

/** Kinds that say little of the flow of data: there on request. */
const HIDDEN_AT_FIRST = ['analysis']
const ALL = 99

/** The whole lineage, or the part around one resource, with filters and a legend that is one of them. */
export function lineagePage(store: Store, focus: string | null): HTMLElement {
  let up = ALL
  let down = ALL
  let colorMode: ColorMode = store.layers.length > 2 ? 'layer' : 'kind'
  const hiddenKinds = new Set(HIDDEN_AT_FIRST)
  const hiddenLayers = new Set<string>()
  const tags = new Set<string>()
  const stage = h('div', { class: 'lineage-stage' })
  const bar = h('div', { class: 'lineage-bar' })
  const resource = focus === null ? undefined : store.resources.get(focus)

  const draw = (): void => {
    const graph = lineageGraph(store, { focus, up: depth(up), down: depth(down), hiddenKinds, hiddenLayers, tags })
    stage.replaceChildren(
      lineageView({
        store,
        graph,
        focus,
        colorMode,
        onFocus: (id) => {
          location.hash = `#/lineage/${encodeURIComponent(id)}`
        },
      }),
    )
    const kept = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['key'] : undefined
    bar.replaceChildren(...barParts(graph.ids.length))
    if (kept !== undefined) bar.querySelector<HTMLElement>(`[data-key="${CSS.escape(kept)}"]`)?.focus()
  }
  const toggle = (set: Set<string>, value: string): void => {
    if (!set.delete(value)) set.add(value)
    draw()
  }
  const barParts = (count: number): Node[] => [
    h(
      'div',
      { class: 'lineage-title' },
      resource === undefined
        ? h('h1', null, 'Lineage')
        : h('h1', null, h('a', { href: resourceHref(resource.id) }, resource.label)),
      h('span', { class: 'mute' }, `${count} of ${store.data.resources.length}`),
    ),
    focusBox(store, focus),
    ...(focus === null
      ? []
      : [
          stepper('Upstream', up, (value) => {
            up = value
            draw()
          }),
          stepper('Downstream', down, (value) => {
            down = value
            draw()
          }),
        ]),
    h(
      'div',
      { class: 'segmented', attrs: { role: 'group', 'aria-label': 'Colour by' } },
      (['layer', 'kind'] as const).map((mode) =>
        h(
          'button',
          {
            attrs: { type: 'button', 'aria-pressed': String(colorMode === mode), 'data-key': `mode-${mode}` },
            on: {
              click: () => {
                colorMode = mode
                draw()
              },
            },
          },
          mode === 'kind' ? 'Type' : 'Layer',
        ),
      ),
    ),
    legend(store, colorMode, colorMode === 'layer' ? hiddenLayers : hiddenKinds, (value) =>
      toggle(colorMode === 'layer' ? hiddenLayers : hiddenKinds, value),
    ),
    ...tagFilter(store, tags, (tag) => toggle(tags, tag)),
  ]
  draw()
  return h('div', { class: 'lineage-page' }, bar, stage)
}

function depth(value: number): number {
  return value >= ALL ? Number.POSITIVE_INFINITY : value
}

/** A field that jumps to a resource by name. */
function focusBox(store: Store, focus: string | null): HTMLElement {
  const go = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement
    const found = store.data.resources.find((resource) => resource.label === value || resource.name === value)
    if (found !== undefined) location.hash = `#/lineage/${encodeURIComponent(found.id)}`
  }
  return h(
    'div',
    { class: 'focus-box' },
    icon('focus'),
    h('input', {
      attrs: {
        type: 'text',
        list: 'lineage-names',
        placeholder: 'Focus on…',
        'aria-label': 'Focus on a resource',
        'data-key': 'focus',
      },
      on: { change: go },
    }),
    h(
      'datalist',
      { id: 'lineage-names' },
      store.data.resources.map((resource) => h('option', { attrs: { value: resource.label } })),
    ),
    focus === null
      ? null
      : h(
          'a',
          {
            class: 'icon-button',
            href: '#/lineage',
            title: 'Show everything',
            attrs: { 'aria-label': 'Show everything' },
          },
          icon('close'),
        ),
  )
}

function stepper(label: string, value: number, set: (value: number) => void): HTMLElement {
  const button = (name: 'minus' | 'plus', next: number): HTMLElement =>
    h(
      'button',
      {
        class: 'icon-button',
        attrs: {
          type: 'button',
          'aria-label': `${label}: ${name === 'plus' ? 'more' : 'fewer'}`,
          'data-key': `${label}-${name}`,
        },
        on: { click: () => set(next) },
      },
      icon(name),
    )
  return h(
    'div',
    { class: 'stepper' },
    h('span', null, label),
    button('minus', value >= ALL ? 3 : Math.max(0, value - 1)),
    h('output', null, value >= ALL ? 'all' : String(value)),
    button('plus', value >= 5 ? ALL : value + 1),
  )
}

function legend(
  store: Store,
  mode: ColorMode,
  hidden: ReadonlySet<string>,
  toggle: (value: string) => void,
): HTMLElement {
  const values = mode === 'layer' ? store.layers : [...new Set(store.data.resources.map((resource) => resource.kind))]
  return h(
    'div',
    { class: 'legend-filter', attrs: { role: 'group', 'aria-label': 'Show' } },
    values.map((value) =>
      h(
        'button',
        {
          class: 'swatch',
          title: hidden.has(value) ? 'Show' : 'Hide',
          attrs: { type: 'button', 'aria-pressed': String(!hidden.has(value)), 'data-key': `show-${value}` },
          vars: mode === 'layer' ? layerVars(store, value) : { '--hue': kindHue(value) },
          on: { click: () => toggle(value) },
        },
        h('i', null),
        mode === 'layer' ? words(value) : plural(value),
      ),
    ),
  )
}

function tagFilter(store: Store, tags: ReadonlySet<string>, toggle: (tag: string) => void): Node[] {
  const counts = new Map<string, number>()
  for (const resource of store.data.resources)
    for (const tag of resource.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  if (counts.size === 0) return []
  const shown: Child[] = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([tag]) =>
      h(
        'button',
        {
          class: 'swatch tag',
          attrs: { type: 'button', 'aria-pressed': String(tags.has(tag)), 'data-key': `tag-${tag}` },
          on: { click: () => toggle(tag) },
        },
        `#${tag}`,
      ),
    )
  return [h('div', { class: 'legend-filter', attrs: { role: 'group', 'aria-label': 'Tags' } }, shown)]
}
