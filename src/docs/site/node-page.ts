import type { Column, Resource } from './data.ts'
import { h } from './dom.ts'
import { icon, kindIcon } from './icons.ts'
import { lineageGraph } from './lineage-graph.ts'
import { lineageView } from './lineage-view.ts'
import { markdown } from './markdown.ts'
import { layerVars, words } from './palette.ts'
import {
  chip,
  codeBlock,
  healthPill,
  layerChip,
  macroHref,
  resourceLink,
  resultPill,
  seconds,
  section,
  statusPill,
  testLink,
} from './parts.ts'
import type { Store } from './store.ts'
import { testTable } from './tests-page.ts'

const NONE: ReadonlySet<string> = new Set()

/** Everything known of one resource. */
export function nodePage(store: Store, resource: Resource): HTMLElement {
  const tests = store.testsOf(resource)
  const parents = resource.parents.flatMap((id) => store.resources.get(id) ?? [])
  const children = store.children(resource.id).flatMap((id) => store.resources.get(id) ?? [])
  const texts: (readonly [string, string])[] = []
  if (resource.raw.trim() !== '') texts.push([resource.kind === 'model' ? 'Source' : 'Code', resource.raw])
  if (resource.compiled !== null && resource.compiled.trim() !== '') texts.push(['Compiled', resource.compiled])
  return h(
    'article',
    { class: 'page node-page', vars: layerVars(store, resource.layer) },
    head(store, resource),
    resource.description.trim() === ''
      ? h('p', { class: 'missing' }, 'No description yet.')
      : markdown(resource.description),
    factGrid(resource),
    parents.length + children.length > 0 ? neighbourhood(store, resource) : null,
    resource.columns.length > 0
      ? section('Columns', resource.columns.length, columnTable(store, resource.columns))
      : null,
    tests.length > 0 ? section('Tests', tests.length, testTable(store, tests, false)) : null,
    texts.length > 0 ? section('Code', null, codeBlock(texts)) : null,
    h(
      'div',
      { class: 'two' },
      section(
        'Depends on',
        parents.length,
        links(store, parents, 'Nothing: data starts here.'),
        macroLinks(store, resource),
      ),
      section('Referenced by', children.length, links(store, children, 'Nothing reads this yet.')),
    ),
    configSection(resource),
  )
}

function head(store: Store, resource: Resource): HTMLElement {
  const health = store.health(resource)
  return h(
    'header',
    { class: 'node-head' },
    h(
      'p',
      { class: 'eyebrow' },
      icon(kindIcon(resource.kind)),
      words(resource.kind),
      h('span', { class: 'path' }, `${resource.package} / ${resource.file}`),
    ),
    h('h1', null, resource.label),
    resource.relation === null ? null : h('p', { class: 'relation' }, resource.relation),
    h(
      'p',
      { class: 'chips' },
      layerChip(store, resource),
      resource.materialized === null || resource.kind !== 'model' ? null : chip(words(resource.materialized)),
      resource.tags.map((tag) => chip(`#${tag}`, 'tag')),
      resource.result === null
        ? null
        : statusPill(resource.result.status, `${resource.result.status} · ${seconds(resource.result.seconds)}`),
      resource.tests.length > 0 ? healthPill(health) : null,
      resource.built === false &&
        ['model', 'seed', 'snapshot', 'source'].includes(resource.kind) &&
        resource.materialized !== 'ephemeral'
        ? statusPill('unknown', 'not in the database')
        : null,
    ),
    resource.result !== null && ['error', 'runtime error'].includes(resource.result.status)
      ? h('pre', { class: 'failure' }, resource.result.message)
      : null,
  )
}

function factGrid(resource: Resource): HTMLElement | null {
  const facts = [
    ...resource.facts,
    ...Object.entries(resource.meta).map(([key, value]) => [key, shown(value)] as const),
  ]
  if (facts.length === 0) return null
  return h(
    'dl',
    { class: 'facts' },
    facts.map(([label, value]) =>
      h(
        'div',
        null,
        h('dt', null, label),
        h('dd', null, /^https?:\/\//.test(value) ? h('a', { href: value }, value) : value),
      ),
    ),
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Parents, the resource, children: the drawing, and the way to the whole of it. */
function neighbourhood(store: Store, resource: Resource): HTMLElement {
  const depth = store.reach(resource.id, 'up', 2).size + store.reach(resource.id, 'down', 2).size <= 14 ? 2 : 1
  const graph = lineageGraph(store, {
    focus: resource.id,
    up: depth,
    down: depth,
    hiddenKinds: NONE,
    hiddenLayers: NONE,
    tags: NONE,
  })
  return section(
    'Lineage',
    null,
    h(
      'a',
      { class: 'section-link', href: `#/lineage/${encodeURIComponent(resource.id)}` },
      'Open in full',
      icon('chevron'),
    ),
    lineageView({ store, graph, focus: resource.id, colorMode: 'layer', embedded: true }),
  )
}

function columnTable(store: Store, columns: readonly Column[]): HTMLElement {
  return h(
    'div',
    { class: 'table-wrap' },
    h(
      'table',
      { class: 'grid columns' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['Column', 'Type', 'Description', 'Tests'].map((title) => h('th', null, title)),
        ),
      ),
      h(
        'tbody',
        null,
        columns.map((column) =>
          h(
            'tr',
            { id: `column-${column.name}` },
            h('td', { class: 'mono strong' }, column.name),
            h('td', { class: 'mono mute' }, column.type || '–'),
            h(
              'td',
              null,
              column.description.trim() === '' ? h('span', { class: 'missing' }, '–') : markdown(column.description),
              column.constraints.length + column.tags.length > 0
                ? h(
                    'p',
                    { class: 'chips' },
                    column.constraints.map((constraint) => chip(words(constraint))),
                    column.tags.map((tag) => chip(`#${tag}`, 'tag')),
                  )
                : null,
            ),
            h(
              'td',
              { class: 'column-tests' },
              column.tests.flatMap((id) => {
                const test = store.tests.get(id)
                return test === undefined ? [] : [h('p', null, resultPill(test.result), testLink(test))]
              }),
            ),
          ),
        ),
      ),
    ),
  )
}

function links(store: Store, resources: readonly Resource[], none: string): HTMLElement {
  if (resources.length === 0) return h('p', { class: 'missing' }, none)
  return h(
    'ul',
    { class: 'links' },
    [...resources]
      .sort((a, b) => (a.label < b.label ? -1 : 1))
      .map((resource) =>
        h('li', null, resourceLink(store, resource), h('span', { class: 'mute' }, words(resource.kind))),
      ),
  )
}

function macroLinks(store: Store, resource: Resource): HTMLElement | null {
  const macros = resource.macros.flatMap((id) => store.macros.get(id) ?? [])
  if (macros.length === 0) return null
  return h(
    'p',
    { class: 'macro-links' },
    h('span', { class: 'mute' }, 'Macros '),
    macros.map((macro) => h('a', { class: 'chip', href: macroHref(macro.id) }, `${macro.name}()`)),
  )
}

function configSection(resource: Resource): HTMLElement | null {
  if (Object.keys(resource.config).length === 0) return null
  return section(
    'Config',
    null,
    h(
      'dl',
      { class: 'config' },
      Object.entries(resource.config).map(([key, value]) =>
        h('div', null, h('dt', null, key), h('dd', null, h('code', null, shown(value)))),
      ),
    ),
  )
}
