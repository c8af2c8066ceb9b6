import type { Resource } from './data.ts'
import { type Child, h } from './dom.ts'
import { type IconName, icon, kindIcon } from './icons.ts'
import { markdown } from './markdown.ts'
import { layerVars, plural, words } from './palette.ts'
import { dateTime, resourceLink, resultPill, seconds, section, testLink, tone } from './parts.ts'
import type { Store } from './store.ts'

/** The first page: what the project holds, how it went last time, what wants attention. */
export function overviewPage(store: Store): HTMLElement {
  const { data } = store
  return h(
    'article',
    { class: 'page wide overview' },
    h(
      'header',
      { class: 'hero' },
      h('p', { class: 'eyebrow' }, 'Data documentation'),
      h('h1', null, words(data.project)),
      h('p', { class: 'lead' }, `${data.adapter} · written ${dateTime(data.generatedAt)}`),
    ),
    lastRun(store),
    h('div', { class: 'stats' }, stats(store)),
    layers(store),
    attention(store),
    h('div', { class: 'two' }, coverage(store), slowest(store)),
    data.description.trim() === '' ? null : section('About', null, markdown(data.description)),
  )
}

function lastRun(store: Store): HTMLElement | null {
  const run = store.data.lastRun
  if (run === null) return null
  const total = Object.values(run.counts).reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  return h(
    'div',
    { class: 'run' },
    h(
      'p',
      null,
      h('strong', null, `Last ${run.command || 'run'}`),
      h('span', { class: 'mute' }, ` ${dateTime(run.finishedAt)} · ${seconds(run.elapsedSeconds)}`),
    ),
    h(
      'div',
      {
        class: 'run-bar',
        attrs: {
          role: 'img',
          'aria-label': Object.entries(run.counts)
            .map(([status, count]) => `${count} ${status}`)
            .join(', '),
        },
      },
      Object.entries(run.counts).map(([status, count]) =>
        h('i', { class: tone(status), title: `${count} ${status}`, vars: { '--share': count } }),
      ),
    ),
    h(
      'p',
      { class: 'legend' },
      Object.entries(run.counts).map(([status, count]) =>
        h('span', { class: `pill ${tone(status)}` }, h('i', null), `${count} ${status}`),
      ),
    ),
  )
}

function stats(store: Store): readonly Child[] {
  const kinds = ['source', 'seed', 'model', 'snapshot', 'exposure', 'metric', 'semantic_model', 'function', 'analysis']
  const cards = kinds.flatMap((kind) => {
    const count = store.data.resources.filter((resource) => resource.kind === kind).length
    return count === 0 ? [] : [stat(plural(kind), count, `#/list/${kind}`, kindIcon(kind))]
  })
  cards.push(stat('Tests', store.data.tests.length, '#/tests', 'check'))
  if (store.data.macros.length > 0) cards.push(stat('Macros', store.data.macros.length, '#/macros', 'macro'))
  return cards
}

function stat(label: string, count: number, href: string, name: IconName): HTMLElement {
  return h('a', { class: 'stat', href }, icon(name), h('strong', null, count.toLocaleString()), h('span', null, label))
}

/** How data flows: one column a layer, widest first to last. */
function layers(store: Store): HTMLElement | null {
  const flow = store.layers.filter((layer) => !['analysis', 'metric', 'semantic_model', 'saved_query'].includes(layer))
  if (flow.length < 2) return null
  return section(
    'Layers',
    null,
    h('a', { class: 'section-link', href: '#/lineage' }, 'Lineage', icon('chevron')),
    h(
      'div',
      { class: 'flow' },
      flow.map((layer) => {
        const members = store.data.resources.filter((resource) => resource.layer === layer)
        const top = [...members].sort((a, b) => store.children(b.id).length - store.children(a.id).length).slice(0, 4)
        return h(
          'div',
          { class: 'flow-layer', vars: layerVars(store, layer) },
          h('p', null, h('strong', null, words(layer)), h('span', { class: 'count' }, String(members.length))),
          top.map((resource) => resourceLink(store, resource)),
          members.length > top.length ? h('span', { class: 'mute' }, `and ${members.length - top.length} more`) : null,
        )
      }),
    ),
  )
}

function attention(store: Store): HTMLElement | null {
  const failing = store.data.tests.filter((test) => ['fail', 'error', 'warn'].includes(test.result?.status ?? ''))
  const broken = store.data.resources.filter((resource) =>
    ['error', 'runtime error'].includes(resource.result?.status ?? ''),
  )
  if (failing.length + broken.length === 0) return null
  const rank = (status: string | undefined): number => ['error', 'fail', 'warn'].indexOf(status ?? '')
  const rows: Child[] = [
    ...broken.map((resource) =>
      row(resultPill(resource.result), resourceLink(store, resource), resource.result?.message ?? ''),
    ),
    ...[...failing]
      .sort((a, b) => rank(a.result?.status) - rank(b.result?.status))
      .map((test) => {
        const target = store.resources.get(test.targets[0] ?? '')
        return row(
          resultPill(test.result),
          h('span', null, target === undefined ? null : resourceLink(store, target), ' ', testLink(test)),
          test.result?.message ?? '',
        )
      }),
  ]
  return section(
    'Wants attention',
    rows.length,
    h('ul', { class: 'attention' }, rows.slice(0, 8)),
    rows.length > 8 ? h('a', { href: '#/tests' }, `and ${rows.length - 8} more`) : null,
  )
}

function row(pill: Child, what: Child, message: string): HTMLElement {
  return h('li', null, pill, what, h('span', { class: 'mute message' }, message.split('\n')[0] ?? ''))
}

function coverage(store: Store): HTMLElement {
  const built = store.data.resources.filter((resource) =>
    ['model', 'seed', 'snapshot', 'source'].includes(resource.kind),
  )
  const columns = built.flatMap((resource) => resource.columns)
  const share = (part: number, all: number): number => (all === 0 ? 0 : Math.round((100 * part) / all))
  const bars: (readonly [string, number])[] = [
    ['Tables described', share(built.filter((resource) => resource.description.trim() !== '').length, built.length)],
    ['Columns described', share(columns.filter((column) => column.description.trim() !== '').length, columns.length)],
    ['Tables tested', share(built.filter((resource) => resource.tests.length > 0).length, built.length)],
  ]
  return section(
    'Coverage',
    null,
    h(
      'div',
      { class: 'bars' },
      bars.map(([label, percent]) => bar(label, percent, `${percent} %`)),
    ),
  )
}

function slowest(store: Store): HTMLElement | null {
  const timed = store.data.resources
    .filter((resource): resource is Resource & { result: NonNullable<Resource['result']> } => resource.result !== null)
    .sort((a, b) => b.result.seconds - a.result.seconds)
    .slice(0, 6)
  const longest = timed[0]?.result.seconds ?? 0
  if (longest === 0) return null
  return section(
    'Longest in the last run',
    null,
    h(
      'div',
      { class: 'bars' },
      timed.map((resource) =>
        bar(resourceLink(store, resource), (100 * resource.result.seconds) / longest, seconds(resource.result.seconds)),
      ),
    ),
  )
}

function bar(label: Child, percent: number, value: string): HTMLElement {
  return h(
    'div',
    { class: 'bar-row' },
    h('span', { class: 'bar-label' }, label),
    h('span', { class: 'bar-track' }, h('i', { vars: { '--percent': percent } })),
    h('span', { class: 'bar-value' }, value),
  )
}
