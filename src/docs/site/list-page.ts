import type { Resource } from './data.ts'
import { h } from './dom.ts'
import { plainText } from './markdown.ts'
import { plural } from './palette.ts'
import { healthPill, layerChip, resourceLink } from './parts.ts'
import type { Store } from './store.ts'

const LEADS: Readonly<Record<string, string>> = {
  source: 'Tables that other systems load; the project reads them and never writes them.',
  model: 'Tables and views that the project builds.',
  seed: 'Small tables kept as CSV files in the project.',
  snapshot: 'Histories: how rows looked before they changed.',
  exposure: 'Where the data ends up: dashboards, notebooks, applications.',
}

/** All resources of a kind; sources under the source they belong to. */
export function listPage(store: Store, kind: string): HTMLElement {
  const resources = store.data.resources.filter((resource) => resource.kind === kind)
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) {
    const group = kind === 'source' ? (resource.folder[2] ?? '') : kind === 'model' ? resource.layer : ''
    groups.set(group, [...(groups.get(group) ?? []), resource])
  }
  const order = (group: string): number => (kind === 'model' ? store.layers.indexOf(group) : 0)
  return h(
    'article',
    { class: 'page wide' },
    h('header', null, h('h1', null, plural(kind)), h('p', { class: 'lead' }, LEADS[kind] ?? '')),
    [...groups]
      .sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1))
      .map(([group, members]) =>
        h(
          'section',
          { class: 'section' },
          group === '' ? null : h('h2', null, group, h('span', { class: 'count' }, String(members.length))),
          table(store, members),
        ),
      ),
  )
}

function table(store: Store, resources: readonly Resource[]): HTMLElement {
  return h(
    'div',
    { class: 'table-wrap' },
    h(
      'table',
      { class: 'grid' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['Name', 'Layer', 'Description', 'Health'].map((title) => h('th', null, title)),
        ),
      ),
      h(
        'tbody',
        null,
        [...resources]
          .sort((a, b) => (a.label < b.label ? -1 : 1))
          .map((resource) =>
            h(
              'tr',
              null,
              h('td', null, resourceLink(store, resource)),
              h('td', null, layerChip(store, resource)),
              h('td', { class: 'clamp' }, plainText(resource.description) || h('span', { class: 'missing' }, '–')),
              h('td', null, healthPill(store.health(resource))),
            ),
          ),
      ),
    ),
  )
}
