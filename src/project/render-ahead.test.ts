import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fixture, parseInvocation, withProject } from '../../tests/support/load-fixture.ts'
import { loadAdapter } from '../adapters/index.ts'
import { type RunEvent, TdbtError, TdbtErrors } from '../core/index.ts'
import { loadStdlib } from '../stdlib/index.ts'
import { isJsonData, type LoadOptions, loadProject, openModelRenderer, type RenderedFile } from './index.ts'

const stdlib = loadStdlib()

type Given = Parameters<typeof parseInvocation>[1]

/** All that a parse gives: what it throws, says, warns of, finds. `taken` counts the models that were rendered ahead. */
async function parse(folder: string, given: Given = {}, ahead = false) {
  const events: RunEvent[] = []
  const options: LoadOptions = {
    invocation: parseInvocation(folder, given),
    adapterFor: loadAdapter,
    stdlib,
    emit: (event) => events.push(event),
  }
  // What another thread would do: it opens the project itself, and what it gives comes as text.
  const renderer = ahead ? await openModelRenderer(options).catch(() => undefined) : undefined
  let taken = 0
  let isSame = false
  try {
    const { manifest, warnings, locations } = await loadProject({
      ...options,
      renderAhead: ({ digest, count }) => {
        isSame = renderer?.digest === digest && renderer.count === count
        return {
          take: (index) => {
            const given = JSON.parse(JSON.stringify(renderer?.render(index) ?? null)) as RenderedFile | null
            if (given) taken++
            return given ?? undefined
          },
          end: () => undefined,
        }
      },
    })
    return { taken, isSame, found: { manifest, warnings, locations: { ...locations }, events } }
  } catch (thrown) {
    return { taken, isSame, found: { thrown: shown(thrown), events } }
  }
}

function shown(thrown: unknown): unknown {
  if (thrown instanceof TdbtErrors) return thrown.errors.map(shown)
  if (!(thrown instanceof TdbtError)) return String(thrown)
  const { cause: _cause, ...details } = thrown.details
  return { code: thrown.code, message: thrown.message, details }
}

async function compare(folder: string, given: Given = {}): Promise<number> {
  const alone = await parse(folder, given)
  const ahead = await parse(folder, given, true)
  expect(ahead.found).toStrictEqual(alone.found)
  expect(ahead.isSame).toBe(true)
  return ahead.taken
}

test('what was rendered elsewhere makes the same manifest: the recorded projects', async () => {
  const env = { KITCHEN_USER: 'chef', KITCHEN_HOST: 'h', DBT_ENV_CUSTOM_ENV_A: '1' }
  for (const name of ['kitchen', 'own', 'pots']) await compare(fixture(name), { env })
})

const FILES = {
  'project.yaml': `name: shop
vars: {cents: 100, where: "{{ ref('plain') }}"}
models:
  shop: {sub: {+tags: [sub], +post-hook: "select 1 -- {{ this }} {{ ref('plain') }}"}}
`,
  'macros/m.sql':
    "{% macro twice(x) %}{{ x * 2 }}{% endmacro %}{% macro says() %}{{ log('heard', info=true) }}{% endmacro %}",
  'models/plain.sql': '  \n\nselect 1 as a\n',
  'models/empty.sql': '',
  'models/calls.sql':
    "\n{{ config(materialized='table', meta={'a': [1, 2.5, 'x', none, true]}) }}{{ config(tags=['t']) }}\nselect * from {{ ref('plain') }} join {{ ref('shop', 'empty') }} on {{ twice(2) }} = {{ var('cents') }}\n",
  'models/float.sql': "{{ config(meta={'a': 1.0}) }} select 1",
  'models/sources.sql': "select * from {{ source('s', 't') }} join {{ source('s', 't') }}",
  'models/text_var.sql': "select * from {{ var('where') }}",
  'models/from_env.sql': "{{ config(alias=env_var('ALIAS', 'none')) }} select '{{ env_var(\"PLACE\") }}'",
  'models/logs.sql': "select 1 {{ says() }} {{ print('p') }} {{ exceptions.warn('careful') }}",
  'models/bom.sql': '\ufeffselect 1',
  'models/sub/tagged.sql': '{{ config(tags="own") }} select {{ this }}',
  'models/off.sql': '{{ config(enabled=false) }} select 1',
  'models/snake.py': 'def model(dbt, session):\n    dbt.config(materialized="table")\n    return dbt.ref("plain")\n',
  'models/s.yml':
    'version: 2\nsources: [{name: s, tables: [{name: t}]}]\nmodels: [{name: calls, config: {tags: [yml]}}]\n',
  'models/umlaut.sql': "select 'ä€😀' as \"grüße\", '\u2028'\r\n",
}

