import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixture, parseInvocation, withProject } from '../../tests/support/load-fixture.ts'
import { loadAdapter } from '../adapters/index.ts'
import type { Manifest } from '../core/index.ts'
import { loadStdlib } from '../stdlib/index.ts'
import { type LoadedProject, type LoadOptions, loadProject } from './index.ts'

/** Loads with the cache in target/; also tells whether the cache was written, which only a full parse does. */
async function load(
  folder: string,
  given: Parameters<typeof parseInvocation>[1] = {},
  derive?: LoadOptions['derive'],
): Promise<LoadedProject & { readonly full: boolean }> {
  const file = join(folder, 'target/partial_parse.json')
  const before = inode(file)
  const project = await loadProject({
    invocation: parseInvocation(folder, { ...given, flags: { partialParse: true, ...given.flags } }),
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: () => undefined,
    cacheDir: () => join(folder, 'target'),
    ...(derive ? { derive } : {}),
  })
  return { ...project, full: inode(file) !== before }
}

function inode(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${found.ino} ${found.mtimeMs}`
}

const FILES = {
  'models/a.sql': "select {{ one() }} as n, '{{ var('v', 'w') }}' as v",
  'models/b.sql': "{{ config(tags=['t']) }} select * from {{ ref('a') }}",
  'models/schema.yml': 'models: [{name: a, description: first, columns: [{name: n, data_tests: [not_null]}]}]',
  'models/c.sql': "{{ config(enabled=env_var('C_IS_ON', 'no') == 'yes') }} select 1 as c",
  'macros/one.sql': '{% macro one() %}1{% endmacro %}',
}

test.each(['kitchen', 'pots'])('the fixture %s comes out of the cache as it went in', async (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'tdbt-cache-'))
  try {
    cpSync(fixture(name), folder, { recursive: true })
    const first = await load(folder)
    const second = await load(folder)
    expect([first.full, second.full]).toEqual([true, false])
    // JSON has no undefined; floats that are integral are told apart.
    expect(second.manifest).toEqual(first.manifest)
    expect({ ...second.locations }).toEqual({ ...first.locations })
    expect(second.warnings.map((warning) => warning.message)).toEqual(first.warnings.map((warning) => warning.message))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('an edited model is parsed alone; the rest stays, and it equals a full parse', async () => {
  await withProject(FILES, async (folder) => {
    await load(folder)
    writeFileSync(join(folder, 'models/b.sql'), "\n{{ config(tags=['t']) }} select 2 as x, n from {{ ref('a') }}")
    const edited = await load(folder)
    const whole = await load(folder, { flags: { partialParse: false } })
    expect([edited.full, whole.full]).toEqual([false, true])
    expect(edited.manifest.nodes).toEqual(whole.manifest.nodes)
    expect(edited.locations['model.shop.b']?.line).toBe(2)
    writeFileSync(join(folder, 'models/b.sql'), "{{ config(tags=['t']) }} select 2 as x")
    expect((await load(folder)).manifest.nodes['model.shop.b']?.depends_on.nodes).toEqual([])
    writeFileSync(join(folder, 'models/b.sql'), "{{ config(tags=['t']) }} select * from {{ ref('zz') }}")
    await expect(load(folder)).rejects.toThrow(/'zz'/)
  })
})

test('a new config() call is a full parse', async () => {
  await withProject(FILES, async (folder) => {
    await load(folder)
    writeFileSync(join(folder, 'models/b.sql'), "{{ config(materialized='table') }} select * from {{ ref('a') }}")
    const edited = await load(folder)
    expect(edited.full).toBe(true)
    expect(edited.manifest.nodes['model.shop.b']?.config['materialized']).toBe('table')
  })
})

test('renamed, deleted and added files, macros, properties and seeds are full parses', async () => {
  await withProject({ ...FILES, 'seeds/s.csv': 'id\n1\n' }, async (folder) => {
    const at = (path: string) => join(folder, path)
    await load(folder)
    renameSync(at('models/b.sql'), at('models/bb.sql'))
    let project = await load(folder)
    expect(project.full).toBe(true)
    expect(Object.keys(project.manifest.nodes)).toContain('model.shop.bb')
    rmSync(at('models/bb.sql'))
    project = await load(folder)
    expect(project.full).toBe(true)
    expect(Object.keys(project.manifest.nodes)).not.toContain('model.shop.bb')
    writeFileSync(at('macros/one.sql'), "{% macro one() %}{{ config(alias='z') }}1{% endmacro %}")
    project = await load(folder)
    expect(project.full).toBe(true)
    expect(project.manifest.nodes['model.shop.a']?.alias).toBe('z')
    writeFileSync(at('models/schema.yml'), 'models: [{name: a, description: second}]')
    project = await load(folder)
    expect([project.full, project.manifest.nodes['model.shop.a']?.description]).toEqual([true, 'second'])
    writeFileSync(at('seeds/s.csv'), 'id\n2\n')
    expect((await load(folder)).full).toBe(true)
    expect((await load(folder)).full).toBe(false)
  })
})

test('vars, environment, target, flags that a text names, and settings count', async () => {
  await withProject({ ...FILES, 'models/d.sql': "select '{{ flags.FULL_REFRESH }}' as d" }, async (folder) => {
    await load(folder)
    expect((await load(folder, { env: { OTHER: 'x' } })).full).toBe(false)
    const on = await load(folder, { env: { C_IS_ON: 'yes' } })
    expect([on.full, 'model.shop.c' in on.manifest.nodes]).toEqual([true, true])
    const off = await load(folder)
    expect([off.full, 'model.shop.c' in off.manifest.nodes]).toEqual([true, false])
    expect((await load(folder, { vars: { v: 'x' } })).full).toBe(true)
    expect((await load(folder)).full).toBe(true)
    expect((await load(folder, { flags: { fullRefresh: true } })).full).toBe(true)
    writeFileSync(join(folder, 'project.yaml'), 'name: shop\nmodels: {shop: {+materialized: table}}\n')
    const table = await load(folder)
    expect([table.full, table.manifest.nodes['model.shop.a']?.config['materialized']]).toEqual([true, 'table'])
  })
})

test('a file that was only touched is no change; a torn cache is a full parse', async () => {
  await withProject(FILES, async (folder) => {
    await load(folder)
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(folder, 'macros/one.sql'), later, later)
    expect((await load(folder)).full).toBe(false)
    const file = join(folder, 'target/partial_parse.json')
    const text = readFileSync(file, 'utf8')
    const end = text.indexOf('\n')
    const flipped = text.replace('"model.shop.a"', '"model.shop.z"')
    expect(flipped.length).toBe(text.length)
    for (const torn of [
      text.slice(0, -9),
      text.slice(0, 40),
      '',
      `{}\n${text}`,
      flipped,
      `${text}x`,
      text.slice(end),
    ]) {
      writeFileSync(file, torn)
      const project = await load(folder)
      expect([project.full, Object.keys(project.manifest.nodes).length]).toEqual([true, 3])
    }
  })
})

const PROFILE = (schema: string, extra = '') => `shop:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, port: 5432, user: u, password: p, dbname: d, schema: ${schema}, threads: 1}
    prod: {type: postgres, host: localhost, port: 5432, user: u, password: p, dbname: d, schema: live, threads: 1}
