/** What the page is given: a digest of manifest, catalog and run results, inlined as JSON. Types alone, shared with the writer. */
export interface SiteData {
  readonly project: string
  readonly adapter: string
  /** ISO time at which the site was written. */
  readonly generatedAt: string
  readonly toolVersion: string
  readonly description: string
  readonly lastRun: LastRun | null
  /** Whatever stands in the lineage graph, tests apart. */
  readonly resources: readonly Resource[]
  readonly tests: readonly Test[]
  readonly macros: readonly Macro[]
}

export interface LastRun {
  readonly finishedAt: string
  readonly command: string
  readonly elapsedSeconds: number
  readonly counts: Readonly<Record<string, number>>
}

export type ResourceKind =
  | 'source'
  | 'seed'
  | 'model'
  | 'snapshot'
  | 'analysis'
  | 'exposure'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'function'
  | 'operation'

export interface Resource {
  readonly id: string
  readonly kind: ResourceKind
  readonly name: string
  /** What a reader calls it: `raw.orders`, `customers.v2`. */
  readonly label: string
  readonly package: string
  /** Path of the file from the package's root. */
  readonly file: string
  /** Folder names of the tree, package first. */
  readonly folder: readonly string[]
  /** Bronze, staging, marts…: the first folder below the resource path, or the kind where there is none. */
  readonly layer: string
  readonly relation: string | null
  readonly materialized: string | null
  readonly tags: readonly string[]
  readonly description: string
  readonly columns: readonly Column[]
  readonly raw: string
  readonly compiled: string | null
  readonly language: string
  readonly parents: readonly string[]
  readonly macros: readonly string[]
  readonly tests: readonly string[]
  /** Label and text pairs of the facts beside: owner, access, group, freshness, row count… */
  readonly facts: readonly (readonly [label: string, value: string])[]
  readonly config: Readonly<Record<string, unknown>>
  readonly meta: Readonly<Record<string, unknown>>
  readonly result: Result | null
  /** From the catalog: the relation is there. null = no catalog. */
  readonly built: boolean | null
  /** node_color of the docs config, when it is a colour. */
  readonly color: string | null
}

export interface Column {
  readonly name: string
  readonly type: string
  readonly description: string
  readonly tests: readonly string[]
  readonly constraints: readonly string[]
  readonly tags: readonly string[]
}

export interface Test {
  readonly id: string
  /** `unique`, `accepted values: placed, shipped`. */
  readonly label: string
  readonly name: string
  readonly type: 'generic' | 'singular' | 'unit'
  readonly package: string
  readonly file: string
  readonly column: string | null
  /** Resources it reads; the first is the one it belongs to. */
  readonly targets: readonly string[]
  readonly severity: string
  readonly description: string
  readonly raw: string
  readonly compiled: string | null
  readonly result: Result | null
}

export interface Result {
  readonly status: string
  readonly seconds: number
  readonly message: string
  readonly failures: number | null
}

export interface Macro {
  readonly id: string
  readonly name: string
  readonly package: string
  readonly file: string
  readonly description: string
  /** What stands between the parentheses of its definition. */
  readonly signature: string
  readonly arguments: readonly { readonly name: string; readonly type: string; readonly description: string }[]
  readonly sql: string
  readonly macros: readonly string[]
}
