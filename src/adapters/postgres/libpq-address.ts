import type { PostgresCredentials } from './credentials.ts'

/**
 * The credentials as libpq's `key='value'` pairs. undefined where a session is more than its connection: a role that is set, start-up options. The
 * password is left out where libpq finds it itself.
 */
export function libpqAddress(credentials: PostgresCredentials): string | undefined {
  if (credentials.role !== null || credentials.options !== null) return undefined
  const pairs: readonly (readonly [string, string | number | null])[] = [
    ['host', credentials.host],
    ['port', credentials.port],
    ['user', credentials.user],
    ['password', credentials.password],
    ['dbname', credentials.database],
    ['sslmode', credentials.sslMode],
    ['sslcert', credentials.sslCert],
    ['sslkey', credentials.sslKey],
    ['sslrootcert', credentials.sslRootCert],
    ['connect_timeout', Math.ceil(credentials.connectTimeoutMs / 1000)],
    [
      'options',
      credentials.searchPath === null ? null : `-c search_path=${credentials.searchPath.replace(/[\\ ]/g, '\\$&')}`,
    ],
  ]
  return pairs
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}='${String(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ')
}
