import type { Relation } from '../context/index.ts'
import { TdbtError } from '../core/index.ts'
import type { Scope } from './scope.ts'

/** The cache forgets a relation that is being dropped; it knows it again where the statement fails. */
export function noteDropped({ runtime: { cache }, connection }: Scope, relation: Relation): void {
  const known = cache.drop(relation)
  if (known !== undefined) connection.onFailure(() => cache.add(known))
}

/** The cache takes on a rename; it takes it back where the statement fails. Throws T3004 where the new name is taken. */
export function noteRenamed({ runtime: { cache }, connection }: Scope, from: Relation, to: Relation): void {
  const named = (old: Relation, { database, schema, identifier }: Relation): Relation =>
    old.incorporate({ path: { database, schema, identifier } })
  if (!cache.rename(from, to, (old) => named(old, to))) {
    throw new TdbtError(
      'T3004',
      `Unable to rename ${from.render()} to ${to.render()}: a relation of that name exists already`,
      { hint: 'Names that the engine cuts to one length can meet; give the model a shorter name or alias.' },
    )
  }
  connection.onFailure(() => {
    cache.rename(to, from, (old) => named(old, from))
  })
}
