import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv } from '../context/index.ts'
import { type JsonObject, TdbtError } from '../core/index.ts'
import type { NodeDraft, NodeVersion, Place } from './drafts.ts'
import type { DisabledLookup, RefLookup } from './lookups.ts'
import type { UnitTestDraft } from './manifest-builder.ts'
import { isRecord } from './native-render.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import { sha256 } from './project-files.ts'
import { Entry } from './property-values.ts'
import { pythonText } from './python-text.ts'
import type { RawEntry } from './schema-render.ts'
import { fqnOf } from './sql-nodes.ts'
import { readStaticReference } from './static-reference.ts'

type Format = 'dict' | 'csv' | 'sql'
type Row = Readonly<Record<string, unknown>>

interface Fixture {
  readonly input: string | null
  rows: string | readonly Row[] | null
  readonly format: Format
  readonly fixture: string | null
}

/** Adds a unit test of a properties file; its rows are read and brought into one form. The model it tests is looked up later. */
export function parseUnitTest(parsing: Parsing, properties: PropertiesFile, { entry }: RawEntry): void {
  const { scope, file } = properties
  const packageName = scope.config.name
  const name = entry.name
  const model = entry.text('model')
  if (model === null) throw entry.problem('model', `Unit test '${name}' names no 'model'`, null)
  const below = file.originalPath.split('/').slice(1).join('/')
  const fqn = [...fqnOf(packageName, below, model), name]
  const expectEntry = new Entry(entry.mapping('expect'), entry.yaml, [...entry.path, 'expect'])
  const given = entry.entries('given').map((item) => readFixture(parsing, properties, item, name, true))
  const expect = readFixture(parsing, properties, expectEntry, name, false)
  const overrides = entry.data['overrides']
  const versions = entry.data['versions']
  const config = parsing.configs.resolve({ kind: 'unit_test', fqn, packageName, patch: entry.mapping('config') })
  const unitTest: UnitTestDraft = {
    name,
    resource_type: 'unit_test',
    package_name: packageName,
    path: file.relativePath,
    original_file_path: file.originalPath,
    unique_id: `unit_test.${packageName}.${model}.${name}`,
    fqn,
    model,
    given: given.map((fixture) => fixture as unknown as JsonObject),
    expect: { rows: expect.rows, format: expect.format, fixture: expect.fixture } as unknown as JsonObject,
    description: entry.text('description') ?? '',
    overrides: isRecord(overrides) ? ({ macros: {}, vars: {}, env_vars: {}, ...overrides } as JsonObject) : null,
    depends_on: { macros: [], nodes: [] },
    config,
    checksum: null,
    schema: null,
    created_at: parsing.createdAt,
    versions: isRecord(versions) ? ({ include: null, exclude: null, ...versions } as JsonObject) : null,
    version: null,
  }
  unitTest.checksum = checksumOf(unitTest, given, expect)
  const place: Place = { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source }
  parsing.builder.setPlace(unitTest, place)
  if (config['enabled'] === false) parsing.builder.addDisabled(unitTest)
  else parsing.builder.claim(parsing.builder.unitTests, unitTest)
}

function readFixture(
  parsing: Parsing,
  properties: PropertiesFile,
  entry: Entry,
  test: string,
  isInput: boolean,
): Fixture {
  const input = entry.text('input')
  if (isInput && input === null) throw entry.problem('input', `An input of unit test '${test}' names no 'input'`, null)
  const format = entry.text('format') ?? 'dict'
  if (format !== 'dict' && format !== 'csv' && format !== 'sql') {
    throw entry.problem('format', "'format' must be dict, csv or sql", format)
  }
  const written = entry.data['rows']
  const fixture = entry.text('fixture')
  const bad = () =>
    entry.problem('rows', `The rows of unit test '${test}' do not fit the format ${format}`, written ?? null)
  let rows: string | readonly Row[] | null
  if (format === 'sql') {
    if (typeof written !== 'string' && fixture === null) throw bad()
    rows = fixture === null ? String(written) : fixtureText(properties, fixture, entry)
  } else if (format === 'csv') {
    if (typeof written !== 'string' && fixture === null) throw bad()
    const text = fixture === null ? String(written) : fixtureText(properties, fixture, entry)
    rows = csvRows(text).map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === '' ? null : value])),
    )
  } else if (written === undefined || written === null) {
    if (fixture !== null || input === null) throw bad()
    rows = seedRows(parsing, properties, input, entry)
  } else {
    if (!Array.isArray(written) || !written.every(isRecord)) throw bad()
    rows = written
  }
  if (Array.isArray(rows)) rows = fullRowFirst(rows as readonly Row[])
  return isInput ? { input, rows, format, fixture } : { input: null, rows, format, fixture }
}

