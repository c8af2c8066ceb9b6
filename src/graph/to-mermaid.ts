import { findResource, type Manifest } from '../core/index.ts'
import type { Dag } from './dag.ts'
import { resourceLabel } from './to-dot.ts'

/** The graph as a Mermaid flowchart, left to right; restrict the Dag first to draw a part. */
export function toMermaid(manifest: Manifest, dag: Dag): string {
  const key = new Map(dag.ids.map((id, index) => [id, `n${index}`]))
  const lines = ['flowchart LR']
  for (const id of dag.ids) {
    const label = `"${escapeLabel(resourceLabel(manifest, id))}"`
    const type = findResource(manifest, id)?.resource_type
    const shape =
      type === 'source'
        ? `[(${label})]`
        : type === 'exposure'
          ? `{{${label}}}`
          : type === 'test' || type === 'unit_test'
            ? `{${label}}`
            : `[${label}]`
    lines.push(`  ${key.get(id)}${shape}`)
  }
  for (const id of dag.ids) {
    for (const child of dag.children(id)) lines.push(`  ${key.get(id)} --> ${key.get(child)}`)
  }
  lines.push('')
  return lines.join('\n')
}

function escapeLabel(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
