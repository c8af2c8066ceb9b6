import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  DBT_VERSION,
  isJsonObject,
  type Json,
  type JsonObject,
  nearest,
  type ProjectConfig,
  TdbtError,
} from '../core/index.ts'
import { satisfiesDbtVersion } from './dbt-version.ts'
import { isRecord, type KeyPath, mapTree, type RenderString } from './native-render.ts'
import { PROJECT_KEYS } from './project-keys.ts'
import { readYaml, type YamlFile } from './yaml-file.ts'

/** Names of a project file, in the order of preference. */
export const PROJECT_FILES = ['dbt_project.yml', 'project.yaml'] as const

/** A project file as read, before anything in it is rendered. */
export interface RawProject {
  /** Absolute folder. */
  readonly root: string
  readonly fileName: string
  readonly yaml: YamlFile
  readonly data: Readonly<Record<string, unknown>>
}

/** A project file after rendering: the public shape, and the rendered config trees by their key (`models`, `data_tests`…). */
export interface ProjectSettings {
  readonly config: ProjectConfig
  readonly raw: RawProject
  readonly trees: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly warnings: readonly TdbtError[]
}

/** Reads the project file of a folder. Throws T1001 when there is none, T1002, T1003. */
export function readProjectFile(root: string, displayFolder = ''): RawProject {
  const folder = resolve(root)
  const fileName = PROJECT_FILES.find((name) => existsSync(join(folder, name)))
  if (fileName === undefined) {
    throw new TdbtError('T1001', `No ${PROJECT_FILES.join(' or ')} in ${folder}`, {
      found: folder,
      expected: 'a folder with a project file',
      hint: 'Run in the folder of the project, or name it with --project-dir; `tdbt init` makes a new one.',
    })
  }
  const yaml = readYaml(readFileSync(join(folder, fileName), 'utf8'), `${displayFolder}${fileName}`)
  if (!isRecord(yaml.value)) {
    throw new TdbtError('T1003', `${fileName} does not hold a mapping`, {
      location: yaml.locate([]),
      source: yaml.source,
      expected: 'keys such as name, profile and model-paths',
    })
  }
  // dbt reads the older `tests:` as `data_tests:`.
  const { tests, ...rest } = yaml.value
  const data = tests !== undefined && !('data_tests' in rest) ? { ...rest, data_tests: tests } : yaml.value
  return { root: folder, fileName, yaml, data }
}

const UNRENDERED = new Set(['on-run-start', 'on-run-end', 'query-comment', 'vars', 'targets', 'connections'])
const HOOK_TREES = new Set(['seeds', 'models', 'snapshots', 'tests', 'data_tests'])
const HOOK_KEYS = new Set(['pre-hook', 'post-hook', 'pre_hook', 'post_hook'])

function isRendered(path: KeyPath): boolean {
  const first = String(path[0] ?? '')
  // Hooks and the query comment are rendered when they run, vars never, targets and connections when one is chosen.
  if (UNRENDERED.has(first)) return false
  return !HOOK_TREES.has(first) || !path.some((key) => HOOK_KEYS.has(String(key).replace(/^[+ ]+/, '')))
}

