import type { EventSink, JsonObject } from '../core/index.ts'
import { credentialSource, readProfiles } from './aws-credentials-session.ts'
import { awsSettings } from './aws-settings.ts'
import { openFileStore } from './file-store-session.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { openS3Client } from './s3-request-session.ts'
import { openS3Store } from './s3-store-session.ts'
import type { Store } from './store.ts'
import { parseStoreUrl } from './store-url.ts'

export interface OpenStoreOptions {
  /** AWS_… variables and HOME are read from it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute folder that relative paths begin at. */
  readonly base: string
  /** A connection of type s3: endpoint, region, path_style, auth, profile, access_key_id, secret_access_key, session_token. */
  readonly connection?: JsonObject | undefined
  readonly retry?: Partial<RetryPolicy>
  readonly emit?: EventSink | undefined
}

/**
 * The store at a folder (`exports/`, `file:///data`) or a prefix of a bucket (`s3://bucket/prefix`). Nothing is asked of a server yet; for
 * S3 the profile files are read. Throws T8020 on an address or setting that cannot be right, T8022 where there are no credentials.
 */
export async function openStore(url: string, options: OpenStoreOptions): Promise<Store> {
  const place = parseStoreUrl(url, options.base)
  if (place.scheme === 'file') return openFileStore(place.path)
  const { env, connection = {} } = options
  const profiles = await readProfiles(env)
  const settings = awsSettings({ parameters: place.parameters, connection, env, profiles })
  const profileNamed = place.parameters['profile'] !== undefined || Boolean(connection['profile'])
  const client = openS3Client({
    settings,
    bucket: place.bucket,
    credentials: credentialSource({ settings, env, profiles, profileNamed }),
    retry: { ...DEFAULT_RETRY, ...options.retry },
    emit: options.emit,
  })
  const folder = place.key === '' || place.key.endsWith('/') ? place.key : `${place.key}/`
  return openS3Store(client, folder)
}
