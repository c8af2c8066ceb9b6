import { Relation } from '../context/index.ts'
import type { ManifestNode, NodeConfig, SourceNode } from '../core/index.ts'
import { isJsonObject } from '../core/index.ts'
import type { RuntimeProject } from './runtime-project.ts'

/** What may narrow a ref: rows of `--empty`, a window of event time. */
export interface RelationFilters {
  readonly limit?: number | null
  readonly eventTime?: { readonly field: string; readonly start: string; readonly end: string } | null
}

/** The names of a relation in a manifest, this run's or a previous one's. */
export interface NamedRelation {
  readonly database: string | null
  readonly schema: string
  readonly alias: string
  readonly config?: NodeConfig
}

/** Makes relations of nodes with the project's quoting, as dbt's `Relation.create_from`. */
export interface Relations {
  ofNode(node: NamedRelation, filters?: RelationFilters, type?: string | null): Relation
  ofSource(node: SourceNode, filters?: RelationFilters): Relation
  /** The CTE that stands for an ephemeral model. */
  ofEphemeral(node: Pick<ManifestNode, 'alias'>, filters?: RelationFilters): Relation
  /** A relation by its names, quoted as the project says. */
  create(parts: {
    database: string | null
    schema: string | null
    identifier: string | null
    type?: string | null
  }): Relation
  /** One that the catalog named: quoted in full. */
  fromCatalog(parts: { database: string; schema: string; identifier: string; type: string | null }): Relation
}

type Quoting = { readonly database?: boolean; readonly schema?: boolean; readonly identifier?: boolean }

function quotingOf(value: unknown): Quoting {
  if (!isJsonObject(value)) return {}
  const quoting: { database?: boolean; schema?: boolean; identifier?: boolean } = {}
  for (const part of ['database', 'schema', 'identifier'] as const) {
    const flag = value[part]
    if (typeof flag === 'boolean') quoting[part] = flag
  }
  return quoting
}

export function createRelations(project: RuntimeProject): Relations {
  const { dialect } = project.adapter
  const projectQuoting = project.config.quoting
  const make = (
    parts: {
      database: string | null
      schema: string | null
      identifier: string | null
      type?: string | null
      external?: string | null
    },
    quotePolicy: Quoting,
    filters: RelationFilters = {},
  ): Relation =>
    Relation.create({
      ...parts,
      type: parts.type ?? null,
      quotePolicy: { ...dialect.quoting, ...quotePolicy },
      limit: filters.limit ?? null,
      eventTimeFilter: filters.eventTime ?? null,
      dialect,
    })
  return {
    ofNode: (node, filters, type) =>
      make(
        { database: node.database, schema: node.schema, identifier: node.alias, type: type ?? null },
        { ...projectQuoting, ...quotingOf(node.config?.quoting) },
        filters,
      ),
    // Sources do not take the project's quoting, only their own.
    ofSource: (node, filters) =>
      make(
        {
          database: node.database,
          schema: node.schema,
          identifier: node.identifier,
          external: dialect.sourceLocation?.(node) ?? null,
        },
        quotingOf(node.quoting as unknown),
        filters,
      ),
    ofEphemeral: (node, filters) =>
      make(
        { database: null, schema: null, identifier: `__dbt__cte__${node.alias}`, type: 'cte' },
        { identifier: false },
        filters,
      ),
    create: (parts) => make(parts, projectQuoting),
    fromCatalog: (parts) => make(parts, { database: true, schema: true, identifier: true }),
  }
}
