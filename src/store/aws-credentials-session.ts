import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TdbtError } from '../core/index.ts'
import { parseProfileFile } from './aws-profile-file.ts'
import { type AwsKeys, type AwsSettings, keysOf } from './aws-settings.ts'
import { xmlValue } from './s3-xml.ts'

type Env = Readonly<Record<string, string | undefined>>
type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Where a machine of AWS tells its role's keys. */
const METADATA = 'http://169.254.169.254'
const CONTAINER = 'http://169.254.170.2'
const TIMEOUT_MS = 3000
/** Fetched keys are renewed this long before they expire. */
const MARGIN_MS = 300_000

/** The profile files of the user (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, else ~/.aws): sections of both, the credentials file winning. */
export async function readProfiles(env: Env): Promise<Sections> {
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  const sections: Record<string, Record<string, string>> = {}
  for (const file of [
    env['AWS_CONFIG_FILE'] || join(home, '.aws', 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] || join(home, '.aws', 'credentials'),
  ]) {
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const [name, values] of Object.entries(parseProfileFile(text)))
      sections[name] = { ...sections[name], ...values }
  }
  return sections
}

/**
 * Gives keys for each request, or null for requests that are not signed. `keys`: the connection's, the environment's, the profile's, in this
 * order (the profile's before the environment's where the connection or the address named the profile); T8022 when there are none. The
 * other ways ask a service, and only where the settings say so; its keys are kept until shortly before they expire.
 */
export function credentialSource(options: {
  readonly settings: AwsSettings
  readonly env: Env
  readonly profiles: Sections
  /** The profile was named by connection or address, not by the environment. */
  readonly profileNamed: boolean
}): () => Promise<AwsKeys | null> {
  const { settings } = options
  switch (settings.auth) {
    case 'none':
      return async () => null
    case 'keys': {
      const keys = staticKeys(options)
      return async () => keys
    }
    case 'web_identity':
      return renewed(() => webIdentityKeys(options.env, settings.region))
    case 'container':
      return renewed(() => containerKeys(options.env))
    case 'imds':
      return renewed(() => machineKeys(options.env))
  }
}

function staticKeys({
  settings,
  env,
  profiles,
  profileNamed,
}: {
  readonly settings: AwsSettings
  readonly env: Env
  readonly profiles: Sections
  readonly profileNamed: boolean
}): AwsKeys {
  const ofEnv = (): AwsKeys | null =>
    keysOf(env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN'])
  const section = profiles[settings.profile] ?? {}
  const ofProfile = (): AwsKeys | null =>
    keysOf(section['aws_access_key_id'], section['aws_secret_access_key'], section['aws_session_token'])
  const keys = settings.keys ?? (profileNamed ? (ofProfile() ?? ofEnv()) : (ofEnv() ?? ofProfile()))
  if (keys !== null) return keys
  throw new TdbtError('T8022', 'There are no S3 credentials.', {
    found: `none in the connection, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in profile '${settings.profile}' of ~/.aws`,
    expected: 'an access key and its secret',
    hint: 'Set them, or say `auth: none` for a public bucket, or `auth: web_identity`, `container` or `imds` to fetch them.',
  })
}

function renewed(fetchKeys: () => Promise<AwsKeys>): () => Promise<AwsKeys> {
  let keys: Promise<AwsKeys> | null = null
  return async () => {
    const current = await keys
    const stale = current?.expires !== undefined && current.expires.getTime() - Date.now() < MARGIN_MS
    if (keys === null || stale) {
      keys = fetchKeys()
      keys.catch(() => {
        keys = null
      })
    }
    return await keys
  }
}

async function webIdentityKeys(env: Env, region: string): Promise<AwsKeys> {
  const file = env['AWS_WEB_IDENTITY_TOKEN_FILE']
  const role = env['AWS_ROLE_ARN']
  if (!file || !role) throw lacking('web_identity', 'AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN')
  const token = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TdbtError('T8022', `The web identity's token cannot be read: ${file}.`, {
      cause,
      hint: 'Look at AWS_WEB_IDENTITY_TOKEN_FILE.',
    })
  })
  const endpoint = env['AWS_ENDPOINT_URL_STS'] || `https://sts.${region}.amazonaws.com`
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: env['AWS_ROLE_SESSION_NAME'] || 'tdbt',
    WebIdentityToken: token.trim(),
  })
  const answer = await ask('web_identity', endpoint, { method: 'POST', body })
  const expires = new Date(xmlValue(answer, 'Expiration') ?? '')
  return fetched('web_identity', {
    AccessKeyId: xmlValue(answer, 'AccessKeyId'),
    SecretAccessKey: xmlValue(answer, 'SecretAccessKey'),
    Token: xmlValue(answer, 'SessionToken'),
    Expiration: Number.isNaN(expires.getTime()) ? undefined : expires.toISOString(),
  })
}

async function containerKeys(env: Env): Promise<AwsKeys> {
  const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  const path = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  if (!full && !path) throw lacking('container', 'AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI')
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
  const token = file ? (await readFile(file, 'utf8')).trim() : env['AWS_CONTAINER_AUTHORIZATION_TOKEN']
  const answer = await ask(
    'container',
    full || `${CONTAINER}${path}`,
    token ? { headers: { Authorization: token } } : {},
  )
  return fetched('container', parseAnswer('container', answer))
}

async function machineKeys(env: Env): Promise<AwsKeys> {
  const base = (env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || METADATA).replace(/\/+$/, '')
  const token = await ask('imds', `${base}/latest/api/token`, {
    method: 'PUT',
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' },
  })
  const headers = { 'X-aws-ec2-metadata-token': token }
  const folder = `${base}/latest/meta-data/iam/security-credentials/`
  const role = (await ask('imds', folder, { headers })).trim().split('\n')[0] ?? ''
  return fetched('imds', parseAnswer('imds', await ask('imds', `${folder}${role}`, { headers })))
}

async function ask(way: string, url: string, init: RequestInit): Promise<string> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new TdbtError('T8021', `The service that gives S3 credentials (${way}) does not answer.`, {
      found: new URL(url).origin,
      cause,
      hint: `Is this a machine that has one? Else give keys and leave out \`auth: ${way}\`.`,
    })
  }
  const text = await response.text()
  if (response.ok) return text
  throw new TdbtError('T8022', `The service that gives S3 credentials (${way}) refused.`, {
    found: `HTTP ${response.status}${xmlValue(text, 'Code') === undefined ? '' : ` ${xmlValue(text, 'Code')}`}`,
    hint: 'Look at the role that this machine or account has.',
  })
}

function parseAnswer(way: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Told below, without the text: it may hold secrets.
  }
  throw new TdbtError('T8022', `The service that gives S3 credentials (${way}) answered something else.`, {
    expected: 'JSON with keys',
  })
}

function fetched(way: string, answer: Readonly<Record<string, unknown>>): AwsKeys {
  const text = (name: string): string | undefined => (typeof answer[name] === 'string' ? answer[name] : undefined)
  const keys = keysOf(text('AccessKeyId'), text('SecretAccessKey'), text('Token'))
  if (keys === null) throw new TdbtError('T8022', `The service that gives S3 credentials (${way}) gave none.`)
  const expires = text('Expiration')
  return expires === undefined ? keys : { ...keys, expires: new Date(expires) }
}

function lacking(way: string, names: string): TdbtError {
  return new TdbtError('T8022', `\`auth: ${way}\` needs ${names}.`, {
    expected: names,
    hint: 'Set them, or give keys.',
  })
}
