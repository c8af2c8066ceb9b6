import { findResource, type Manifest } from '../core/index.ts'
import { orderedDag } from './adjacency-dag.ts'
import { buildDag, dependencies } from './build-dag.ts'
import type { Dag } from './dag.ts'

/** A Dag as data: ids in its order, and for each the positions of its parents. */
export interface StoredDag {
  readonly ids: readonly string[]
  readonly parents: readonly (readonly number[])[]
}

export function storeDag(dag: Dag): StoredDag {
  return { ids: dag.ids, parents: dag.parentPositions() }
}

/** The Dag that was stored. undefined for what is none, so that one is built. */
export function restoreDag(stored: unknown): Dag | undefined {
  if (!isStored(stored) || stored.ids.length !== stored.parents.length) return undefined
  return orderedDag(stored.ids, stored.parents)
}

/**
 * The Dag of a manifest of which one was stored before, when only the `changed` resources are others since: what was stored, where they
 * have the parents they had; else built anew. Throws what buildDag throws.
 */
export function updateDag(manifest: Manifest, stored: unknown, changed: readonly string[]): Dag {
  const before = restoreDag(stored)
  const same = (id: string): boolean => {
    const parents = new Set(dependencies(findResource(manifest, id)))
    const known = before?.has(id) === true ? before.parents(id) : undefined
    return known?.length === parents.size && known.every((parent) => parents.has(parent))
  }
  return before !== undefined && changed.every(same) ? before : buildDag(manifest)
}

function isStored(value: unknown): value is StoredDag {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ids' in value &&
    'parents' in value &&
    Array.isArray(value.ids) &&
    Array.isArray(value.parents)
  )
}
