import { expect, test } from 'vitest'
import type { MacroNode } from '../core/index.ts'
import { compileTemplate, drive, Pending, PyFunction, type PyValue, returnFunction } from '../jinja/index.ts'
import { callMacro, createGlobals, createMacroLibrary, type MacroLibrary, type MacroLibraryOptions } from './index.ts'

/** Macros written as `package: text`, several to a text. */
function macroNodes(texts: Readonly<Record<string, string>>): Record<string, MacroNode> {
  const nodes: Record<string, MacroNode> = {}
  for (const [packageName, text] of Object.entries(texts)) {
    for (const [block, , name = ''] of text.matchAll(/\{% (macro|test|materialization) (\w+)[\s\S]*?\{% end\1 %\}/g)) {
      const prefix = block.startsWith('{% test') ? 'test_' : ''
      const adapter = /adapter='(\w+)'/.exec(block)?.[1] ?? 'default'
      const key = block.startsWith('{% materialization') ? `materialization_${name}_${adapter}` : prefix + name
      const unique_id = `macro.${packageName}.${key}`
      nodes[unique_id] = {
        resource_type: 'macro',
        name: key,
        package_name: packageName,
        path: `macros/${key}.sql`,
        original_file_path: `macros/${key}.sql`,
        unique_id,
        macro_sql: block,
        depends_on: { macros: [] },
        description: '',
        meta: {},
        docs: { show: true, node_color: null },
        config: {},
        patch_path: null,
        arguments: [],
        created_at: 0,
        supported_languages: null,
      }
    }
  }
  return nodes
}

function libraryOf(texts: Readonly<Record<string, string>>, options: Partial<MacroLibraryOptions> = {}): MacroLibrary {
  return createMacroLibrary({
    macros: macroNodes(texts),
    locations: {},
    rootPackage: 'shop',
    internalPackages: ['tdbt', 'dbt_postgres', 'dbt'],
    adapterPrefixes: ['postgres'],
    dispatch: [],
    ...options,
  })
}

const says = (name: string, text: string): string => `{% macro ${name}() %}${text}{% endmacro %}`

const LIBRARY = libraryOf({
  dbt: [
    says('run_query', 'dbt.run_query'),
    says('own', 'dbt.own'),
    says('shadowed', 'dbt.shadowed'),
    says('default__dispatched', 'dbt default'),
    says('default__only_default', 'dbt default'),
    says('shop', 'a macro with the name of a package'),
    '{% test unique(model) %}u{% endtest %}',
  ].join(''),
  dbt_postgres: [says('own', 'dbt_postgres.own'), says('postgres__dispatched', 'dbt_postgres postgres')].join(''),
  utils: [
    says('own', 'utils.own'),
    says('helper', 'utils.helper'),
    says('calls', 'calls {{ own() }}'),
    says('default__star', 'utils default'),
    says('postgres__star', 'utils postgres'),
    '{% test equal(model) %}e{% endtest %}',
  ].join(''),
  shop: [
    says('own', 'shop.own'),
    says('shadowed', 'shop.shadowed'),
    says('default__star', 'shop default'),
    '{% test unique(model) %}mine{% endtest %}',
  ].join(''),
})

function render(source: string, packageName = 'shop', library = LIBRARY, variables: [string, PyValue][] = []): string {
  const globals = createGlobals({ library, packageName, flavour: 'plain', variables: new Map(variables) })
  return compileTemplate(source, { file: 'models/m.sql' }).render(globals)
}

test('a name is looked up in the own package, then in the root project, then in the built-in packages', () => {
  expect(render('{{ own() }} {{ run_query() }} {{ shadowed() }}')).toBe('shop.own dbt.run_query shop.shadowed')
  expect(render('{{ own() }} {{ shadowed() }}', 'utils')).toBe('utils.own shop.shadowed')
  expect(render('{{ helper is defined }}')).toBe('False')
})

test('packages are name spaces, dbt is that of all built-in packages', () => {
  expect(render('{{ utils.own() }} {{ dbt.own() }} {{ dbt.run_query() }} {{ shop.own() }}')).toBe(
    'utils.own dbt_postgres.own dbt.run_query shop.own',
  )
  expect(render("{{ utils.nothing is defined }} {{ 'helper' in utils }} {{ utils.get('helper')() }}")).toBe(
    'False True utils.helper',
  )
  expect(render("{{ context['utils']['helper']() }} {{ context.own() }} {{ context.get('no', 7) }}")).toBe(
    'utils.helper shop.own 7',
  )
})

test('macros win over variables, what is set wins over macros', () => {
  const variables: [string, PyValue][] = [
    ['own', 'variable'],
    ['free', 'variable'],
  ]
  expect(render('{{ own() }} {{ free }}', 'shop', LIBRARY, variables)).toBe('shop.own variable')
  const globals = createGlobals({ library: LIBRARY, packageName: 'shop', flavour: 'plain', variables: new Map() })
  globals.set('own', new PyFunction('own', () => 'set'))
  globals.setInPackage('utils', 'helper', new PyFunction('helper', () => 'replaced'))
  expect(compileTemplate('{{ own() }} {{ utils.helper() }}', { file: 'm' }).render(globals)).toBe('set replaced')
})

test('a macro of a package sees the name space of the node that called it', () => {
  expect(render('{{ utils.calls() }}')).toBe('calls shop.own')
  expect(render('{{ calls() }}', 'utils')).toBe('calls utils.own')
})

test('dispatch: configured order, else root project and package; prefixes before default within each', () => {
  const found = (library: MacroLibrary, name: string, namespace: string | null): string | undefined =>
    library.dispatch(name, namespace, 'shop')?.unique_id
  expect(found(LIBRARY, 'dispatched', null)).toBe('macro.dbt_postgres.postgres__dispatched')
  expect(found(LIBRARY, 'only_default', 'dbt')).toBe('macro.dbt.default__only_default')
  expect(found(LIBRARY, 'star', 'utils')).toBe('macro.shop.default__star')
  expect(found(LIBRARY, 'star', 'nowhere')).toBe('macro.shop.default__star')
  expect(found(LIBRARY, 'nothing', 'utils')).toBeUndefined()
  expect(LIBRARY.dispatchCandidates('nothing', 'utils', 'shop')).toEqual([
    'shop.postgres__nothing',
    'shop.default__nothing',
    'utils.postgres__nothing',
    'utils.default__nothing',
  ])
  expect(LIBRARY.dispatchCandidates('nothing', null, 'shop')).toEqual(['postgres__nothing', 'default__nothing'])
  const configured = libraryOf(
    { utils: says('postgres__star', 'u'), shop: says('default__star', 's') },
    { dispatch: [{ macro_namespace: 'utils', search_order: ['utils', 'shop'] }] },
  )
  expect(found(configured, 'star', 'utils')).toBe('macro.utils.postgres__star')
})

test('generic tests are found in the own package, the root project, any package, the built-in ones', () => {
  expect(LIBRARY.findGenericTest('unique', 'shop')?.unique_id).toBe('macro.shop.test_unique')
  expect(LIBRARY.findGenericTest('unique', 'shop', 'dbt')?.unique_id).toBe('macro.dbt.test_unique')
  expect(LIBRARY.findGenericTest('equal', 'shop')?.unique_id).toBe('macro.utils.test_equal')
  expect(LIBRARY.findGenericTest('equal', 'shop', 'shop')).toBeUndefined()
})

const block = (adapter: string): string =>
  adapter === 'default'
    ? '{% materialization table, default %}{% endmaterialization %}'
    : `{% materialization table, adapter='${adapter}' %}{% endmaterialization %}`

test('materializations: adapter before default, root project before built-in, packages only when they re-export', () => {
  const find = (library: MacroLibrary): string | undefined =>
    library.findMaterialization('table', ['postgres'], 'shop')?.unique_id
  const dbt = block('default')
  expect(find(libraryOf({ dbt }))).toBe('macro.dbt.materialization_table_default')
  expect(find(libraryOf({ dbt, dbt_postgres: block('postgres') }))).toBe(
    'macro.dbt_postgres.materialization_table_postgres',
  )
  expect(find(libraryOf({ dbt, shop: block('default') }))).toBe('macro.shop.materialization_table_default')
  expect(find(libraryOf({ dbt, dbt_postgres: block('postgres'), shop: block('default') }))).toBe(
    'macro.dbt_postgres.materialization_table_postgres',
  )
  expect(find(libraryOf({ dbt, utils: block('postgres') }))).toBe('macro.dbt.materialization_table_default')
  expect(find(libraryOf({ dbt, utils: block('postgres') }, { packageMaterializations: true }))).toBe(
    'macro.utils.materialization_table_postgres',
  )
  expect(find(libraryOf({ utils: block('default') }))).toBe('macro.utils.materialization_table_default')
  expect(find(libraryOf({}))).toBeUndefined()
})

test('only macros that the template itself calls are told', () => {
  const calls: string[] = []
  const globals = createGlobals({
    library: LIBRARY,
    packageName: 'shop',
    flavour: 'plain',
    variables: new Map(),
    onMacroCall: (id) => calls.push(id),
  })
  compileTemplate('{{ utils.calls() }}{{ run_query() }}', { file: 'm' }).render(globals)
  expect(calls).toEqual(['macro.utils.calls', 'macro.dbt.run_query'])
})

test('resumable calls wait, and count as running while they do', async () => {
  const library = libraryOf({
    shop: '{% macro outer() %}{{ inner() }} {{ ask() }}{% endmacro %}{% macro inner() %}in {{ ask() }}{% endmacro %}',
  })
  const calls: string[] = []
  const ask = new PyFunction('ask', () => Pending.of(() => Promise.resolve('answer')))
  const globals = createGlobals({
    library,
    packageName: 'shop',
    flavour: 'resumable',
    variables: new Map([['ask', ask]]),
    onMacroCall: (id) => calls.push(id),
  })
  const template = compileTemplate('{{ outer() }}; {{ inner() }}', { file: 'm' })
  expect(await drive(template.renderResumable(globals))).toBe('in answer answer; in answer')
  expect(calls).toEqual(['macro.shop.outer', 'macro.shop.inner'])
})

test('a macro that calls itself without end is told so', () => {
  const library = libraryOf({ shop: '{% macro loop() %}{{ loop() }}{% endmacro %}' })
  expect(() => render('{{ loop() }}', 'shop', library)).toThrow('maximum recursion depth exceeded')
})

test('callMacro gives what the macro returns', async () => {
  const library = libraryOf({ shop: '{% macro pair(a, b=2) %}{{ return([a, b]) }}{% endmacro %}' })
  const macro = library.find('pair', 'shop')
  if (macro === undefined) throw new Error('no macro')
  const variables = new Map([['return', returnFunction]])
  const plain = createGlobals({ library, packageName: 'shop', flavour: 'plain', variables })
  expect(callMacro(plain, macro, [1])).toEqual([1, 2])
  expect(callMacro(plain, macro, [], new Map([['a', 3]]))).toEqual([3, 2])
  expect(() => callMacro(plain, macro, [1], new Map([['c', 3]]))).toThrow("takes no keyword argument 'c'")
  const resumable = createGlobals({ library, packageName: 'shop', flavour: 'resumable', variables })
  const result = callMacro(resumable, macro, ['x'])
  expect(result instanceof Pending ? await drive(result.run()) : result).toEqual(['x', 2])
})

test('generate_*_name: a package has its own, else the root project’s, else the built-in one', () => {
  const texts = { dbt: says('generate_schema_name', 'd'), utils: says('generate_schema_name', 'u'), other: '' }
  const found = (library: MacroLibrary, from: string): string | undefined =>
    library.findGenerateMacro('schema', from)?.package_name
  expect([found(libraryOf(texts), 'shop'), found(libraryOf(texts), 'utils'), found(libraryOf(texts), 'other')]).toEqual(
    ['dbt', 'utils', 'dbt'],
  )
  const own = libraryOf({ ...texts, shop: says('generate_schema_name', 's') })
  expect([found(own, 'shop'), found(own, 'utils'), found(own, 'other')]).toEqual(['shop', 'utils', 'shop'])
})
