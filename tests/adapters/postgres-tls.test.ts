import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { JsonObject } from '../../src/core/index.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'tdbt-tls-'))
let server: TestPostgres | undefined
let missing = ''

beforeAll(async () => {
  try {
    certificate('server', 'localhost')
    certificate('stranger', 'localhost')
  } catch (error) {
    missing = `openssl is needed: ${String(error)}`
    return
  }
  server = await startTestPostgres({ tls: { cert: read('server.crt'), key: read('server.key') } })
})

afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A certificate that signs itself, so that it is its own authority. */
function certificate(name: string, host: string): void {
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${host}`]
  args.push(
    '-addext',
    `subjectAltName=DNS:${host}`,
    '-keyout',
    join(folder, `${name}.key`),
    '-out',
    join(folder, `${name}.crt`),
  )
  execFileSync('openssl', args, { stdio: 'pipe' })
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

/** Whether the connection of these credentials has TLS, or the code of what went wrong. */
async function encrypted(credentials: JsonObject): Promise<unknown> {
  if (server === undefined) throw new Error(missing)
  const adapter = await loadAdapter('postgres')
  const engine = await adapter.open({
    target: {
      profileName: 'tests',
      targetName: 'dev',
      type: 'postgres',
      database: 'postgres',
      schema: 'public',
      threads: 1,
      credentials: {
        host: 'localhost',
        port: server.port,
        user: server.user,
        password: server.password,
        retries: 0,
        ...credentials,
      },
    },
    projectRoot: '/nowhere',
    env: {},
    emit: () => {},
    applicationName: 'tdbt/test',
  })
  try {
    const session = await engine.acquire('tls')
    const running = session
      .execute('select count(*) from generate_series(1, 100000000000)')
      .catch((error: unknown) => error)
    setTimeout(() => void session.cancel(), 200)
    expect(await running).toMatchObject({ code: 'T5008' }) // cancelling speaks TLS as well
    const { rows } = await session.execute('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
    await session.release()
    return rows[0]?.[0]
  } catch (error) {
    return error
  } finally {
    await engine.close()
  }
}

test.each([
  ['disable', {}, false],
  ['allow', {}, false],
  ['prefer', {}, true],
  ['require', {}, true],
  ['verify-ca', { sslrootcert: 'server.crt' }, true],
  ['verify-ca', { sslrootcert: 'server.crt', host: '127.0.0.1' }, true],
  ['verify-full', { sslrootcert: 'server.crt' }, true],
])(
  'sslmode %s with %j connects, with TLS: %j',
  async (sslmode, { sslrootcert, ...rest }: { sslrootcert?: string; host?: string }, tls) => {
    const root = sslrootcert === undefined ? {} : { sslrootcert: join(folder, sslrootcert) }
    expect(await encrypted({ sslmode, ...root, ...rest })).toBe(tls)
  },
)

test.each([
  ['verify-full', { sslrootcert: 'server.crt', host: '127.0.0.1' }, /IP|altnames/],
  ['verify-full', { sslrootcert: 'stranger.crt' }, /certificate/],
  ['verify-ca', { sslrootcert: 'stranger.crt' }, /certificate/],
  ['verify-full', {}, /certificate/],
  ['require', { sslrootcert: 'stranger.crt' }, /certificate/],
])(
  'sslmode %s with %j is refused by us',
  async (sslmode, { sslrootcert, ...rest }: { sslrootcert?: string; host?: string }, message) => {
    const root = sslrootcert === undefined ? {} : { sslrootcert: join(folder, sslrootcert) }
    expect(await encrypted({ sslmode, ...root, ...rest })).toMatchObject({
      code: 'T5001',
      message: expect.stringMatching(message),
      details: { hint: expect.stringContaining('sslrootcert') },
    })
  },
)

test('a certificate file that is not there is T1006 and names the key', async () => {
  expect(await encrypted({ sslmode: 'verify-ca', sslrootcert: join(folder, 'none.crt') })).toMatchObject({
    code: 'T1006',
    message: expect.stringContaining('sslrootcert'),
  })
})
