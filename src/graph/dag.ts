/**
 * The dependency graph of a manifest: immutable, edges from parent to child. Every list and set is in topological order,
 * and the order is the same for the same manifest (ties go by unique_id).
 */
export interface Dag {
  /** All unique_ids, parents before children. */
  readonly ids: readonly string[]
  /** Of each of `ids`, where its direct parents stand among them; and its direct children. */
  parentPositions(): readonly (readonly number[])[]
  childPositions(): readonly (readonly number[])[]
  has(id: string): boolean
  /** Direct parents; empty for an id the graph does not know. */
  parents(id: string): readonly string[]
  /** Direct children; empty for an id the graph does not know. */
  children(id: string): readonly string[]
  /** Everything upstream, at most `depth` edges away (default: all); without the node itself. */
  ancestors(id: string, depth?: number): ReadonlySet<string>
  /** Everything downstream, at most `depth` edges away (default: all); without the node itself. */
  descendants(id: string, depth?: number): ReadonlySet<string>
  /** The graph of `ids` alone, where a path through dropped nodes becomes an edge (dbt's get_subset_graph). */
  restrict(ids: ReadonlySet<string>): Dag
}
