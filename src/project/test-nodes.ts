import { callMacro, type MutableGlobals, type Variables } from '../context/index.ts'
import { type MacroNode, nearest, TdbtError } from '../core/index.ts'
import { compileTemplate, type Kwargs, Pending, PyDict, PyObject, type PyValue, toPython } from '../jinja/index.ts'
import { columnTags, testsKey, testsOf } from './columns.ts'
import type { NodeDraft, Place } from './drafts.ts'
import { type GenericTest, readGenericTest, type TestTarget, testTags } from './generic-test.ts'
import { noteInertTest } from './inert-tests.ts'
import { mergeConfigCalls } from './merge-config.ts'
import { hasJinja, type KeyPath, mapTree } from './native-render.ts'
import { applyConfig } from './node-config.ts'
import { ParseCapture } from './parse-capture.ts'
import { behaviorFlag, type Parsing, type PropertiesFile } from './parsing.ts'
import type { Entry } from './property-values.ts'
import { fqnOf, newNode } from './sql-nodes.ts'
import { testHash } from './test-names.ts'

/** The thing whose tests are made, as its properties file names it. */
export interface Tested {
  readonly properties: PropertiesFile
  readonly target: TestTarget
  /** `models.orders`, `sources.raw`: dbt's file_key_name. */
  readonly fileKeyName: string
  /** The node the tests hang on, when there is one. */
  readonly attached: { readonly unique_id: string; readonly group?: string | null } | undefined
  readonly quoteColumns: boolean
  /** Tags that every one of its tests has: those of a source and its table. */
  readonly tags: readonly string[]
}

/** Makes the nodes of all tests of an entry and its columns, columns first, as dbt does. */
export function parseTests(
  parsing: Parsing,
  tested: Tested,
  entry: Entry,
  columns: readonly Entry[],
  own: readonly unknown[] = testsOf(entry),
): void {
  for (const column of columns) {
    const key = testsKey(column)
    for (const [index, test] of testsOf(column).entries()) {
      parseTest(parsing, tested, test, column, [...column.path, key, index])
    }
  }
  const key = testsKey(entry)
  for (const [index, test] of own.entries()) parseTest(parsing, tested, test, null, [...entry.path, key, index])
}

function parseTest(parsing: Parsing, tested: Tested, written: unknown, column: Entry | null, path: KeyPath): void {
  const { yaml } = tested.properties
  const place: Place = { location: () => yaml.locate(path), source: yaml.source }
  const holder = {}
  parsing.builder.setPlace(holder, place)
  parsing.builder.attempt(() => {
    const columnName = column === null ? null : quoted(parsing, tested, column)
    const test = readGenericTest(written, tested.target, columnName, {
      argumentsProperty: behaviorFlag(parsing.behavior, 'require_generic_test_arguments_property', true),
      render: (value) => tested.properties.scope.renderYaml(value, yaml.file),
    })
    const tags = [...tested.tags, ...(column === null ? [] : columnTags(column)), ...testTags(test.config)]
    addTestNode(parsing, tested, test, columnName, tags.length > 1 ? [...new Set(tags)].sort() : tags, place)
  }, holder)
}

function quoted(parsing: Parsing, tested: Tested, column: Entry): string {
  const quote = column.flag('quote')
  return quote === true || (quote === null && tested.quoteColumns)
    ? parsing.adapter.dialect.quote(column.name)
    : column.name
}

function addTestNode(
  parsing: Parsing,
  tested: Tested,
  test: GenericTest,
  columnName: string | null,
  tags: readonly string[],
  place: Place,
): void {
  const { scope, file } = tested.properties
  const packageName = scope.config.name
  const metadata = { namespace: test.namespace, name: test.name, kwargs: test.kwargs }
  // The fqn follows the whole path of the file, without its first folder.
  const first = file.originalPath.indexOf('/')
  const below = first < 0 ? '' : file.originalPath.slice(first + 1)
  const node = newNode(parsing, {
    kind: 'test',
    scope,
    name: test.fullName,
    path: `${test.shortName}.sql`,
    originalPath: file.originalPath,
    fqn: fqnOf(packageName, below, test.fullName),
    uniqueId: `test.${packageName}.${test.fullName}.${testHash(test.fullName, metadata)}`,
    code: test.code,
    checksum: { name: 'none', checksum: '' },
    place,
    tags,
  })
  node.column_name = columnName
  node.file_key_name = tested.fileKeyName
  node.attached_node = null
  node.test_metadata = { name: test.name, kwargs: test.kwargs, namespace: test.namespace }
  node.description = test.description

  const macro = parsing.library.findGenericTest(test.name, packageName, test.namespace)
  if (!macro) throw missingTest(parsing, test)
  // dbt notes the macro that the bare name means, whatever the namespace.
  const noted = test.namespace === null ? macro : (parsing.library.findGenericTest(test.name, packageName) ?? macro)
  node.depends_on.macros.push(noted.unique_id)
  const capture = new ParseCapture(node)
  // dbt knows what these two say without rendering them.
  if (noted.unique_id === 'macro.dbt.test_not_null' || noted.unique_id === 'macro.dbt.test_unique') {
    const { source, name, version } = tested.target
    if (source === null) node.refs?.push({ name, package: null, version })
    else node.sources?.push([source[0], source[1]])
    applyConfig(parsing, node, test.config)
  } else {
    capture.config = mergeConfigCalls({}, test.config)
    const isNoted = noted === macro && noteInertTest(parsing, node, macro, test, tested.target, capture)
    if (!isNoted) runTest(parsing, node, macro, test, tested.target, capture, place)
    if (noted !== macro) node.depends_on.macros = node.depends_on.macros.filter((id) => id !== macro.unique_id)
    applyConfig(parsing, node, capture.config)
  }
  if (tested.attached) {
    node.attached_node = tested.attached.unique_id
    node.group = tested.attached.group ?? null
  }
  parsing.builder.addNode(node, place)
}

