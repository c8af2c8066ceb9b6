import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { graphResources, type Manifest, type ResourceType, TdbtError } from '../core/index.ts'
import {
  buildDag,
  defaultSelector,
  headOf,
  type IndirectSelection,
  type PreviousState,
  type SelectOptions,
  selectHeads,
  selectNodes,
} from './index.ts'

interface Case {
  readonly args: readonly string[]
  readonly ids?: readonly string[]
  readonly warnings?: readonly string[]
  readonly error?: string
}

interface Recording {
  readonly manifest: Manifest
  readonly previous?: PreviousState
  readonly cases: readonly Case[]
}

function recording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`./cases/${name}`, import.meta.url), 'utf8')) as Recording
}

function optionsOf({ manifest, previous }: Recording, args: readonly string[]): SelectOptions {
  const values = new Map<string, string[]>()
  let flag = ''
  for (const arg of args) {
    if (arg.startsWith('--')) {
      flag = arg
      if (!values.has(flag)) values.set(flag, [])
    } else values.get(flag)?.push(arg)
  }
  const types = (name: string): readonly ResourceType[] | undefined => values.get(name) as ResourceType[] | undefined
  return {
    manifest,
    dag: buildDag(manifest),
    select: values.get('--select') ?? [],
    exclude: values.get('--exclude') ?? [],
    selector: values.get('--selector')?.[0],
    indirectSelection: (values.get('--indirect-selection')?.[0] ?? 'eager') as IndirectSelection,
    resourceTypes: types('--resource-type') ?? LISTED,
    excludeResourceTypes: types('--exclude-resource-type'),
    state: previous,
  }
}

/** What `dbt ls` lists without --resource-type: all but analyses and operations. */
const LISTED: readonly ResourceType[] = [
  'model',
  'snapshot',
  'seed',
  'test',
  'source',
  'exposure',
  'metric',
  'saved_query',
  'semantic_model',
  'unit_test',
  'function',
]

/** How many cases were told from heads. */
let fromHeads = 0

for (const name of ['selectors.json', 'state.json']) {
  const recorded = recording(name)
  const manifest = recorded.manifest
  const heads = new Map([...graphResources(manifest)].map(([id, resource]) => [id, headOf(resource)] as const))
  for (const [id, resource] of graphResources(manifest)) if (resource.config?.enabled === false) heads.delete(id)
  test.each(recorded.cases.map((entry) => [entry.args.join(' '), entry] as const))(
    `${name}: ls %s, from heads`,
    (_, entry) => {
      const options = optionsOf(recorded, entry.args)
      if (options.selector !== undefined || options.indirectSelection !== 'eager') return
      const outcome = (work: () => unknown): unknown => {
        try {
          return work()
        } catch (thrown) {
          return thrown
        }
      }
      const found = outcome(() => selectHeads(heads, options))
      if (found === undefined) return
      fromHeads++
      const manifestWithoutDefault = { ...manifest, selectors: {} }
      expect(found).toEqual(
        outcome(() => selectNodes({ ...options, manifest: manifestWithoutDefault, includeEmpty: true })),
      )
    },
  )
  test.each(recorded.cases.map((entry) => [entry.args.join(' '), entry] as const))(`${name}: ls %s`, (_, entry) => {
    if (entry.ids === undefined) {
      expect(() => selectNodes(optionsOf(recorded, entry.args)), entry.error).toThrow(TdbtError)
      return
    }
    const selection = selectNodes(optionsOf(recorded, entry.args))
    expect([...selection.ids].sort()).toEqual(entry.ids)
    const unmatched = selection.warnings.filter((warning) => warning.includes('does not match any enabled nodes'))
    expect(unmatched).toEqual(entry.warnings)
  })
}

const shop = recording('selectors.json')
const select = (...args: string[]) => selectNodes(optionsOf(shop, args))

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
  } catch (error) {
    return error instanceof TdbtError ? `${error.code} ${error.details.hint ?? ''}`.trim() : undefined
  }
  return undefined
}

test('an unknown method is T1014 with the nearest one', () => {
  expect(codeOf(() => select('--select', 'tagg:nightly'))).toBe("T1014 Did you mean 'tag:'?")
})

test('an unknown YAML selector is T1014 with the nearest one', () => {
  expect(codeOf(() => select('--selector', 'key_valu'))).toBe("T1014 Did you mean 'key_value'?")
})

test('a YAML selector that inherits from itself is T1014', () => {
  const loop = { name: 'loop', definition: { method: 'selector', value: 'loop' } }
  const options = { ...optionsOf(shop, ['--selector', 'loop']), manifest: { ...shop.manifest, selectors: { loop } } }
  expect(codeOf(() => selectNodes(options))).toBe('T1014')
})

