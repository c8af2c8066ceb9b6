import { isJsonObject, type JsonObject, TdbtError } from '../core/index.ts'

/** How requests are signed: with keys found in connection, environment or profile files (`keys`), with keys fetched from a service, or not at all. */
export type AwsAuth = 'keys' | 'none' | 'web_identity' | 'container' | 'imds'

/** Where a bucket is and how to speak to it. */
export interface AwsSettings {
  readonly endpoint: string | null
  readonly region: string
  /** The bucket is in the path, not in the host name. */
  readonly pathStyle: boolean
  readonly auth: AwsAuth
  readonly profile: string
  /** Keys that the connection gives itself. */
  readonly keys: AwsKeys | null
}

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** After which they are fetched anew. */
  readonly expires?: Date
}

type Env = Readonly<Record<string, string | undefined>>

const AUTHS: readonly AwsAuth[] = ['keys', 'none', 'web_identity', 'container', 'imds']

/** Keys that a connection of type s3 may have. */
export const S3_CONNECTION_KEYS: readonly string[] = [
  'endpoint',
  'region',
  'path_style',
  'auth',
  'profile',
  'access_key_id',
  'secret_access_key',
  'session_token',
]

/**
 * Settings in the order: the address's parameters, the connection's, the environment (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION,
 * AWS_DEFAULT_REGION, AWS_PROFILE, TDBT_S3_AUTH), the profile's section. Defaults: us-east-1; the bucket in the path where an endpoint is
 * given, in the host name elsewhere; keys that are at hand. Throws T8020.
 */
export function awsSettings(options: {
  readonly parameters: Readonly<Record<string, string>>
  readonly connection: JsonObject
  readonly env: Env
  readonly profiles: Readonly<Record<string, Readonly<Record<string, string>>>>
}): AwsSettings {
  const { parameters, connection, env } = options
  for (const key of Object.keys(connection)) {
    if (!S3_CONNECTION_KEYS.includes(key) && key !== 'type') {
      throw setting(`An S3 connection has no '${key}'.`, key, S3_CONNECTION_KEYS.join(', '))
    }
  }
  const pick = (name: string): string | undefined => {
    const value = parameters[name] ?? connection[name]
    if (value === undefined || value === null || value === '') return undefined
    if (isJsonObject(value) || Array.isArray(value))
      throw setting(`'${name}' of an S3 connection is one value.`, JSON.stringify(value), 'text')
    return String(value)
  }
  const profile = pick('profile') ?? env['AWS_PROFILE'] ?? 'default'
  const section = options.profiles[profile] ?? {}
  if (pick('profile') !== undefined && options.profiles[profile] === undefined) {
    throw setting(
      `There is no AWS profile '${profile}'.`,
      Object.keys(options.profiles).join(', ') || 'none',
      'a section of ~/.aws/config',
    )
  }
  const endpoint =
    pick('endpoint') || env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || section['endpoint_url'] || null
  if (endpoint !== null && !/^https?:\/\/[^/@\s]+(?:\/.*)?$/.test(endpoint)) {
    throw setting(
      'The endpoint of an S3 connection is no address.',
      endpoint.replace(/\/\/[^/]*@/, '//…@'),
      'https://host or http://host:port',
    )
  }
  const auth = pick('auth') ?? env['TDBT_S3_AUTH'] ?? 'keys'
  if (!isAuth(auth)) throw setting(`'${auth}' is no way to sign requests.`, auth, AUTHS.join(', '))
  const style = pick('path_style')
  if (style !== undefined && !/^(?:true|false|1|0)$/i.test(style))
    throw setting("'path_style' is true or false.", style, 'true, false')
  return {
    endpoint: endpoint?.replace(/\/+$/, '') ?? null,
    region: pick('region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || section['region'] || 'us-east-1',
    pathStyle: style === undefined ? endpoint !== null : /^(?:true|1)$/i.test(style),
    auth,
    profile,
    keys: keysOf(pick('access_key_id'), pick('secret_access_key'), pick('session_token')),
  }
}

/** Keys, when both parts are there. One without the other is T8020. */
export function keysOf(id: string | undefined, secret: string | undefined, token: string | undefined): AwsKeys | null {
  if (!id && !secret) return null
  if (!id || !secret) {
    throw setting('Half of the S3 credentials is missing.', id ? 'an access key id alone' : 'a secret alone', 'both')
  }
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }
}

function isAuth(word: string): word is AwsAuth {
  return AUTHS.some((auth) => auth === word)
}

function setting(message: string, found: string, expected: string): TdbtError {
  return new TdbtError('T8020', message, {
    found,
    expected,
    hint: "Mend the connection, the address or the environment's AWS_… variables.",
  })
}