/** Renders a project file and fills in dbt's defaults. Throws T1003 with the place of what is wrong. */
export function renderProject(
  raw: RawProject,
  render: RenderString,
  options: {
    readonly targetPath: string | null
    readonly checkVersion: boolean
    /** What vars.yml has, in the place of the file's own vars. */
    readonly vars?: JsonObject
  },
): ProjectSettings {
  const file = raw.yaml.file
  const rendered = mapTree(raw.data, (value, path) =>
    typeof value === 'string' && isRendered(path) ? renderAt(raw, path, value, render) : value,
  ) as Record<string, unknown>
  const fail = (path: KeyPath, message: string, details: { found?: string; expected?: string; hint?: string } = {}) =>
    new TdbtError('T1003', message, { location: raw.yaml.locate(path), source: raw.yaml.source, ...details })

  const name = rendered['name']
  if (typeof name !== 'string' || !/^[^\d\W]\w*$/.test(name)) {
    throw fail(
      ['name'],
      name === undefined ? `${file} has no 'name'` : `'${String(name)}' cannot be a project's name`,
      {
        found: name === undefined ? 'no name' : String(name),
        expected: 'letters, digits and underscores, not beginning with a digit',
      },
    )
  }
  const version = rendered['version']
  const schemas = 'is not valid under any of the given schemas'
  if (version !== undefined && version !== null && typeof version !== 'number' && !isVersion(String(version))) {
    throw fail(['version'], `at path ['version']: '${String(version)}' ${schemas}`, {
      expected: "a version such as '1.0' or '1.0.0'",
    })
  }
  const cloud = rendered['dbt-cloud']
  if (cloud !== undefined && cloud !== null && !isRecord(cloud)) {
    throw fail(['dbt-cloud'], `at path ['dbt-cloud']: '${String(cloud)}' ${schemas}`, { expected: 'a mapping' })
  }
  const text = (key: string): string | null => {
    const value = rendered[key]
    if (value === undefined || value === null) return null
    if (typeof value === 'object') throw fail([key], `'${key}' must be a text`, { found: JSON.stringify(value) })
    return String(value)
  }
  const list = (key: string, fallback: readonly string[]): readonly string[] => {
    const value = rendered[key]
    if (value === undefined || value === null) return fallback
    const items = Array.isArray(value) ? value : [value]
    if (!items.every((item) => typeof item === 'string')) {
      throw fail([key], `'${key}' must be a list of texts`, { found: JSON.stringify(value) })
    }
    return items
  }
  const mapping = (key: string): Record<string, unknown> => {
    const value = rendered[key]
    if (value === undefined || value === null) return {}
    if (!isRecord(value)) throw fail([key], `'${key}' must be a mapping`, { found: JSON.stringify(value) })
    return value
  }

  const requireDbtVersion = list('require-dbt-version', [])
  if (options.checkVersion && !satisfiesDbtVersion(requireDbtVersion)) {
    throw fail(['require-dbt-version'], `Project '${name}' does not work with dbt ${DBT_VERSION}`, {
      found: `dbt ${DBT_VERSION}`,
      expected: requireDbtVersion.join(', '),
      hint: 'Take a release of the package that allows this version, or pass --no-version-check.',
    })
  }
  const modelPaths = list('model-paths', list('source-paths', ['models']))
  const seedPaths = list('seed-paths', list('data-paths', ['seeds']))
  const macroPaths = list('macro-paths', ['macros'])
  const testPaths = list('test-paths', ['tests'])
  const analysisPaths = list('analysis-paths', ['analyses'])
  const snapshotPaths = list('snapshot-paths', ['snapshots'])
  const functionPaths = list('function-paths', ['functions'])
  const sourcePaths = [modelPaths, seedPaths, snapshotPaths, analysisPaths, macroPaths, testPaths, functionPaths].flat()
  const targetPath = options.targetPath ?? text('target-path') ?? 'target'
  const dispatch = rendered['dispatch'] ?? []
  if (!Array.isArray(dispatch) || !dispatch.every(isDispatchEntry)) {
    throw fail(['dispatch'], "'dispatch' must be a list of {macro_namespace, search_order}")
  }
  const quoting = mapping('quoting')
  const targets = rendered['targets']
  if (targets !== undefined && targets !== null && !isRecord(targets)) {
    throw fail(['targets'], "'targets' must map names to connections")
  }

  const trees: Record<string, Record<string, unknown>> = {}
  const unrenderedTrees: Record<string, JsonObject> = {}
  for (const key of [
    'models',
    'seeds',
    'snapshots',
    'sources',
    'data_tests',
    'unit_tests',
    'metrics',
    'semantic-models',
    'saved-queries',
    'exposures',
    'functions',
  ]) {
    trees[key] = mapping(key)
    const unrendered = raw.data[key]
    unrenderedTrees[key] = isRecord(unrendered) ? (unrendered as JsonObject) : {}
  }

  const config: ProjectConfig = {
    name,
    version: text('version'),
    profile: text('profile'),
    root: raw.root,
    fileName: raw.fileName,
    modelPaths,
    macroPaths,
    seedPaths,
    testPaths,
    analysisPaths,
    snapshotPaths,
    docsPaths: list('docs-paths', [...new Set(sourcePaths.map((path) => path.replace(/\/+$/, '')))]),
    functionPaths,
    targetPath,
    packagesInstallPath: text('packages-install-path') ?? 'dbt_packages',
    cleanTargets: list('clean-targets', [targetPath]),
    onRunStart: list('on-run-start', []),
    onRunEnd: list('on-run-end', []),
    dispatch: dispatch as unknown as ProjectConfig['dispatch'],
    vars: options.vars && Object.keys(options.vars).length > 0 ? options.vars : (mapping('vars') as JsonObject),
    flags: mapping('flags') as JsonObject,
    quoting: booleans(quoting),
    configTrees: unrenderedTrees,
    targets: isRecord(targets) ? (targets as Record<string, JsonObject>) : null,
    defaultTarget: text('target'),
    requireDbtVersion,
    queryComment: (rendered['query-comment'] as Json | undefined) ?? null,
    restrictAccess: rendered['restrict-access'] === true,
    raw: raw.data as JsonObject,
  }
  return { config, raw, trees, warnings: [...raw.yaml.warnings, ...unknownKeys(raw)] }
}

function renderAt(raw: RawProject, path: KeyPath, value: string, render: RenderString): unknown {
  try {
    return render(value, raw.yaml.file)
  } catch (error) {
    throw placed(error, raw.yaml, path)
  }
}

/** The error with the place of the YAML value it came from. */
export function placed(error: unknown, yaml: YamlFile, path: KeyPath): unknown {
  if (!(error instanceof TdbtError)) return error
  return new TdbtError(error.code, error.message, {
    ...error.details,
    location: yaml.locate(path),
    source: yaml.source,
    cause: error,
  })
}

function unknownKeys(raw: RawProject): TdbtError[] {
  return Object.keys(raw.data)
    .filter((key) => !PROJECT_KEYS.has(key) && !PROJECT_KEYS.has(key.replaceAll('_', '-')))
    .map((key) => {
      const near = nearest(key, PROJECT_KEYS)
      return new TdbtError('T1008', `'${key}' is not a key of a project file`, {
        location: raw.yaml.locate([key]),
        source: raw.yaml.source,
        found: key,
        hint: near === undefined ? 'Remove it, or move it under vars or meta.' : `Did you mean '${near}'?`,
      })
    })
}

/** dbt's pattern: a semantic version, of which the last number may be left out. */
function isVersion(text: string): boolean {
  return /^\d+\.\d+(\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?$/.test(text)
}

function isDispatchEntry(entry: unknown): boolean {
  return isJsonObject(entry) && typeof entry['macro_namespace'] === 'string' && Array.isArray(entry['search_order'])
}

function booleans(quoting: Record<string, unknown>): ProjectConfig['quoting'] {
  const pick = (key: string) => {
    const value = quoting[key]
    return typeof value === 'boolean' ? { [key]: value } : {}
  }
  return { ...pick('database'), ...pick('schema'), ...pick('identifier') }
}
