import type { Macro } from './data.ts'
import { h } from './dom.ts'
import { markdown, plainText } from './markdown.ts'
import { codeBlock, macroHref, resourceLink, section } from './parts.ts'
import type { Store } from './store.ts'

/** Macros by package, the project's own first. */
export function macrosPage(store: Store): HTMLElement {
  const packages = new Map<string, Macro[]>()
  for (const macro of store.data.macros) packages.set(macro.package, [...(packages.get(macro.package) ?? []), macro])
  return h(
    'article',
    { class: 'page wide' },
    h('header', null, h('h1', null, 'Macros'), h('p', { class: 'lead' }, 'Pieces of SQL and logic that models share.')),
    packages.size === 0 ? h('p', { class: 'missing' }, 'The project has no macros of its own.') : null,
    [...packages].map(([name, macros]) =>
      section(
        name,
        macros.length,
        h(
          'div',
          { class: 'cards' },
          macros.map((macro) =>
            h(
              'a',
              { class: 'card', href: macroHref(macro.id) },
              h('strong', { class: 'mono' }, `${macro.name}(${macro.signature})`),
              h('span', { class: 'mute' }, plainText(macro.description) || macro.file),
            ),
          ),
        ),
      ),
    ),
  )
}

export function macroPage(store: Store, macro: Macro): HTMLElement {
  const callers = store.callersOf(macro)
  const calls = macro.macros.flatMap((id) => store.macros.get(id) ?? [])
  return h(
    'article',
    { class: 'page' },
    h(
      'header',
      { class: 'node-head' },
      h('p', { class: 'eyebrow' }, 'macro', h('span', { class: 'path' }, `${macro.package} / ${macro.file}`)),
      h('h1', null, macro.name),
      h('p', { class: 'relation' }, `${macro.name}(${macro.signature})`),
    ),
    macro.description.trim() === '' ? h('p', { class: 'missing' }, 'No description yet.') : markdown(macro.description),
    macro.arguments.length === 0
      ? null
      : section(
          'Arguments',
          macro.arguments.length,
          h(
            'table',
            { class: 'grid' },
            h(
              'thead',
              null,
              h(
                'tr',
                null,
                ['Name', 'Type', 'Description'].map((title) => h('th', null, title)),
              ),
            ),
            h(
              'tbody',
              null,
              macro.arguments.map((argument) =>
                h(
                  'tr',
                  null,
                  h('td', { class: 'mono strong' }, argument.name),
                  h('td', { class: 'mono mute' }, argument.type || '–'),
                  h('td', null, markdown(argument.description)),
                ),
              ),
            ),
          ),
        ),
    section('Code', null, codeBlock([['Source', macro.sql]])),
    h(
      'div',
      { class: 'two' },
      section('Used by', callers.length, list(store, callers, 'Nothing calls this directly.')),
      section('Calls', calls.length, list(store, calls, 'No macro of the project or its packages.')),
    ),
  )
}

function list(store: Store, entries: readonly ({ readonly id: string } & object)[], none: string): HTMLElement {
  if (entries.length === 0) return h('p', { class: 'missing' }, none)
  return h(
    'ul',
    { class: 'links' },
    entries.map(({ id }) => {
      const resource = store.resources.get(id)
      const macro = store.macros.get(id)
      if (resource !== undefined) return h('li', null, resourceLink(store, resource))
      return h('li', null, h('a', { class: 'ref mono', href: macroHref(id) }, `${macro?.name ?? id}()`))
    }),
  )
}
