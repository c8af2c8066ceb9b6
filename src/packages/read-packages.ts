import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isNode, LineCounter, parseDocument, type Tags } from 'yaml'
import { type SourceLocation, TdbtError } from '../core/index.ts'
import type { PackageSpec } from './package-spec.ts'
import { pythonJson } from './python-json.ts'

/** Renders one string of a YAML file; the result may be of any type. */
export type RenderText = (text: string, file: string) => unknown

/** The packages a project lists, and what the lock file's hash is made of. */
export interface PackageList {
  /** packages.yml or dependencies.yml. */
  readonly file: string
  readonly specs: readonly PackageSpec[]
  /** Each entry as dbt writes it before hashing. */
  readonly hashTexts: readonly string[]
}

interface Document {
  readonly value: Readonly<Record<string, unknown>>
  readonly source: string
  readonly file: string
  locate(path: readonly (string | number)[]): SourceLocation
}

/** Reads packages.yml and dependencies.yml of a folder. Throws T1002 and T1010 with the place. */
export function readPackages(root: string, render: RenderText, display = ''): PackageList {
  const packages = readYamlFile(root, 'packages.yml', display)
  const dependencies = readYamlFile(root, 'dependencies.yml', display)
  if (packages && dependencies && 'packages' in packages.value && 'packages' in dependencies.value) {
    throw new TdbtError('T1010', "The 'packages' key cannot be specified in both packages.yml and dependencies.yml", {
      location: packages.locate(['packages']),
      source: packages.source,
      hint: 'Keep one of the two lists.',
    })
  }
  if (packages && 'projects' in packages.value) {
    throw new TdbtError('T1010', "The 'projects' key cannot be specified in packages.yml", {
      location: packages.locate(['projects']),
      source: packages.source,
      hint: 'Move it to dependencies.yml.',
    })
  }
  const chosen = dependencies && 'packages' in dependencies.value ? dependencies : packages
  if (!chosen) return { file: 'packages.yml', specs: [], hashTexts: [] }
  return readList(chosen, render)
}

/** Reads the list of a lock file: its entries have the form of packages.yml. */
export function readLockedPackages(
  root: string,
  file: string,
  render: RenderText,
): { list: PackageList; hash: unknown } {
  const document = readYamlFile(root, file, '')
  if (!document) return { list: { file, specs: [], hashTexts: [] }, hash: null }
  return { list: readList(document, render), hash: document.value['sha1_hash'] ?? null }
}

/** The rendered `name` of the project in a folder. Throws T1010 when there is none. */
export function readProjectName(root: string, render: RenderText): string {
  for (const file of ['dbt_project.yml', 'project.yaml']) {
    const document = readYamlFile(root, file, '')
    if (!document) continue
    const name = typeof document.value['name'] === 'string' ? render(document.value['name'], file) : undefined
    if (typeof name === 'string' && name !== '') return name
    throw new TdbtError('T1010', `${file} of a package has no 'name'`, { found: join(root, file) })
  }
  throw new TdbtError('T1010', `No dbt_project.yml found at expected path ${join(root, 'dbt_project.yml')}`, {
    hint: 'Each entry of packages.yml, and of the packages themselves, must be a folder with a dbt_project.yml.',
  })
}

/** PyYAML takes `y` and `n` for texts, and dbt has no use for dates. */
function pythonTags(tags: Tags): Tags {
  const words = (tag: string, test: RegExp, value: boolean): Tags[number] => ({
    tag,
    default: true,
    test,
    resolve: () => value,
  })
  const other = (tag: Tags[number]): boolean =>
    typeof tag === 'string' || !['tag:yaml.org,2002:bool', 'tag:yaml.org,2002:timestamp'].includes(tag.tag)
  const bool = 'tag:yaml.org,2002:bool'
  return [...tags.filter(other), words(bool, TRUE, true), words(bool, FALSE, false)]
}

const TRUE = /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/
const FALSE = /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/

function readYamlFile(root: string, file: string, display: string): Document | undefined {
  const path = join(root, file)
  if (!existsSync(path)) return undefined
  const source = readFileSync(path, 'utf8')
  const lines = new LineCounter()
  // Integers are read as bigints, so that a float such as 1.0 stays apart from them, as in Python.
  const document = parseDocument(source, {
    version: '1.1',
    intAsBigInt: true,
    lineCounter: lines,
    prettyErrors: false,
    customTags: pythonTags,
  })
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(offset)
    return { file: `${display}${file}`, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const error = document.errors[0]
  if (error) throw new TdbtError('T1002', error.message, { location: at(error.pos[0]), source })
  const locate = (path: readonly (string | number)[]): SourceLocation => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return at(node.range[0])
    }
    return at(0)
  }
  if (document.contents === null) return { value: {}, source, file, locate }
  if (!isMap(document.contents)) {
    throw new TdbtError('T1010', `${file} does not hold a mapping`, { location: locate([]), source })
  }
  return { value: document.toJS() as Record<string, unknown>, source, file, locate }
}

