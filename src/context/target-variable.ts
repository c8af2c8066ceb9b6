import type { TargetConfig } from '../core/index.ts'
import { PyDict, toPython } from '../jinja/index.ts'

/** Keys of dbt-postgres's connections with its defaults, in its order. */
const POSTGRES_DEFAULTS: Readonly<Record<string, unknown>> = {
  host: null,
  port: null,
  user: null,
  database: null,
  schema: null,
  connect_timeout: 10,
  role: null,
  search_path: null,
  keepalives_idle: 0,
  sslmode: null,
  sslcert: null,
  sslkey: null,
  sslrootcert: null,
  application_name: 'dbt',
  autocommit: false,
  retries: 1,
}

const SECRET_KEY = /pass(word|wd|phrase)?$|secret|token|private_key|credential/i

/**
 * The variable `target`: how the chosen profile output connects, without what is secret, under dbt's names. `type` is the adapter's name, so that an
 * embedded Postgres is `postgres` to packages.
 */
export function targetVariable(target: TargetConfig, adapterType: string): PyDict {
  const values: Record<string, unknown> = { ...(adapterType === 'postgres' ? POSTGRES_DEFAULTS : {}) }
  for (const [key, value] of Object.entries(target.credentials)) if (!SECRET_KEY.test(key)) values[key] = value
  values['database'] = target.database
  values['schema'] = target.schema
  values['dbname'] = target.database
  values['type'] = adapterType
  values['threads'] = target.threads
  values['name'] = target.targetName
  values['target_name'] = target.targetName
  values['profile_name'] = target.profileName
  return PyDict.ofStrings(Object.entries(values).map(([key, value]) => [key, toPython(value ?? null)] as const))
}