// A row without nulls comes first, since engines take a column's type from it.
function fullRowFirst(rows: readonly Row[]): readonly Row[] {
  const index = rows.findIndex((row) => Object.values(row).every((value) => value !== null))
  if (index <= 0) return rows
  const out = [...rows]
  const [first, full] = [out[0], out[index]]
  if (first && full) {
    out[0] = full
    out[index] = first
  }
  return out
}

function fixtureText(properties: PropertiesFile, name: string, entry: Entry): string {
  const { scope } = properties
  const [found, second] = scope.files.fixtures.filter(
    (file) => file.relativePath.replace(/^.*\//, '').replace(/\.[^.]+$/, '') === name,
  )
  if (found && second) {
    throw new TdbtError('T1007', `There are two fixtures named '${name}'`, {
      location: entry.yaml.locate([...entry.path, 'fixture']),
      source: entry.yaml.source,
      found: `${found.originalPath} and ${second.originalPath}`,
    })
  }
  if (!found)
    throw entry.problem(
      'fixture',
      `File not found for fixture '${name}' in unit tests: none of that name in ${scope.config.testPaths.join(', ')}/fixtures`,
      name,
    )
  return found.text
}

function seedRows(parsing: Parsing, properties: PropertiesFile, input: string, entry: Entry): readonly Row[] {
  const reference = readStaticReference(input)
  const ref = reference.kind === 'ref' ? reference.ref : undefined
  const packageName = ref?.package ?? properties.scope.config.name
  const seed = ref && parsing.builder.nodes.get(`seed.${packageName}.${ref.name}`)
  if (!seed?.root_path)
    throw entry.problem(
      'input',
      `Unable to find seed '${packageName}.${ref?.name ?? input}' for unit tests: an input without rows must be a seed`,
      input,
    )
  return csvRows(readFileSync(join(seed.root_path, seed.original_file_path), 'utf8'))
}

/** Rows by the names in the first line, as Python's csv.DictReader gives them: empty lines do not count, cells that are missing are null. */
function csvRows(text: string): readonly Row[] {
  const [header, ...records] = readCsv(text.replace(/^\uFEFF/, ''), ',').filter(({ fields }) => fields.length > 0)
  const names = header?.fields ?? []
  return records.map(({ fields }) => Object.fromEntries(names.map((name, index) => [name, fields[index] ?? null])))
}

// dbt hashes the Python text of the test without its description.
function checksumOf(test: UnitTestDraft, given: readonly Fixture[], expect: Fixture): string {
  const repr = (value: unknown) => (typeof value === 'string' ? pythonText([value]).slice(1, -1) : pythonText(value))
  const formatText = (format: Format) =>
    `<UnitTestFormat.${{ csv: 'CSV', dict: 'Dict', sql: 'SQL' }[format]}: '${format}'>`
  const tail = (fixture: Fixture) =>
    `rows=${repr(fixture.rows)}, format=${formatText(fixture.format)}, fixture=${repr(fixture.fixture)})`
  const inputs = given.map((fixture) => `UnitTestInputFixture(input=${repr(fixture.input)}, ${tail(fixture)}`)
  const versions = test.versions
  const versionsText =
    versions === null
      ? 'None'
      : `UnitTestNodeVersions(include=${repr(versions['include'])}, exclude=${repr(versions['exclude'])})`
  const overrides = test.overrides
  const overridesText =
    overrides === null
      ? 'None'
      : `UnitTestOverrides(macros=${repr(overrides['macros'])}, vars=${repr(overrides['vars'])}, env_vars=${repr(overrides['env_vars'])})`
  let data = `${test.model}-${versionsText}-[${inputs.join(', ')}]-UnitTestOutputFixture(${tail(expect)}-${overridesText}`
  for (const fixture of given) if (fixture.fixture) data += `-${pythonText(fixture.rows)}`
  return sha256(data)
}

/** Finds the model of each unit test, once all nodes are known; tests of versioned models become one a version. */
export function linkUnitTests(parsing: Parsing, refs: RefLookup, disabled: DisabledLookup): void {
  const { builder } = parsing
  for (const test of [...builder.unitTests.values()])
    builder.attempt(() => linkUnitTest(parsing, test, refs, disabled), test)
}

function linkUnitTest(parsing: Parsing, test: UnitTestDraft, refs: RefLookup, disabled: DisabledLookup): void {
  const { builder } = parsing
  const [name = '', written] = test.model.split(/\s+/)
  const version = written ?? null
  const model =
    refs.find(name, test.package_name, version) ??
    (disabled.find(name, test.package_name, { version, kinds: ['model'] })[0] as NodeDraft | undefined)
  if (!model) {
    throw new TdbtError(
      'T3001',
      `Unable to find model '${test.package_name}.${test.model}' for unit test '${test.name}'`,
      { found: test.model },
    )
  }
  if (model.config['enabled'] === false) {
    test.config['enabled'] = false
    builder.unitTests.delete(test.unique_id)
    builder.addDisabled(test)
    return
  }
  test.depends_on.nodes = [model.unique_id]
  test.schema = model.schema
  checkIncremental(test, model)
  if (model.version === null || model.version === undefined) {
    if (test.versions && (test.versions['include'] || test.versions['exclude'])) {
      throw new TdbtError('T1004', `Unit test '${test.name}' has 'versions', but '${model.name}' has none`)
    }
    return
  }
  splitByVersion(parsing, test, model)
}

function checkIncremental(test: UnitTestDraft, model: NodeDraft): void {
  if (!model.depends_on.macros.includes('macro.dbt.is_incremental')) return
  const macros = test.overrides?.['macros']
  const override = isRecord(macros) ? macros['is_incremental'] : undefined
  if (typeof override !== 'boolean') {
    throw new TdbtError('T1004', `Unit test '${test.name}' must say whether '${model.name}' is incremental`, {
      expected: 'overrides: {macros: {is_incremental: true or false}}',
    })
  }
  if (override && !test.given.some((input) => input['input'] === 'this')) {
    throw new TdbtError('T1004', `Unit test '${test.name}' of incremental model '${model.name}' needs a 'this' input`)
  }
}

function splitByVersion(parsing: Parsing, test: UnitTestDraft, model: NodeDraft): void {
  const { builder } = parsing
  const include = test.versions?.['include']
  const exclude = test.versions?.['exclude']
  const isWanted = (version: NodeVersion) =>
    Array.isArray(exclude) && exclude.length > 0
      ? !exclude.includes(version)
      : Array.isArray(include) && include.length > 0
        ? include.includes(version)
        : true
  const models = [...builder.nodes.values()].filter(
    (node) =>
      node.resource_type === 'model' &&
      node.package_name === model.package_name &&
      node.name === model.name &&
      node.version !== null &&
      node.version !== undefined &&
      isWanted(node.version),
  )
  if (models.length === 0)
    throw new TdbtError('T3001', `Unit test '${test.name}' names no version of '${model.name}' that exists`)
  builder.unitTests.delete(test.unique_id)
  const place = builder.placeOf(test)
  for (const versioned of models) {
    const copy: UnitTestDraft = {
      ...test,
      unique_id: `unit_test.${test.package_name}.${test.model}.${test.name}_v${String(versioned.version)}`,
      depends_on: { macros: [], nodes: [versioned.unique_id] },
      version: versioned.version ?? null,
    }
    if (place) builder.setPlace(copy, place)
    builder.claim(builder.unitTests, copy)
  }
}
