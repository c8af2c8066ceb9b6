import { type JsonObject, type TargetConfig, TdbtError } from '../core/index.ts'

/** The settings of a bucket in a connection of type s3. Throws T8020 for a connection of another type. */
export function storeConnection(name: string, { type, credentials }: TargetConfig): JsonObject {
  if (type !== 's3') {
    throw new TdbtError('T8020', `Connection '${name}' is no place for files.`, {
      found: `type: ${type}`,
      expected: 'type: s3',
    })
  }
  const { database: _database, schema: _schema, ...settings } = credentials
  return settings
}