test('what was rendered elsewhere makes the same manifest: files of every kind', async () => {
  await withProject(FILES, async (folder) => {
    const env = { PLACE: 'here' }
    const count = Object.keys(FILES).filter((path) => path.startsWith('models/') && path.endsWith('.sql')).length
    // All but the one that speaks.
    expect(await compare(folder, { env })).toBe(count - 1)
    expect(await compare(folder, { env, vars: { cents: 7 } })).toBe(count - 1)
  })
})

test('errors are those of the parsing thread, in its order and places', async () => {
  const broken = {
    ...FILES,
    'models/b1.sql': 'select 1\n{{ no_such() }}',
    'models/b2.sql': '{% if %}',
    'models/b3.sql': '{{ config(materialized=1) }}\nselect {{ ref() }}',
    'models/b4.sql': "{{ config(tags={'a': 1}) }} select 1",
    'models/b5.sql': "{{ exceptions.raise_compiler_error('stop') }}",
    'models/b6.sql': "select {{ env_var('NOT_SET') }}",
    'models/sub/plain.sql': 'select 2',
  }
  await withProject(broken, async (folder) => {
    const { found } = await parse(folder, {}, true)
    expect(found).toHaveProperty('thrown.length')
    await compare(folder)
  })
  await withProject({ 'macros/m.sql': '{% macro a() %}', 'models/a.sql': 'select 1' }, async (folder) => {
    const [alone, ahead] = [await parse(folder), await parse(folder, {}, true)]
    expect(ahead.found).toStrictEqual(alone.found)
  })
})

test('environment variables that are read elsewhere are noted here', async () => {
  await withProject(FILES, async (folder) => {
    const cacheDir = () => `${folder}/target`
    const options = (place: string): LoadOptions => ({
      invocation: parseInvocation(folder, { env: { PLACE: place }, flags: { partialParse: true } }),
      adapterFor: loadAdapter,
      stdlib,
      emit: () => undefined,
      cacheDir,
    })
    const renderer = await openModelRenderer(options('here'))
    let takes = 0
    const renderAhead = () => ({
      take: (index: number) => {
        takes++
        return renderer.render(index) ?? undefined
      },
      end: () => undefined,
    })
    await loadProject({ ...options('here'), renderAhead })
    const once = takes
    expect(once).toBeGreaterThan(0)
    await loadProject({ ...options('here'), renderAhead })
    expect(takes).toBe(once)
    const { manifest } = await loadProject(options('there'))
    expect(manifest.nodes['model.shop.from_env']).toMatchObject({ raw_code: FILES['models/from_env.sql'] })
    await loadProject({ ...options('elsewhere'), renderAhead })
    expect(takes).toBe(2 * once)
  })
})

test('the digest tells of settings, macros and files; what cannot be read is left to the parsing thread', async () => {
  const open = (folder: string, given: Given = {}) =>
    openModelRenderer({ invocation: parseInvocation(folder, given), adapterFor: loadAdapter, stdlib })
  const files = { ...FILES, 'models/a.sql': 'select 1' }
  const renderer = await withProject(files, async (folder) => {
    const digests = [await open(folder), await open(folder)].map(({ digest }) => digest)
    expect(digests[1]).toBe(digests[0])
    for (const [path, text] of [
      ['macros/m.sql', '{% macro twice(x) %}{{ x + x }}{% endmacro %}'],
      ['project.yaml', 'name: shop\nvars: {cents: 1}\n'],
      ['models/b.sql', 'select 1'],
    ] as const) {
      writeFileSync(`${folder}/${path}`, text)
      const { digest } = await open(folder)
      expect(digests).not.toContain(digest)
      digests.push(digest)
    }
    return await open(folder)
  })
  expect(renderer.count).toBeGreaterThan(3)
  expect(renderer.render(0)).toBeNull()
  expect(renderer.render(renderer.count)).toBeNull()
})

test('plain data is what JSON gives back', () => {
  for (const value of [null, true, 'x', 1, -1.5, [], {}, [{ a: [null] }]]) {
    expect(isJsonData(value)).toBe(true)
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
  }
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 1n, new Date(0), new Map(), () => 1])
    for (const held of [value, [value], { a: value }]) expect(isJsonData(held)).toBe(false)
  expect(isJsonData(JSON.parse('{"__proto__": 1}'))).toBe(false)
})
