import type { Adapter, Engine, OpenOptions } from '../interface.ts'
import { connect, placeOf } from './connect-session.ts'
import { readCredentials } from './credentials.ts'
import { libpqAddress } from './libpq-address.ts'
import { PostgresEngine } from './postgres-engine.ts'

/** An engine on the server that the target's credentials name. Throws T1006 for credentials that cannot be right; connects later. */
export function openPostgres(adapter: Adapter, options: OpenOptions): Engine {
  const redshift = adapter.type === 'redshift'
  const credentials = readCredentials(options.target, redshift ? 5439 : 5432)
  const connectOptions = {
    credentials,
    applicationName: credentials.applicationName ?? options.applicationName,
    resetSql: redshift ? 'reset all' : 'discard all',
    tlsMemo: { attempt: 0 },
    pipelines: !redshift,
  }
  return new PostgresEngine({
    adapter,
    threads: options.target.threads,
    emit: options.emit,
    place: placeOf(credentials),
    libpqAddress: redshift ? undefined : libpqAddress(credentials),
    connect: (signal) => connect(connectOptions, signal),
    facts: [
      ['host', credentials.host],
      ['port', String(credentials.port)],
      ['user', credentials.user],
      ['database', credentials.database],
      ['sslmode', credentials.sslMode],
    ],
  })
}