test('state: without a previous manifest is T0002', () => {
  expect(codeOf(() => select('--select', 'state:new'))).toContain('T0002')
})

test('selector:name on the command line is that selector, and takes graph operators', () => {
  expect(select('--select', 'selector:key_value').ids).toEqual(select('--selector', 'key_value').ids)
  expect(select('--select', '1+selector:booleans').ids).toEqual(select('--select', '1+stg_web_events').ids)
})

test('the selector with default: true is used when nothing is selected', () => {
  const selectors = { nightly: { name: 'nightly', default: true, definition: 'tag:nightly' } }
  const manifest = { ...shop.manifest, selectors }
  expect(defaultSelector(selectors)).toBe('nightly')
  const chosen = selectNodes({ ...optionsOf(shop, []), manifest })
  expect(chosen.selectorName).toBe('nightly')
  expect(chosen.ids).toEqual(select('--select', 'tag:nightly').ids)
  expect(selectNodes({ ...optionsOf(shop, ['--exclude', 'orders']), manifest }).selectorName).toBeNull()
})

test('a model without text is listed, and passed over by other commands', () => {
  const id = 'model.shop.orders'
  const nodes = { ...shop.manifest.nodes, [id]: { ...shop.manifest.nodes[id], raw_code: ' \n' } } as Manifest['nodes']
  const options = { ...optionsOf(shop, ['--select', 'orders stg_orders']), manifest: { ...shop.manifest, nodes } }
  const models = ['model']
  const chosen = (includeEmpty: boolean): readonly string[] =>
    [...selectNodes({ ...options, includeEmpty, resourceTypes: models as ['model'] }).ids].sort()
  expect(chosen(true)).toEqual(['model.shop.orders', 'model.shop.stg_orders'])
  expect(chosen(false)).toEqual(['model.shop.stg_orders'])
})

test('two default selectors are T1014', () => {
  const entry = { default: true, definition: 'a' }
  expect(codeOf(() => defaultSelector({ a: entry, b: entry }))).toContain('T1014')
})

test('the selection comes in the order of the DAG', () => {
  const ids = [...select('--select', '+revenue').ids]
  const order = buildDag(shop.manifest).ids.filter((id) => ids.includes(id))
  expect(ids).toEqual(order)
  expect(ids.indexOf('source.shop.raw.orders')).toBeLessThan(ids.indexOf('model.shop.stg_orders'))
})

test('an unversioned model whose contract loses its type gives a warning, a versioned one T6005', () => {
  const state = recording('state.json')
  const warnings = selectNodes(optionsOf(state, ['--select', 'state:modified'])).warnings
  expect(warnings.some((text) => text.includes('time_spine2') && text.includes('int -> bigint'))).toBe(true)
  expect(warnings.some((text) => text.includes('model.shop.deleted'))).toBe(true)
  const id = 'model.shop.time_spine2'
  const versioned = { ...state.manifest.nodes[id], version: 1 }
  const nodes = { ...state.manifest.nodes, [id]: versioned } as Manifest['nodes']
  const broken = { ...state, manifest: { ...state.manifest, nodes } }
  expect(codeOf(() => selectNodes(optionsOf(broken, ['--select', 'state:modified'])))).toContain('T6005')
})

test('built-in macros with another body do not make their callers modified, those of packages do', () => {
  const callers = (packageName: string): readonly string[] => {
    const id = `macro.${packageName}.helper`
    const macro = (macro_sql: string) => ({
      [id]: { unique_id: id, package_name: packageName, macro_sql, depends_on: { macros: [] } },
    })
    const model = { ...shop.manifest.nodes['model.shop.orders'], depends_on: { nodes: [], macros: [id] } }
    const nodes = { 'model.shop.orders': model }
    const manifestWith = (text: string): Manifest =>
      ({
        ...shop.manifest,
        nodes,
        macros: macro(text),
        sources: {},
        exposures: {},
        metrics: {},
        semantic_models: {},
        saved_queries: {},
        unit_tests: {},
      }) as unknown as Manifest
    const previous: PreviousState = {
      manifest: manifestWith('old'),
      results: null,
      sources: null,
      sourcesCurrent: null,
    }
    return [
      ...selectNodes(optionsOf({ manifest: manifestWith('new'), previous, cases: [] }, ['--select', 'state:modified']))
        .ids,
    ]
  }
  expect(callers('dbt_utils')).toEqual(['model.shop.orders'])
  expect(callers('dbt')).toEqual([])
  expect(callers('dbt_postgres')).toEqual([])
})

test('most plain words are told from heads', () => {
  expect(fromHeads).toBeGreaterThan(60)
})