const LOOKS_LIKE_CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/

/**
 * Runs the test at parse time, for what its macro and arguments refer to. This is what rendering the node's code would do
 * (`{{ test_x(**kwargs) }}{{ config(…) }}`), without making a template of it: projects have thousands.
 */
function runTest(
  parsing: Parsing,
  node: NodeDraft,
  macro: MacroNode,
  test: GenericTest,
  target: TestTarget,
  capture: ParseCapture,
  place: Place,
): void {
  const reachable = reachableMacros(parsing, node.depends_on.macros)
  const { globals, variables } = parsing.context.scopeOf(node, capture, (id) => reachable.has(id))
  // The macros that the test's own leads to are known by their bare names here, whatever package they are of; not at run time.
  for (const id of reachable) {
    const next = parsing.builder.macros.get(id)
    if (next === undefined || next.package_name === node.package_name || !parsing.packages.has(next.package_name))
      continue
    if (globals.get(next.name) === undefined) globals.set(next.name, globals.macro(next))
  }
  const kwargs = new Map<string, PyValue>()
  for (const [key, value] of Object.entries(test.kwargs)) {
    kwargs.set(
      key,
      key === 'model'
        ? modelArgument(globals, variables, target)
        : pythonOf(renderArgument(key, value, globals, place)),
    )
  }
  globals.set('_dbt_generic_test_kwargs', PyDict.ofStrings(kwargs))
  // A macro of the same name nearer by hides the package's here, so that its config() is not heard; it is what runs.
  if (reachable.has(macro.unique_id)) callMacro(globals, macro, [], kwargs)
  if (Object.keys(test.config).length > 0) capture.addConfig(test.config)
}

// dbt gives a test no macros but those that its own macro leads to, and get_where_subquery.
function reachableMacros(parsing: Parsing, ids: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (id: string) => {
    if (reached.has(id)) return
    reached.add(id)
    for (const next of parsing.builder.macros.get(id)?.depends_on.macros ?? []) visit(next)
  }
  for (const id of ids) visit(id)
  const where = parsing.library.find('get_where_subquery', parsing.root.config.name)
  if (where) visit(where.unique_id)
  return reached
}

// `get_where_subquery(ref('orders'))`; a project's own macro named ref is not asked.
function modelArgument(globals: MutableGlobals, variables: Variables, target: TestTarget): PyValue {
  const version: [string, PyValue][] = target.version ? [['version', String(target.version)]] : []
  const relation =
    target.source === null
      ? call(variables.get('ref'), [target.name], new Map(version))
      : call(variables.get('source'), [...target.source], new Map())
  return call(globals.get('get_where_subquery'), [relation], new Map())
}

function call(callee: PyValue | undefined, args: PyValue[], kwargs: Kwargs): PyValue {
  const result = callee instanceof PyObject ? callee.$call?.(args, kwargs) : null
  return result instanceof Pending || result === undefined ? null : result
}

function renderArgument(key: string, argument: unknown, globals: MutableGlobals, place: Place): unknown {
  return mapTree(argument, (value, path) => {
    if (typeof value !== 'string' || (key === 'column_name' && path.length === 0)) return value
    const text = LOOKS_LIKE_CALL.test(value) ? `{{ ${value} }}` : value
    if (!hasJinja(text)) return value
    const { file, line } = place.location()
    return new Rendered(compileTemplate(text, { file, firstLine: line }).renderNative(globals))
  })
}

/** A value that Jinja gave (perhaps a relation), kept as it is among plain data. */
class Rendered {
  readonly value: PyValue

  constructor(value: PyValue) {
    this.value = value
  }
}

function pythonOf(value: unknown): PyValue {
  if (value instanceof Rendered) return value.value
  if (Array.isArray(value)) return value.map(pythonOf)
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return PyDict.ofStrings(Object.entries(value).map(([key, item]): [string, PyValue] => [key, pythonOf(item)]))
  }
  return toPython(value)
}

function missingTest(parsing: Parsing, test: GenericTest): TdbtError {
  const shown = test.namespace === null ? test.name : `${test.namespace}.${test.name}`
  const names: string[] = []
  for (const macro of parsing.builder.macros.values()) {
    if (macro.name.startsWith('test_')) {
      names.push(macro.name.slice('test_'.length))
      names.push(`${macro.package_name}.${macro.name.slice('test_'.length)}`)
    }
  }
  const near = nearest(shown, names)
  return new TdbtError('T2005', `There is no generic test '${shown}'`, {
    found: shown,
    hint:
      near === undefined
        ? `Define it with {% test ${test.name}(model) %}, or install the package that has it.`
        : `Did you mean '${near}'?`,
  })
}