${extra}`

test('another target, another profile, and an edited profile count; more threads do not', async () => {
  await withProject({ 'models/a.sql': 'select 1 as n' }, async (folder) => {
    writeFileSync(join(folder, 'project.yaml'), 'name: shop\nprofile: shop\n')
    writeFileSync(join(folder, 'profiles.yml'), PROFILE('one'))
    const schema = (project: LoadedProject) => project.manifest.nodes['model.shop.a']?.schema
    const first = await load(folder)
    expect([first.full, schema(first)]).toEqual([true, 'one'])
    expect((await load(folder)).full).toBe(false)
    const prod = await load(folder, { flags: { target: 'prod' } })
    expect([prod.full, schema(prod)]).toEqual([true, 'live'])
    const back = await load(folder)
    expect([back.full, schema(back)]).toEqual([true, 'one'])
    expect((await load(folder, { flags: { threads: 7 } })).full).toBe(false)
    writeFileSync(join(folder, 'profiles.yml'), PROFILE('two'))
    const edited = await load(folder)
    expect([edited.full, schema(edited)]).toEqual([true, 'two'])
    const other =
      'other:\n  target: x\n  outputs:\n    x: {type: postgres, host: h, user: u, password: p, dbname: d, schema: three}\n'
    writeFileSync(join(folder, 'profiles.yml'), PROFILE('two', other))
    expect((await load(folder)).full).toBe(false)
    const named = await load(folder, { flags: { profile: 'other' } })
    expect([named.full, schema(named)]).toEqual([true, 'three'])
  })
})

test('an installed, edited and removed package counts', async () => {
  await withProject({ 'models/a.sql': "select '{{ lib.word() }}' as w" }, async (folder) => {
    const at = (path: string) => join(folder, 'dbt_packages/lib', path)
    mkdirSync(at('macros'), { recursive: true })
    mkdirSync(at('models'))
    writeFileSync(at('dbt_project.yml'), "name: lib\nversion: '1.0'\n")
    writeFileSync(at('macros/word.sql'), '{% macro word() %}one{% endmacro %}')
    writeFileSync(at('models/b.sql'), 'select 1 as n')
    expect((await load(folder)).full).toBe(true)
    expect((await load(folder)).full).toBe(false)
    writeFileSync(at('macros/word.sql'), "{% macro word() %}{{ config(tags=['t']) }}two{% endmacro %}")
    const macro = await load(folder)
    expect([macro.full, macro.manifest.nodes['model.shop.a']?.tags]).toEqual([true, ['t']])
    writeFileSync(at('dbt_project.yml'), "name: lib\nversion: '1.1'\nmodels: {lib: {+materialized: table}}\n")
    const settings = await load(folder)
    expect([settings.full, settings.manifest.nodes['model.lib.b']?.config['materialized']]).toEqual([true, 'table'])
    writeFileSync(at('models/b.sql'), 'select 2 as n')
    const model = await load(folder)
    expect([model.full, model.manifest.nodes['model.lib.b']]).toMatchObject([false, { raw_code: 'select 2 as n' }])
    rmSync(join(folder, 'dbt_packages'), { recursive: true })
    writeFileSync(join(folder, 'models/a.sql'), 'select 1 as w')
    const without = await load(folder)
    expect([without.full, Object.keys(without.manifest.nodes)]).toEqual([true, ['model.shop.a']])
  })
})

test('a cache of another version of tdbt is a full parse', async () => {
  await withProject(FILES, async (folder) => {
    await load(folder)
    const file = join(folder, 'target/partial_parse.json')
    const text = readFileSync(file, 'utf8')
    const { build } = JSON.parse(text.slice(0, text.indexOf('\n'))) as { build: string }
    writeFileSync(file, text.replace(JSON.stringify(build), JSON.stringify(`${build}0`)))
    expect((await load(folder)).full).toBe(true)
    expect((await load(folder)).full).toBe(false)
  })
})

test('what was derived is kept; an edit of SQL alone leaves it, an edit of refs does not', async () => {
  await withProject(FILES, async (folder) => {
    const derive = (manifest: Manifest) => ({ parents: manifest.nodes['model.shop.b']?.depends_on.nodes })
    const seen: unknown[] = []
    const derived = async () => {
      const project = await load(folder, {}, (manifest, before) => {
        seen.push(before?.changed)
        return derive(manifest)
      })
      return [project.full, project.derived]
    }
    const parents = { parents: ['model.shop.a'] }
    expect(await derived()).toEqual([true, parents])
    expect(await derived()).toEqual([false, parents])
    writeFileSync(join(folder, 'models/b.sql'), "{{ config(tags=['t']) }} select n + 1.5 from {{ ref('a') }} -- more")
    expect(await derived()).toEqual([false, parents])
    expect(seen).toEqual([undefined])
    const { manifest } = await load(folder)
    expect(manifest.nodes['model.shop.b']).toMatchObject({ raw_code: expect.stringContaining('-- more') })
    writeFileSync(join(folder, 'models/b.sql'), "{{ config(tags=['t']) }} select 1 as n")
    expect(await derived()).toEqual([false, { parents: [] }])
    expect(seen).toEqual([undefined, ['model.shop.b']])
  })
})

test('references of foreign keys outlive an edit of the model', async () => {
  const files = {
    'models/a.sql': 'select 1 as n',
    'models/b.sql': 'select 1 as n',
    'models/schema.yml': `models:
  - name: b
    columns:
      - {name: n, data_type: int, constraints: [{type: foreign_key, to: "ref('a')", to_columns: [n]}]}
`,
  }
  await withProject(files, async (folder) => {
    await load(folder)
    writeFileSync(join(folder, 'models/b.sql'), 'select 2 as n')
    const edited = await load(folder)
    expect(edited.manifest.nodes['model.shop.b']?.depends_on.nodes).toEqual(['model.shop.a'])
  })
})

test('vars.yml counts', async () => {
  await withProject(
    { 'models/a.sql': "select '{{ var('v') }}' as v", 'vars.yml': 'vars: {v: one}' },
    async (folder) => {
      await load(folder)
      expect((await load(folder)).full).toBe(false)
      writeFileSync(join(folder, 'vars.yml'), 'vars: {v: two}')
      expect((await load(folder)).full).toBe(true)
    },
  )
})
