import type { Adapter, Capabilities } from '../interface.ts'
import { postgresDialect, redshiftDialect } from './dialect.ts'

export const postgresCapabilities: Capabilities = {
  transactionalDdl: true,
  materializedViews: true,
  merge: true,
  indexes: true,
  grants: true,
  maxSessions: Number.MAX_SAFE_INTEGER,
  cancel: true,
  statementTimeout: true,
  bulkLoad: true,
  metadataFreshness: false,
  copyBinary: 'postgres',
}

/** A Postgres server over TCP or a unix socket. */
export const postgresAdapter: Adapter = {
  type: 'postgres',
  dispatchPrefixes: ['postgres'],
  capabilities: postgresCapabilities,
  dialect: postgresDialect,
  open: async (options) => (await import('./open-postgres.ts')).openPostgres(postgresAdapter, options),
}

/** Redshift over the Postgres wire: a profile of the same adapter. Never run against a real cluster here. */
export const redshiftAdapter: Adapter = {
  type: 'redshift',
  dispatchPrefixes: ['redshift', 'postgres'],
  capabilities: { ...postgresCapabilities, indexes: false, bulkLoad: false },
  dialect: redshiftDialect,
  open: async (options) => (await import('./open-postgres.ts')).openPostgres(redshiftAdapter, options),
}
