import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const VERSION = '4.1.0'
const JAR = `s3proxy-${VERSION}-jar-with-dependencies.jar`

/** An S3 server for tests on this machine: checks signatures, honours If-None-Match and If-Match. */
export interface TestS3 {
  readonly endpoint: string
  /** AWS_… variables that let one in. */
  readonly env: Readonly<Record<string, string>>
  /** What it is, for messages. */
  readonly label: string
  /** Makes a bucket with a name of its own. */
  createBucket(prefix: string): Promise<string>
  stop(): Promise<void>
}

/**
 * s3proxy, a Java program from Maven Central (kept in the user's cache folder), over a temporary folder. `missing` says why there is
 * none: tests print it and are skipped. TDBT_TEST_S3PROXY names a jar that is there already.
 */
export async function startTestS3(): Promise<TestS3 | { readonly missing: string }> {
  const java = await findJava()
  if (java === null) return { missing: 'no S3 server: java 17 or newer is not installed' }
  let jar: string
  try {
    jar = await findJar()
  } catch (error) {
    return {
      missing: `no S3 server: s3proxy ${VERSION} cannot be had (${error instanceof Error ? error.message.split('\n')[0] : error})`,
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-test-s3-'))
  await mkdir(join(folder, 'data'))
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const settings = {
    's3proxy.authorization': 'aws-v2-or-v4',
    's3proxy.endpoint': endpoint,
    's3proxy.identity': 'test-identity',
    's3proxy.credential': 'test-credential',
    's3proxy.ignore-unknown-headers': 'true',
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'x',
    'jclouds.credential': 'x',
    'jclouds.filesystem.basedir': join(folder, 'data'),
  }
  const file = join(folder, 's3proxy.properties')
  await writeFile(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  )
  const child = spawn(java, ['-Xmx192m', '-jar', jar, '--properties', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const onExit = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', onExit)
  const stop = async (): Promise<void> => {
    process.off('exit', onExit)
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  for (let attempt = 0; ; attempt++) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    )
    if (answers) break
    if (child.exitCode !== null || attempt > 600) {
      await stop()
      throw new Error(`s3proxy did not start: ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  let buckets = 0
  return {
    endpoint,
    label: `s3proxy ${VERSION}`,
    env: {
      AWS_ACCESS_KEY_ID: 'test-identity',
      AWS_SECRET_ACCESS_KEY: 'test-credential',
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    },
    createBucket: async (prefix) => {
      const name = `${prefix}-${process.pid}-${++buckets}`
      // With the filesystem behind it, a bucket is a folder.
      await mkdir(join(folder, 'data', name))
      return name
    },
    stop,
  }
}

async function findJava(): Promise<string | null> {
  const home = process.env['JAVA_HOME']
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    const told = await run(java, ['-version']).then(
      ({ stderr }) => stderr,
      () => '',
    )
    if (Number(/version "(\d+)/.exec(told)?.[1] ?? 0) >= 17) return java
  }
  return null
}

async function findJar(): Promise<string> {
  const given = process.env['TDBT_TEST_S3PROXY']
  if (given) return given
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tdbt-test')
  const jar = join(cache, JAR)
  if (existsSync(jar)) return jar
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'download-'))
  try {
    await run(
      'mvn',
      [
        '-q',
        '-B',
        'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
        `-Dartifact=org.gaul:s3proxy:${VERSION}:jar:jar-with-dependencies`,
        `-DoutputDirectory=${folder}`,
      ],
      { timeout: 300_000 },
    )
    await rename(join(folder, JAR), jar)
    return jar
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
