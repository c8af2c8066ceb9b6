import { DBT_VERSION, type Invocation, type JsonObject } from '../core/index.ts'

const CUSTOM_ENV_PREFIX = 'DBT_ENV_CUSTOM_ENV_'

/** The `metadata` block that all of dbt's artifacts begin with. */
export function artifactMetadata(schema: string, version: number, invocation: Invocation): JsonObject {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}/v${version}.json`,
    dbt_version: DBT_VERSION,
    generated_at: timestamp(invocation.now()),
    invocation_id: invocation.invocationId,
    invocation_started_at: timestamp(invocation.startedAt),
    env: customEnv(invocation),
  }
}

/** ISO 8601 in UTC with microseconds and a final Z, as dbt writes it. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, '.$1000Z')
}

/** `DBT_ENV_CUSTOM_ENV_x=y` shows up as `x: y` in each artifact: dbt's way to label runs. */
function customEnv(invocation: Invocation): JsonObject {
  const entries = Object.entries(invocation.env)
    .filter(([name, value]) => name.startsWith(CUSTOM_ENV_PREFIX) && value !== undefined)
    .map(([name, value]) => [name.slice(CUSTOM_ENV_PREFIX.length), value ?? ''] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
