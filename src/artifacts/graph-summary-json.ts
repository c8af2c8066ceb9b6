import { join } from 'node:path'
import { findResource, type Invocation, type Json, type JsonObject, type Manifest } from '../core/index.ts'
import { type Dag, withTestEdges } from '../graph/index.ts'
import { writeText } from './write-text.ts'

/** graph_summary.json: names, kinds and edges of the graph, with ids by number, before and after test edges. */
export function graphSummaryJson(manifest: Manifest, dag: Dag, invocation: Invocation): JsonObject {
  return {
    _invocation_id: invocation.invocationId,
    linked: summary(manifest, dag),
    with_test_edges: summary(manifest, withTestEdges(dag, manifest)),
  }
}

/** Writes target/graph_summary.json. Throws T7002. */
export async function writeGraphSummary(
  targetDir: string,
  manifest: Manifest,
  dag: Dag,
  invocation: Invocation,
): Promise<void> {
  await writeText(join(targetDir, 'graph_summary.json'), JSON.stringify(graphSummaryJson(manifest, dag, invocation)))
}

function summary(manifest: Manifest, dag: Dag): JsonObject {
  const children = dag.childPositions()
  const out: Record<string, Json> = {}
  for (let position = 0; position < dag.ids.length; position++) {
    const name = dag.ids[position] ?? ''
    const type = findResource(manifest, name)?.resource_type ?? ''
    const succ = children[position] ?? []
    out[position] = succ.length === 0 ? { name, type } : { name, type, succ }
  }
  return out
}
