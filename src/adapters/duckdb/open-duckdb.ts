import { existsSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Adapter, Engine, OpenOptions } from '../interface.ts'
import { type DuckdbCredentials, readCredentials } from './credentials.ts'
import { DuckdbEngine } from './duckdb-engine.ts'
import { settleLeftIndexes } from './settle-left-indexes.ts'
import { errorKind, messageOf, openError } from './statement-error.ts'

/** An engine on the target's file or memory. Throws T1006 and T5007 for credentials; the file is opened by the first session. */
export function openDuckdb(adapter: Adapter, options: OpenOptions): Engine {
  const credentials = readCredentials(options.target, options.projectRoot)
  return new DuckdbEngine({
    adapter,
    credentials,
    database: options.target.database,
    threads: options.target.threads,
    emit: options.emit,
    searchPath: process.cwd() === options.projectRoot ? null : options.projectRoot,
    open: () => openInstance(credentials),
  })
}

/** Opens the database; a file that another process has is tried again as often as the profile says, after 1, 2, 4 … seconds. */
async function openInstance(credentials: DuckdbCredentials): Promise<DuckDBInstance> {
  for (let attempt = 1; ; attempt++) {
    try {
      const wasKilled = existsSync(`${credentials.path}.wal`)
      const instance = await DuckDBInstance.create(credentials.path, { ...credentials.config })
      if (wasKilled && credentials.config['access_mode']?.toLowerCase() !== 'read_only')
        await settleLeftIndexes(instance)
      return instance
    } catch (error) {
      if (attempt >= credentials.connectAttempts || errorKind(messageOf(error)) !== 'IO')
        throw openError(error, credentials.path)
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** (attempt - 1)))
    }
  }
}
