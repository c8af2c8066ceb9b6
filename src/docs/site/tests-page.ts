import type { Test } from './data.ts'
import { h } from './dom.ts'
import { markdown } from './markdown.ts'
import { codeBlock, resourceLink, resultPill, seconds, section, testLink, tone } from './parts.ts'
import type { Store } from './store.ts'

const STATUS_RANK = ['error', 'fail', 'warn', 'skipped', 'not run', 'pass']

/** All tests, failing ones first, with chips that narrow the list to a status. */
export function testsPage(store: Store): HTMLElement {
  const statusOf = (test: Test): string => test.result?.status ?? 'not run'
  const rank = (test: Test): number => STATUS_RANK.indexOf(statusOf(test))
  const all = [...store.data.tests].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
  const counts = new Map<string, number>()
  for (const test of all) counts.set(statusOf(test), (counts.get(statusOf(test)) ?? 0) + 1)
  const body = h('div', null)
  const buttons: HTMLElement[] = []
  const show = (status: string | null): void => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset['status'] === (status ?? 'all')))
    }
    body.replaceChildren(
      testTable(store, status === null ? all : all.filter((test) => statusOf(test) === status), true),
    )
  }
  const button = (status: string | null, count: number): HTMLElement => {
    const made = h(
      'button',
      {
        class: `filter ${status === null ? '' : tone(status)}`,
        attrs: { type: 'button', 'data-status': status ?? 'all' },
        on: { click: () => show(status) },
      },
      status ?? 'all',
      h('span', { class: 'count' }, String(count)),
    )
    buttons.push(made)
    return made
  }
  const page = h(
    'article',
    { class: 'page wide' },
    h(
      'header',
      null,
      h('h1', null, 'Tests'),
      h('p', { class: 'lead' }, 'What the project promises of its data, and whether it held in the last run.'),
    ),
    h(
      'div',
      { class: 'filters' },
      button(null, all.length),
      [...counts].map(([status, count]) => button(status, count)),
    ),
    body,
  )
  show(null)
  return page
}

/** Tests as a table; with the resource they belong to when `withTarget`. */
export function testTable(store: Store, tests: readonly Test[], withTarget: boolean): HTMLElement {
  if (tests.length === 0) return h('p', { class: 'missing' }, 'No tests here.')
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
          ['Result', 'Test', withTarget ? 'On' : null, 'Column', 'Message'].map((title) =>
            title === null ? null : h('th', null, title),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        tests.map((test) => {
          const target = store.resources.get(test.targets[0] ?? '')
          return h(
            'tr',
            null,
            h('td', null, resultPill(test.result)),
            h('td', null, testLink(test), test.type === 'generic' ? null : h('span', { class: 'chip' }, test.type)),
            withTarget ? h('td', null, target === undefined ? '–' : resourceLink(store, target)) : null,
            h('td', { class: 'mono' }, test.column ?? '–'),
            h(
              'td',
              { class: 'mute message' },
              test.result?.message || (test.result === null ? '' : seconds(test.result.seconds)),
            ),
          )
        }),
      ),
    ),
  )
}

/** One test: what it checks, on what, and what came of it. */
export function testPage(store: Store, test: Test): HTMLElement {
  const texts: (readonly [string, string])[] = [[test.type === 'unit' ? 'Given and expected' : 'Source', test.raw]]
  if (test.compiled !== null) texts.push(['Compiled', test.compiled])
  const targets = test.targets.flatMap((id) => store.resources.get(id) ?? [])
  return h(
    'article',
    { class: 'page' },
    h(
      'header',
      { class: 'node-head' },
      h('p', { class: 'eyebrow' }, `${test.type} test`, h('span', { class: 'path' }, `${test.package} / ${test.file}`)),
      h('h1', { class: 'long' }, test.name),
      h(
        'p',
        { class: 'chips' },
        resultPill(test.result),
        h('span', { class: 'chip' }, `severity ${test.severity}`),
        test.column === null ? null : h('span', { class: 'chip' }, `column ${test.column}`),
      ),
    ),
    test.description.trim() === '' ? null : markdown(test.description),
    test.result !== null && test.result.message !== ''
      ? h('pre', { class: `failure ${tone(test.result.status)}` }, test.result.message)
      : null,
    section(
      'Checks',
      targets.length,
      h(
        'ul',
        { class: 'links' },
        targets.map((target) => h('li', null, resourceLink(store, target))),
      ),
    ),
    section('Code', null, codeBlock(texts)),
  )
}