function readList(document: Document, render: RenderText): PackageList {
  const listed = document.value['packages'] ?? []
  const fail = (path: readonly (string | number)[], message: string, expected?: string): TdbtError =>
    new TdbtError('T1010', message, { location: document.locate(path), source: document.source, expected })
  if (!Array.isArray(listed)) throw fail(['packages'], `'packages' of ${document.file} must be a list`)
  const specs: PackageSpec[] = []
  const hashTexts: string[] = []
  for (const [index, raw] of listed.entries()) {
    const path = ['packages', index] as const
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      throw fail(path, 'An entry of packages must be a mapping', 'package, git, local or tarball')
    }
    const unrendered = raw as Readonly<Record<string, unknown>>
    const entry = renderTree(unrendered, render, document.file) as Readonly<Record<string, unknown>>
    const { spec, hashed } = readEntry(entry, unrendered, (message, expected) => fail(path, message, expected))
    specs.push(spec)
    hashTexts.push(pythonJson(hashed))
  }
  return { file: document.file, specs, hashTexts }
}

const KEYS: Readonly<Record<PackageSpec['kind'], readonly string[]>> = {
  hub: ['package', 'version', 'install_prerelease', 'name', 'unrendered'],
  git: ['git', 'revision', 'warn-unpinned', 'warn_unpinned', 'subdirectory', 'name', 'unrendered'],
  local: ['local', 'name', 'unrendered'],
  tarball: ['tarball', 'name', 'unrendered'],
}

/** The packages that a package of the hub depends on, as the hub's answer lists them. Throws T1010. */
export function readHubList(listed: unknown, owner: string): readonly PackageSpec[] {
  const fail: Fail = (message, expected) =>
    new TdbtError('T1010', `${owner}: ${message}`, {
      expected,
      hint: 'The entry of this package on the hub is broken.',
    })
  if (!Array.isArray(listed)) return []
  return listed.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) throw fail('An entry of packages must be a mapping')
    const fields = entry as Readonly<Record<string, unknown>>
    return readEntry(fields, fields, fail).spec
  })
}

type Fail = (message: string, expected?: string) => TdbtError

function readEntry(
  entry: Readonly<Record<string, unknown>>,
  unrendered: Readonly<Record<string, unknown>>,
  fail: Fail,
): { readonly spec: PackageSpec; readonly hashed: Readonly<Record<string, unknown>> } {
  const name = entry['name'] === undefined || entry['name'] === null ? {} : { name: entry['name'] }
  const text = (key: string, label: string): string => {
    const value = entry[key]
    if (typeof value === 'string' && value !== '') return value
    throw fail(`A ${label} package is missing the value. It is a required property.`, `${key}: a text`)
  }
  const known = (kind: PackageSpec['kind']): void => {
    const stranger = Object.keys(entry).find((key) => !KEYS[kind].includes(key))
    if (stranger !== undefined) {
      throw fail(`'${stranger}' is not a key of a ${kind} package`, KEYS[kind].slice(0, -2).join(', '))
    }
  }
  if ('local' in entry) {
    const local = text('local', 'local')
    known('local')
    return { spec: { kind: 'local', local }, hashed: { local, unrendered, ...name } }
  }
  if ('tarball' in entry) {
    const tarball = text('tarball', 'tarball')
    known('tarball')
    const spec: PackageSpec = {
      kind: 'tarball',
      tarball,
      tarballUnrendered: String(unrendered['tarball']),
      name: text('name', 'tarball'),
    }
    return { spec, hashed: { tarball, name: spec.name, unrendered } }
  }
  if ('git' in entry) {
    const git = text('git', 'git')
    known('git')
    const revision = entry['revision'] ?? null
    const warnUnpinned = entry['warn-unpinned'] ?? null
    const subdirectory = entry['subdirectory'] ?? null
    const spec: PackageSpec = {
      kind: 'git',
      git,
      gitUnrendered: String(unrendered['git']),
      revisions: revision === null ? [] : [pythonText(revision)],
      warnUnpinned: warnUnpinned !== false,
      subdirectory: subdirectory === null ? null : String(subdirectory),
    }
    return { spec, hashed: { git, revision, subdirectory, unrendered, 'warn-unpinned': warnUnpinned, ...name } }
  }
  if ('package' in entry) {
    const hub = text('package', 'hub')
    known('hub')
    const version = entry['version']
    if (version === undefined || version === null || version === '') {
      throw fail(
        `${hub} is missing the version. When installing from the Hub package index, version is a required property`,
        'version: 1.2.3, or [">=1.0.0", "<2.0.0"]',
      )
    }
    if (!hub.includes('/')) {
      throw fail(
        `${hub} was not found in the package index. Packages on the index require a namespace, e.g dbt-labs/dbt_utils`,
      )
    }
    const prerelease = entry['install_prerelease'] ?? false
    const versions = (Array.isArray(version) ? version : [version]).map(pythonText)
    return {
      spec: { kind: 'hub', package: hub, versions, installPrerelease: prerelease === true },
      hashed: { package: hub, version, install_prerelease: prerelease, unrendered, ...name },
    }
  }
  if ('private' in entry) {
    throw fail(
      `Cannot resolve private package ${String(entry['private'])} because git provider integration is missing. Please use a "git" package instead.`,
    )
  }
  throw fail('An entry of packages names no source', 'package, git, local or tarball')
}

/** Python's str() of a YAML scalar: a float keeps its point. */
function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pythonJson(value)
}

function renderTree(value: unknown, render: RenderText, file: string): unknown {
  if (Array.isArray(value)) return value.map((item) => renderTree(item, render, file))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderTree(item, render, file)]))
  }
  if (typeof value !== 'string') return value
  const rendered = render(value, file)
  // Jinja's native values come as plain numbers; whole ones are integers.
  return typeof rendered === 'number' && Number.isInteger(rendered) ? BigInt(rendered) : rendered
}
