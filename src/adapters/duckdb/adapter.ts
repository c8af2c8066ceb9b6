import { TdbtError } from '../../core/index.ts'
import type { Adapter, Capabilities } from '../interface.ts'
import { completeTarget } from './credentials.ts'
import { duckdbDialect } from './dialect.ts'
import { templateMethods } from './template-methods.ts'

const duckdbCapabilities: Capabilities = {
  transactionalDdl: true,
  materializedViews: false,
  merge: true,
  indexes: true,
  grants: false,
  maxSessions: Number.MAX_SAFE_INTEGER,
  cancel: true,
  statementTimeout: false,
  bulkLoad: true,
  autocommits: true,
  metadataFreshness: false,
  writesParquet: true,
}

/** DuckDB in this process: a file, or memory. */
export const duckdbAdapter: Adapter = {
  type: 'duckdb',
  dispatchPrefixes: ['duckdb'],
  capabilities: duckdbCapabilities,
  dialect: duckdbDialect,
  completeTarget,
  templateMethods,
  open: async (options) => {
    const { openDuckdb } = await import('./open-duckdb.ts').catch((cause: unknown) => {
      throw new TdbtError('T5001', 'DuckDB’s package @duckdb/node-api is not there, or has no build for this machine', {
        hint: 'Run `npm install @duckdb/node-api@1.5.5-r.5` beside tdbt; there are builds for Linux, macOS and Windows on x64 and arm64.',
        cause,
      })
    })
    return openDuckdb(duckdbAdapter, options)
  },
}
