import type { Resource } from './data.ts'
import { h } from './dom.ts'
import { icon, kindIcon } from './icons.ts'
import { layerVars, plural, words } from './palette.ts'
import { resourceHref } from './parts.ts'
import type { Store } from './store.ts'

type Grouping = 'layer' | 'folder' | 'kind'

export interface Sidebar {
  readonly element: HTMLElement
  /** Marks the resource of the page and opens the branch it is in. */
  select(id: string | null): void
}

interface Branch {
  readonly name: string
  readonly branches: Map<string, Branch>
  readonly leaves: Resource[]
}

/** The tree of all resources, by layer, by folder or by type. */
export function sidebar(store: Store): Sidebar {
  let grouping: Grouping = store.layers.length > 2 ? 'layer' : 'folder'
  let selected: string | null = null
  const tree = h('nav', { class: 'tree', attrs: { 'aria-label': 'Resources' } })
  const tabs = h('div', { class: 'segmented', attrs: { role: 'group', 'aria-label': 'Group by' } })
  const draw = (): void => {
    tabs.replaceChildren(
      ...(['layer', 'folder', 'kind'] as const).map((mode) =>
        h(
          'button',
          {
            attrs: { type: 'button', 'aria-pressed': String(mode === grouping) },
            on: {
              click: () => {
                grouping = mode
                draw()
              },
            },
          },
          { layer: 'Layers', folder: 'Folders', kind: 'Types' }[mode],
        ),
      ),
    )
    tree.replaceChildren(...branchList(store, build(store, grouping), grouping, 0, selected))
    reveal()
  }
  const reveal = (): void => {
    for (const link of tree.querySelectorAll('[aria-current]')) link.removeAttribute('aria-current')
    if (selected === null) return
    const link = tree.querySelector(`[data-leaf="${CSS.escape(selected)}"]`)
    if (link === null) return
    link.setAttribute('aria-current', 'page')
    for (let at = link.closest('details'); at !== null; at = at.parentElement?.closest('details') ?? null)
      at.open = true
    link.scrollIntoView({ block: 'nearest' })
  }
  draw()
  return {
    element: h('aside', { class: 'sidebar', id: 'sidebar' }, tabs, tree),
    select: (id) => {
      selected = id
      reveal()
    },
  }
}

function build(store: Store, grouping: Grouping): Branch {
  const root: Branch = { name: '', branches: new Map(), leaves: [] }
  const project = store.data.project
  for (const resource of store.data.resources) {
    const path =
      grouping === 'kind'
        ? [resource.kind]
        : grouping === 'layer'
          ? [resource.layer, ...inLayer(resource)]
          : resource.package === project
            ? resource.folder.slice(1)
            : resource.folder
    let at = root
    for (const name of path) {
      const next = at.branches.get(name) ?? { name, branches: new Map(), leaves: [] }
      at.branches.set(name, next)
      at = next
    }
    at.leaves.push(resource)
  }
  return root
}

/** Below its layer: the source of a source table, else what folders remain. */
function inLayer(resource: Resource): readonly string[] {
  if (resource.kind === 'source') return resource.folder.slice(2)
  return resource.kind === 'model' ? resource.folder.slice(3) : []
}

function branchList(
  store: Store,
  branch: Branch,
  grouping: Grouping,
  depth: number,
  selected: string | null,
): readonly HTMLElement[] {
  const rank = (name: string): number => (grouping === 'layer' && depth === 0 ? store.layers.indexOf(name) : 0)
  const folders = [...branch.branches.values()]
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
    .map((child) => {
      const size = count(child)
      const label =
        grouping === 'kind' ? plural(child.name) : grouping === 'layer' && depth === 0 ? words(child.name) : child.name
      const top = depth === 0
      return h(
        'details',
        { attrs: { open: top && size <= 24 } },
        h(
          'summary',
          top && grouping === 'layer'
            ? { vars: layerVars(store, child.name), class: 'top' }
            : { class: top ? 'top plain' : '' },
          icon('chevron'),
          top && grouping === 'layer' ? h('i', { class: 'dot' }) : null,
          h('span', null, label),
          h('span', { class: 'count' }, String(size)),
        ),
        h('div', { class: 'branch' }, branchList(store, child, grouping, depth + 1, selected)),
      )
    })
  const leaves = [...branch.leaves]
    .sort((a, b) => (a.label < b.label ? -1 : 1))
    .map((resource) => {
      const health = store.health(resource).status
      return h(
        'a',
        { class: 'leaf', href: resourceHref(resource.id), title: resource.label, attrs: { 'data-leaf': resource.id } },
        icon(kindIcon(resource.kind)),
        h('span', null, resource.kind === 'source' ? resource.name : resource.label),
        ['fail', 'error', 'warn'].includes(health)
          ? h('i', { class: `mark ${health}`, title: store.health(resource).text })
          : null,
      )
    })
  return [...folders, ...leaves]
}

function count(branch: Branch): number {
  return branch.leaves.length + [...branch.branches.values()].reduce((sum, child) => sum + count(child), 0)
}
