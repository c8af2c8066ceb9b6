import { h } from './dom.ts'
import { type IconName, icon, kindIcon } from './icons.ts'
import { words } from './palette.ts'
import { macroHref, resourceHref } from './parts.ts'
import type { Store } from './store.ts'

interface Entry {
  readonly href: string
  readonly title: string
  readonly sub: string
  readonly icon: IconName
  /** Lower case, best first: name, then what else may be looked for. */
  readonly name: string
  readonly more: string
  readonly text: string
}

export interface SearchHit {
  readonly entry: Entry
  readonly why: string
}

const MOST = 40

/** Everything that can be found: resources, columns within them, tests, macros. */
function searchIndex(store: Store): readonly Entry[] {
  const resources = store.data.resources.map((resource) => ({
    href: resourceHref(resource.id),
    title: resource.label,
    sub: `${words(resource.kind)} · ${resource.folder.slice(1).join(' / ')}`,
    icon: kindIcon(resource.kind),
    name: resource.label.toLowerCase(),
    more: [...resource.columns.map((column) => column.name), ...resource.tags, resource.relation ?? '']
      .join(' ')
      .toLowerCase(),
    text: [resource.description, ...resource.columns.map((column) => column.description)].join(' ').toLowerCase(),
  }))
  const macros = store.data.macros.map((macro) => ({
    href: macroHref(macro.id),
    title: `${macro.name}()`,
    sub: `macro · ${macro.package}`,
    icon: 'macro' as const,
    name: macro.name.toLowerCase(),
    more: '',
    text: macro.description.toLowerCase(),
  }))
  const tests = store.data.tests.map((test) => ({
    href: `#/test/${encodeURIComponent(test.id)}`,
    title: test.name,
    sub: `${test.type} test`,
    icon: 'check' as const,
    name: test.name.toLowerCase(),
    more: '',
    text: test.description.toLowerCase(),
  }))
  return [...resources, ...macros, ...tests]
}

/** Entries with all the words, best first: names before columns and tags before descriptions. */
export function search(index: readonly Entry[], query: string): readonly SearchHit[] {
  const terms = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (terms.length === 0) return []
  const scored: { hit: SearchHit; score: number }[] = []
  for (const entry of index) {
    let score = entry.icon === 'check' ? -3 : 0
    let why = ''
    const found = terms.every((term) => {
      if (entry.name === term) score += 20
      else if (entry.name.startsWith(term)) score += 12
      else if (entry.name.includes(`_${term}`) || entry.name.includes(`.${term}`)) score += 9
      else if (entry.name.includes(term)) score += 7
      else if (entry.more.includes(term)) {
        score += 4
        why = entry.more.split(' ').find((word) => word.includes(term)) ?? ''
      } else if (entry.text.includes(term)) {
        score += 1
        why = around(entry.text, term)
      } else return false
      return true
    })
    if (found) scored.push({ hit: { entry, why }, score: score - entry.name.length / 200 })
  }
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ hit }) => hit)
}

function around(text: string, term: string): string {
  const at = text.indexOf(term)
  const start = Math.max(0, at - 24)
  return `${start > 0 ? '…' : ''}${text.slice(start, at + term.length + 30).replace(/\s+/g, ' ')}…`
}

/** The field in the top bar with its list; `/` goes to it from anywhere, arrows and Enter choose, Escape leaves. */
export function searchBox(store: Store): HTMLElement {
  const index = searchIndex(store)
  let hits: readonly SearchHit[] = []
  let chosen = 0
  const list = h('ul', { class: 'search-list', id: 'search-list', attrs: { role: 'listbox', hidden: true } })
  const input = h('input', {
    class: 'search-input',
    attrs: {
      type: 'search',
      placeholder: 'Search tables, columns, tests…',
      'aria-label': 'Search',
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-controls': 'search-list',
      autocomplete: 'off',
      spellcheck: 'false',
    },
  }) as HTMLInputElement
  const close = (): void => {
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
  }
  const render = (): void => {
    list.replaceChildren(
      ...hits.map(({ entry, why }, position) =>
        h(
          'li',
          { id: `search-${position}`, attrs: { role: 'option', 'aria-selected': String(position === chosen) } },
          h(
            'a',
            { href: entry.href, attrs: { tabindex: -1 }, on: { click: close } },
            icon(entry.icon),
            h('span', { class: 'search-title' }, entry.title, why === '' ? null : h('em', null, why)),
            h('span', { class: 'mute' }, entry.sub),
          ),
        ),
      ),
    )
    if (hits.length === 0) list.append(h('li', { class: 'search-none' }, 'Nothing found.'))
    input.setAttribute('aria-activedescendant', hits.length === 0 ? '' : `search-${chosen}`)
    list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }
  input.addEventListener('input', () => {
    hits = search(index, input.value)
    chosen = 0
    const open = input.value.trim() !== ''
    list.hidden = !open
    input.setAttribute('aria-expanded', String(open))
    render()
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : -1) + hits.length) % Math.max(1, hits.length)
      render()
      event.preventDefault()
    } else if (event.key === 'Enter') {
      const href = hits[chosen]?.entry.href
      if (href !== undefined) location.hash = href
      close()
      input.blur()
    } else if (event.key === 'Escape') {
      close()
      input.blur()
    }
  })
  const box = h('div', { class: 'search', attrs: { role: 'search' } }, icon('search'), input, h('kbd', null, '/'), list)
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
    if ((event.key === '/' && !typing) || (event.key === 'k' && (event.metaKey || event.ctrlKey))) {
      input.focus()
      input.select()
      event.preventDefault()
    }
  })
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !box.contains(event.target)) close()
  })
  return box
}
