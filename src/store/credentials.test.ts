import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../core/index.ts'
import { credentialSource, readProfiles } from './aws-credentials-session.ts'
import { type AwsKeys, type AwsSettings, awsSettings } from './aws-settings.ts'

const home = mkdtempSync(join(tmpdir(), 'tdbt-aws-'))
const asked: string[] = []
const service = createServer((incoming, outgoing) => {
  let body = ''
  incoming.on('data', (chunk) => {
    body += String(chunk)
  })
  incoming.on('end', () => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const keys = { AccessKeyId: 'FETCHED', SecretAccessKey: 'hush', Token: 'tok', Expiration: '2100-01-01T00:00:00Z' }
    if (incoming.url === '/latest/api/token') outgoing.end('imds-token')
    else if (incoming.url === '/latest/meta-data/iam/security-credentials/') outgoing.end('role-a\n')
    else if (incoming.url === '/latest/meta-data/iam/security-credentials/role-a') {
      if (incoming.headers['x-aws-ec2-metadata-token'] !== 'imds-token') outgoing.statusCode = 401
      outgoing.end(JSON.stringify(keys))
    } else if (incoming.url === '/container') {
      if (incoming.headers['authorization'] !== 'Bearer c') outgoing.statusCode = 401
      outgoing.end(JSON.stringify(keys))
    } else if (incoming.method === 'POST' && body.includes('WebIdentityToken=jwt')) {
      outgoing.end(
        `<R><Credentials><AccessKeyId>STS</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></R>`,
      )
    } else {
      outgoing.statusCode = 403
      outgoing.end('<Error><Code>AccessDenied</Code></Error>')
    }
  })
})
let base = ''

beforeAll(async () => {
  mkdirSync(join(home, '.aws'))
  writeFileSync(
    join(home, '.aws/credentials'),
    '[default]\naws_access_key_id = FILE\naws_secret_access_key = s1\n[work]\naws_access_key_id = WORK\naws_secret_access_key = s2\naws_session_token = t2\n[half]\naws_access_key_id = HALF\n',
  )
  writeFileSync(
    join(home, '.aws/config'),
    '[profile work]\nregion = eu-central-1\nendpoint_url = https://s3.example.test/\n',
  )
  writeFileSync(join(home, 'jwt'), 'jwt\n')
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve)
  })
  const address = service.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
})
afterAll(() => {
  service.close()
  rmSync(home, { recursive: true, force: true })
})

async function look(
  env: Record<string, string>,
  connection: JsonObject = {},
  parameters: Record<string, string> = {},
): Promise<{ settings: AwsSettings; keys: AwsKeys | null }> {
  const whole = { HOME: home, ...env }
  const profiles = await readProfiles(whole)
  const settings = awsSettings({ parameters, connection, env: whole, profiles })
  const profileNamed = parameters['profile'] !== undefined || connection['profile'] !== undefined
  return { settings, keys: await credentialSource({ settings, env: whole, profiles, profileNamed })() }
}
const ENV = { AWS_ACCESS_KEY_ID: 'ENV', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'st' }

test('connection before environment before profile; a named profile before the environment', async () => {
  expect((await look({})).keys).toEqual({ accessKeyId: 'FILE', secretAccessKey: 's1' })
  expect((await look(ENV)).keys).toEqual({ accessKeyId: 'ENV', secretAccessKey: 's', sessionToken: 'st' })
  expect((await look(ENV, { access_key_id: 'CON', secret_access_key: 'c' })).keys?.accessKeyId).toBe('CON')
  expect((await look(ENV, { profile: 'work' })).keys).toEqual({
    accessKeyId: 'WORK',
    secretAccessKey: 's2',
    sessionToken: 't2',
  })
  expect((await look({ AWS_PROFILE: 'work' })).keys?.accessKeyId).toBe('WORK')
  expect((await look({ ...ENV, AWS_PROFILE: 'work' })).keys?.accessKeyId).toBe('ENV')
})

test('endpoint, region and style', async () => {
  const settings = async (env: Record<string, string>, connection?: JsonObject, parameters?: Record<string, string>) =>
    (await look({ ...ENV, ...env }, connection, parameters)).settings
  expect(await settings({})).toMatchObject({ endpoint: null, region: 'us-east-1', pathStyle: false, auth: 'keys' })
  expect(await settings({ AWS_PROFILE: 'work' })).toMatchObject({
    endpoint: 'https://s3.example.test',
    region: 'eu-central-1',
    pathStyle: true,
  })
  expect(await settings({ AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b:1' })).toMatchObject({
    endpoint: 'http://b:1',
  })
  expect(await settings({ AWS_REGION: 'r1', AWS_DEFAULT_REGION: 'r2' }, { region: 'r3' })).toMatchObject({
    region: 'r3',
  })
  expect(await settings({}, { endpoint: 'http://c', path_style: false }, { endpoint: 'http://d' })).toMatchObject({
    endpoint: 'http://d',
    pathStyle: false,
  })
})

test('services are asked only where it is said, and once', async () => {
  asked.length = 0
  const roles = { AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'jwt'), AWS_ROLE_ARN: 'arn:x', AWS_ENDPOINT_URL_STS: base }
  const container = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Bearer c',
  }
  const imds = { AWS_EC2_METADATA_SERVICE_ENDPOINT: base }
  expect((await look({ ...roles, ...container, ...imds })).keys?.accessKeyId).toBe('FILE')
  expect((await look(roles, { auth: 'none' })).keys).toBeNull()
  expect(asked).toEqual([])
  expect((await look(roles, { auth: 'web_identity' })).keys).toMatchObject({ accessKeyId: 'STS', sessionToken: 't' })
  expect((await look(container, {}, { auth: 'container' })).keys).toMatchObject({
    accessKeyId: 'FETCHED',
    sessionToken: 'tok',
  })
  asked.length = 0
  const env = { HOME: home, ...imds, TDBT_S3_AUTH: 'imds' }
  const profiles = await readProfiles(env)
  const settings = awsSettings({ parameters: {}, connection: {}, env, profiles })
  const source = credentialSource({ settings, env, profiles, profileNamed: false })
  expect((await source())?.accessKeyId).toBe('FETCHED')
  expect((await source())?.expires).toEqual(new Date('2100-01-01T00:00:00Z'))
  expect(asked).toHaveLength(3)
})

test.each([
  ['half a key', {}, { access_key_id: 'x' }, 'T8020'],
  ['half a profile', { AWS_PROFILE: 'half' }, {}, 'T8020'],
  ['unknown key', {}, { acces_key: 'x' }, 'T8020'],
  ['unknown auth', {}, { auth: 'magic' }, 'T8020'],
  ['unknown profile', {}, { profile: 'nope' }, 'T8020'],
  ['endpoint without scheme', {}, { endpoint: 'localhost:9000' }, 'T8020'],
  ['endpoint with credentials', {}, { endpoint: 'http://u:hush@h' }, 'T8020'],
  ['no keys at all', { HOME: '/nonexistent' }, {}, 'T8022'],
  ['web identity without its variables', {}, { auth: 'web_identity' }, 'T8022'],
  ['container refused', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'BASE/container' }, { auth: 'container' }, 'T8022'],
  ['no machine service', { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }, { auth: 'imds' }, 'T8021'],
])('refused: %s', async (_what, env, connection, code) => {
  const real = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value.replace('BASE', base)]))
  const error: unknown = await look(real, connection).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code })
  expect(JSON.stringify(error)).not.toContain('hush')
})
