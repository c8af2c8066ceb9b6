import type { Adapter } from '../interface.ts'
import { postgresCapabilities } from '../postgres/adapter.ts'
import { postgresDialect } from '../postgres/dialect.ts'

/** A Postgres of the project's own, with nothing to install: for macros and materializations it is `postgres`. */
export const embeddedAdapter: Adapter = {
  type: 'postgres',
  dispatchPrefixes: ['postgres'],
  capabilities: postgresCapabilities,
  dialect: postgresDialect,
  open: async (options) => (await import('./open-embedded.ts')).openEmbedded(embeddedAdapter, options),
}
