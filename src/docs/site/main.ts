import './styles/index.css'
import type { SiteData } from './data.ts'
import { h } from './dom.ts'
import { type IconName, icon } from './icons.ts'
import { lineagePage } from './lineage-page.ts'
import { listPage } from './list-page.ts'
import { macroPage, macrosPage } from './macros-page.ts'
import { nodePage } from './node-page.ts'
import { overviewPage } from './overview-page.ts'
import { words } from './palette.ts'
import { searchBox } from './search.ts'
import { sidebar } from './sidebar.ts'
import { createStore, type Store } from './store.ts'
import { testPage, testsPage } from './tests-page.ts'

interface Page {
  readonly title: string
  readonly element: HTMLElement
  readonly tab: string
  readonly selected: string | null
}

const TABS: readonly (readonly [id: string, label: string, icon: IconName, href: string])[] = [
  ['overview', 'Overview', 'overview', '#/'],
  ['lineage', 'Lineage', 'lineage', '#/lineage'],
  ['tests', 'Tests', 'check', '#/tests'],
  ['macros', 'Macros', 'macro', '#/macros'],
]

start()

function start(): void {
  const app = document.getElementById('app')
  const text = document.getElementById('site-data')?.textContent
  if (app === null || text === null || text === undefined) return
  const store = createStore(JSON.parse(text) as SiteData)
  const side = sidebar(store)
  const main = h('main', { id: 'main', attrs: { tabindex: -1 } })
  const tabs = TABS.map(([id, label, name, href]) =>
    h('a', { class: 'nav', href, attrs: { 'data-tab': id } }, icon(name), h('span', null, label)),
  )
  const menu = h(
    'button',
    {
      class: 'icon-button menu',
      attrs: { type: 'button', 'aria-label': 'Resources', 'aria-controls': 'sidebar' },
      on: { click: () => document.body.classList.toggle('menu-open') },
    },
    icon('menu'),
  )
  app.replaceChildren(
    h('a', { class: 'skip', href: '#main' }, 'Skip to content'),
    h(
      'header',
      { class: 'topbar' },
      menu,
      h(
        'a',
        { class: 'brand', href: '#/' },
        h('i', { class: 'logo' }, icon('lineage')),
        h('span', null, words(store.data.project)),
      ),
      searchBox(store),
      h('nav', { class: 'navs', attrs: { 'aria-label': 'Pages' } }, tabs),
      themeButton(),
    ),
    h('div', { class: 'body' }, side.element, main),
  )

  let first = true
  const route = (): void => {
    // The skip link's own hash is no page.
    if (location.hash === '#main') {
      main.focus()
      return
    }
    const page = pageFor(store, location.hash)
    document.title = page.title === '' ? words(store.data.project) : `${page.title} · ${words(store.data.project)}`
    for (const tab of tabs) {
      if (tab.dataset['tab'] === page.tab) tab.setAttribute('aria-current', 'page')
      else tab.removeAttribute('aria-current')
    }
    document.body.classList.remove('menu-open')
    document.body.classList.toggle('full', page.tab === 'lineage')
    main.replaceChildren(page.element)
    main.scrollTop = 0
    side.select(page.selected)
    // Readers of the screen hear the new page; on the first load the browser has its own say.
    if (!first) main.focus({ preventScroll: true })
    first = false
  }
  addEventListener('hashchange', route)
  route()
}

function pageFor(store: Store, hash: string): Page {
  const [kind = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  const id = decode(rest.join('/'))
  const page = (title: string, element: HTMLElement, tab: string, selected: string | null = null): Page => ({
    title,
    element,
    tab,
    selected,
  })
  switch (kind) {
    case '':
      return page('', overviewPage(store), 'overview')
    case 'lineage': {
      const focus = store.resources.has(id) ? id : null
      return page('Lineage', lineagePage(store, focus), 'lineage', focus)
    }
    case 'tests':
      return page('Tests', testsPage(store), 'tests')
    case 'macros':
      return page('Macros', macrosPage(store), 'macros')
    case 'list':
      return page(words(id), listPage(store, id), 'overview')
    case 'node': {
      const resource = store.resources.get(id)
      return resource === undefined ? missing(id) : page(resource.label, nodePage(store, resource), '', id)
    }
    case 'test': {
      const test = store.tests.get(id)
      return test === undefined ? missing(id) : page(test.name, testPage(store, test), 'tests', test.targets[0] ?? null)
    }
    case 'macro': {
      const macro = store.macros.get(id)
      return macro === undefined ? missing(id) : page(macro.name, macroPage(store, macro), 'macros')
    }
    default:
      return missing(hash)
  }
}

function missing(what: string): Page {
  const element = h(
    'article',
    { class: 'page' },
    h('h1', null, 'Not in this documentation'),
    h(
      'p',
      { class: 'lead' },
      `There is nothing under ${what}. It may have been renamed or removed since the link was made.`,
    ),
    h('p', null, h('a', { href: '#/' }, 'To the overview')),
  )
  return { title: 'Not found', element, tab: '', selected: null }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Light or dark: what the system says until the reader says otherwise. */
function themeButton(): HTMLElement {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const button = h('button', { class: 'icon-button theme', attrs: { type: 'button' } })
  const root = document.documentElement
  let saved = storage((store) => store.getItem('docs-theme'))
  const isDark = (): boolean => root.dataset['theme'] === 'dark'
  const draw = (): void => {
    const label = isDark() ? 'Light theme' : 'Dark theme'
    button.setAttribute('aria-label', label)
    button.title = label
    button.replaceChildren(icon(isDark() ? 'sun' : 'moon'))
  }
  const apply = (): void => {
    root.dataset['theme'] = saved === 'dark' || saved === 'light' ? saved : system.matches ? 'dark' : 'light'
    draw()
  }
  button.addEventListener('click', () => {
    saved = isDark() ? 'light' : 'dark'
    storage((store) => store.setItem('docs-theme', saved ?? 'light'))
    apply()
  })
  system.addEventListener('change', apply)
  apply()
  return button
}

/** A page opened from the disk may have no storage at all. */
function storage<T>(use: (store: Storage) => T): T | null {
  try {
    return use(localStorage)
  } catch {
    return null
  }
}
