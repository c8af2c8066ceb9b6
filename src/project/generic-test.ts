import { TdbtError } from '../core/index.ts'
import { listOf } from './merge-config.ts'
import { isRecord } from './native-render.ts'
import { pythonText } from './python-text.ts'
import { generateTestNames } from './test-names.ts'

/** What a generic test is on. */
export interface TestTarget {
  readonly kind: 'model' | 'node' | 'source'
  /** Name of the model, seed or snapshot; `source_table` for a source's table. */
  readonly name: string
  /** Source and table, null for what `ref` names. */
  readonly source: readonly [string, string] | null
  readonly version: string | number | null
}

/** A generic test as its entry says it. */
export interface GenericTest {
  readonly namespace: string | null
  readonly name: string
  /** Arguments of the test macro, unrendered, `model` among them. */
  readonly kwargs: Record<string, unknown>
  readonly config: Record<string, unknown>
  readonly description: string
  /** Name for the file and alias. */
  readonly shortName: string
  /** Name of the node. */
  readonly fullName: string
  readonly code: string
}

const CONFIG_ARGUMENTS = [
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'meta',
  'database',
  'schema',
  'alias',
] as const

/**
 * Reads one item of a `data_tests` list: `unique`, `{accepted_values: {…}}` or `{name: …, test_name: …}`. `render` renders config
 * values. Throws T1004 on what is no test.
 */
export function readGenericTest(
  written: unknown,
  target: TestTarget,
  columnName: string | null,
  options: { readonly argumentsProperty: boolean; readonly render: (value: string) => unknown },
): GenericTest {
  const { name: fullName, args } = splitTest(written)
  if (columnName !== null) args['column_name'] = columnName
  if (options.argumentsProperty && 'arguments' in args) {
    const nested = args['arguments']
    delete args['arguments']
    if (isRecord(nested)) Object.assign(args, nested)
  }
  if ('model' in args)
    throw new TdbtError('T1004', "The argument 'model' of a generic test is given by dbt", { found: fullName })
  args['model'] = `{{ get_where_subquery(${expressionOf(target)}) }}`

  const match = /^(?:([a-zA-Z_]\w*)\.)?([a-zA-Z_]\w*)/.exec(fullName)
  if (!match) throw new TdbtError('T1004', `'${fullName}' is no name of a test`, { found: fullName })
  const namespace = match[1] ?? null
  const name = match[2] ?? fullName

  const config = readConfig(args, options.render)
  const description = args['description']
  if (description !== undefined) delete args['description']
  const custom = args['name']
  let shortName: string
  let testName: string
  if (custom !== undefined) {
    delete args['name']
    shortName = testName = String(custom)
  } else {
    const type = `${namespace === null ? '' : `${namespace}_`}${target.kind === 'source' ? 'source_' : ''}${name}`
    const on = target.kind === 'model' && target.version ? `${target.name}_v${target.version}` : target.name
    const names = generateTestNames(type, on, args)
    shortName = names.short
    testName = names.full
    if (shortName !== testName && !('alias' in config)) config['alias'] = shortName
  }
  const macro = namespace === null ? `test_${name}` : `${namespace}.test_${name}`
  return {
    namespace,
    name,
    kwargs: args,
    config,
    description: typeof description === 'string' ? description : '',
    shortName,
    fullName: testName,
    code: `{{ ${macro}(**_dbt_generic_test_kwargs) }}${configCall(config)}`,
  }
}

function expressionOf({ name, source, version }: TestTarget): string {
  if (source !== null) return `source('${source[0]}', '${source[1]}')`
  return version ? `ref('${name}', version='${version}')` : `ref('${name}')`
}

function splitTest(written: unknown): { name: string; args: Record<string, unknown> } {
  if (typeof written === 'string') return { name: written, args: {} }
  if (!isRecord(written)) {
    throw new TdbtError('T1004', 'A test must be a name or a mapping', { found: JSON.stringify(written) ?? 'nothing' })
  }
  if ('test_name' in written) {
    const { test_name: name, ...args } = written
    if (typeof name !== 'string')
      throw new TdbtError('T1004', "'test_name' must be a text", { found: JSON.stringify(name) ?? '' })
    return { name, args: structured(args) }
  }
  const entries = Object.entries(written)
  const [first] = entries
  if (first === undefined || entries.length !== 1) {
    throw new TdbtError('T1004', `A test must be a mapping with one key, its name; this one has ${entries.length}`, {
      found: entries.map(([key]) => key).join(', '),
      hint: 'Indent the arguments under the name of the test.',
    })
  }
  const [name, args] = first
  if (args !== null && args !== undefined && !isRecord(args)) {
    throw new TdbtError('T1004', `The arguments of the test '${name}' must be a mapping`, {
      found: JSON.stringify(args) ?? '',
    })
  }
  return { name, args: structured(isRecord(args) ? args : {}) }
}

// A deep enough copy: the lists and mappings under the arguments are read, never written.
function structured(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const config = args['config']
  return isRecord(config) ? { ...args, config: { ...config } } : { ...args }
}

function readConfig(args: Record<string, unknown>, render: (value: string) => unknown): Record<string, unknown> {
  const nested = isRecord(args['config']) ? args['config'] : undefined
  const config: Record<string, unknown> = {}
  const set = (key: string, value: unknown) => {
    const rendered = typeof value === 'string' ? render(value) : value
    if (rendered !== null && rendered !== undefined) config[key] = rendered
  }
  // The older form: config keys among the arguments.
  for (const key of CONFIG_ARGUMENTS) {
    const isArgument = key in args
    if (!isArgument && !(nested && key in nested)) continue
    let value = args[key]
    if (isArgument) delete args[key]
    if (value !== undefined && nested && key in nested && isTruthy(value)) {
      throw new TdbtError('T1004', `'${key}' of a test is given both beside and in its 'config'`, { found: key })
    }
    if (!isTruthy(value) && nested && key in nested) {
      value = nested[key]
      delete nested[key]
    }
    set(key, value)
  }
  if ('config' in args) delete args['config']
  for (const [key, value] of Object.entries(nested ?? {})) set(key, value)
  return config
}

function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isRecord(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

/** Tags that the test's own config gives. Throws T1009 on what are no tags. */
export function testTags(config: Readonly<Record<string, unknown>>): readonly string[] {
  const tags = config['tags']
  if (tags === undefined) return []
  return listOf(tags).map((tag) => {
    if (typeof tag !== 'string')
      throw new TdbtError('T1009', 'Tags of a test must be texts', { found: JSON.stringify(tag) ?? '' })
    return tag
  })
}

function configCall(config: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(config).map(([key, value]) =>
    typeof value === 'string' ? `${key}="${value.replaceAll('"', '\\"')}"` : `${key}=${pythonText(value)}`,
  )
  return parts.length === 0 ? '' : `{{ config(${parts.join(',')}) }}`
}
