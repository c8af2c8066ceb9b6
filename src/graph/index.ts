/**
 * The public door of graph/. Nothing outside the room imports its other files.
 *
 *     buildDag(manifest: Manifest): Dag
 *     withTestEdges(dag: Dag, manifest: Manifest): Dag
 *     selectNodes(options: SelectOptions): Selection
 *     defaultSelector(manifest: Manifest): string | undefined   name of the YAML selector with `default: true`
 *     toDot(manifest: Manifest, dag: Dag): string
 *     toMermaid(manifest: Manifest, dag: Dag): string
 */
export type { Dag } from './dag.ts'
export type { PreviousFreshness, PreviousResult, PreviousState } from './previous-state.ts'
export type { IndirectSelection, Selection, SelectOptions } from './select-options.ts'
