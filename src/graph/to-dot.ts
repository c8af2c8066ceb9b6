import { findResource, type Manifest } from '../core/index.ts'
import type { Dag } from './dag.ts'

const SHAPES: Readonly<Record<string, string>> = {
  source: 'cylinder',
  seed: 'note',
  snapshot: 'box3d',
  exposure: 'hexagon',
  test: 'diamond',
  unit_test: 'diamond',
}

/** The graph in Graphviz's DOT language, left to right; restrict the Dag first to draw a part. */
export function toDot(manifest: Manifest, dag: Dag): string {
  const lines = ['digraph tdbt {', '  rankdir=LR;', '  node [shape=box, style=rounded, fontname="sans-serif"];']
  for (const id of dag.ids) {
    const resource = findResource(manifest, id)
    const type = resource?.resource_type ?? 'model'
    const shape = SHAPES[type]
    const attributes = [`label=${quote(resourceLabel(manifest, id))}`, `tooltip=${quote(id)}`]
    if (shape !== undefined) attributes.push(`shape=${shape}`, 'style=solid')
    lines.push(`  ${quote(id)} [${attributes.join(', ')}];`)
  }
  for (const id of dag.ids) for (const child of dag.children(id)) lines.push(`  ${quote(id)} -> ${quote(child)};`)
  lines.push('}', '')
  return lines.join('\n')
}

/** What a reader calls the resource: `raw.orders` for a source table, `orders.v2` for a version, else its name. */
export function resourceLabel(manifest: Manifest, id: string): string {
  const resource = findResource(manifest, id)
  if (resource === undefined) return id
  switch (resource.resource_type) {
    case 'source':
      return `${resource.source_name}.${resource.name}`
    case 'model':
      return resource.version === null || resource.version === undefined
        ? resource.name
        : `${resource.name}.v${resource.version}`
    default:
      return resource.name
  }
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
