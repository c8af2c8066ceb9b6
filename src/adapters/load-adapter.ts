import { nearest, TdbtError } from '../core/index.ts'
import type { Adapter } from './interface.ts'

/** What a profile's `type:` may say. */
export const adapterTypes: readonly string[] = ['postgres', 'embedded', 'duckdb', 'redshift']

/**
 * The adapter that a profile's `type:` names. Imports that adapter's dialect and nothing of its driver: `pg` and PGlite load
 * on `open`. Throws T1006 for a type tdbt has no adapter for.
 */
export async function loadAdapter(type: string): Promise<Adapter> {
  switch (type) {
    case 'postgres':
      return (await import('./postgres/adapter.ts')).postgresAdapter
    case 'redshift':
      return (await import('./postgres/adapter.ts')).redshiftAdapter
    case 'embedded':
      return (await import('./embedded/adapter.ts')).embeddedAdapter
    case 'duckdb':
      return (await import('./duckdb/adapter.ts')).duckdbAdapter
    default: {
      const close = nearest(type, adapterTypes)
      throw new TdbtError('T1006', `Could not find adapter type ${type}!`, {
        found: type,
        expected: adapterTypes.join(', '),
        hint: close === undefined ? 'Set `type:` in the profile to one of them.' : `Did you mean ${close}?`,
      })
    }
  }
}
