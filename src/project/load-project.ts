import { resolve } from 'node:path'
import type { Adapter } from '../adapters/interface.ts'
import { baseVariables, createMacroLibrary, type MacroLibrary, yamlVariables } from '../context/index.ts'
import {
  type EventSink,
  type Invocation,
  type JsonObject,
  type MacroHead,
  type Manifest,
  type ProjectConfig,
  type SourceLocation,
  type TargetConfig,
  TdbtError,
} from '../core/index.ts'
import { renderDescriptions } from './descriptions.ts'
import { parseDocFile } from './doc-files.ts'
import { unknownProperties } from './known-properties.ts'
import { linkMacros } from './macro-dependencies.ts'
import { parseMacroFile } from './macro-files.ts'
import { ManifestBuilder } from './manifest-builder.ts'
import { checkManifest } from './manifest-checks.ts'
import { nativeRenderer } from './native-render.ts'
import { findPackages } from './packages.ts'
import { type CacheHit, ParseCache } from './parse-cache.ts'
import { ParseContext } from './parse-context.ts'
import type { PackageScope, Parsing, PropertiesFile } from './parsing.ts'
import { inferPrimaryKeys } from './primary-keys.ts'
import { resolveTarget } from './profile.ts'
import { type ProjectSettings, readProjectFile, renderProject } from './project-file.ts'
import { md5, readProjectFiles, sha256 } from './project-files.ts'
import { openProperties, parseProperties, patchLookups } from './properties-files.ts'
import { RelationNames } from './relation-names.ts'
import { reparseModels } from './reparse-models.ts'
import { ConfigResolver } from './resolve-config.ts'
import { ReferenceResolver } from './resolve-references.ts'
import { readSelectors } from './selectors-file.ts'
import { linkSemanticNodes } from './semantic-nodes.ts'
import { SourceCollection } from './source-nodes.ts'
import { parseFileNode, parseRunHooks, parseSnapshotFile } from './sql-nodes.ts'
import { isTestFile, parseTestFile } from './test-files.ts'
import { linkUnitTests } from './unit-tests.ts'
import { readVarsFile } from './vars-file.ts'

export interface LoadOptions {
  readonly invocation: Invocation
  readonly adapterFor: (type: string) => Promise<Adapter>
  /** The built-in macros: `loadStdlib()` of stdlib/. */
  readonly stdlib: readonly {
    readonly package: string
    readonly path: string
    readonly text: string
    /** What the file holds, where an index of it was made (`readMacroHeads`). */
    readonly macros?: readonly MacroHead[] | undefined
    /** A hash of the text, where one is known. */
    readonly digest?: string | undefined
  }[]
  readonly emit: EventSink
  /** Folder of the parse cache; without it every parse is a full one. */
  readonly cacheDir?: (config: ProjectConfig) => string
}

/** A project with all its packages, parsed. */
export interface LoadedProject {
  readonly config: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Adapter
  /** Installed packages, without the root project. */
  readonly packages: readonly ProjectConfig[]
  readonly manifest: Manifest
  readonly library: MacroLibrary
  /** Where each resource begins in its file, by unique_id. */
  readonly locations: Readonly<Record<string, SourceLocation>>
  readonly warnings: readonly TdbtError[]
  /** What `parseInline` works with; of no use elsewhere. */
  readonly parsing: Parsing
}

/** The project's settings and connection, without parsing: what `debug`, `deps` and `clean` need. */
export interface LoadedProfile {
  readonly config: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Adapter
  readonly settings: ProjectSettings
}

const QUIET: EventSink = () => undefined

/** Built-in packages in look-up order. */
const INTERNAL_PACKAGES = ['tdbt', 'dbt_postgres', 'dbt_duckdb', 'dbt']

/** Reads the project file and the profile. Throws T1001…T1006. */
export async function loadProfile(options: Pick<LoadOptions, 'invocation' | 'adapterFor'>): Promise<LoadedProfile> {
  const { invocation } = options
  const raw = readProjectFile(resolve(invocation.flags.projectDir))
  const written = raw.data
  const early = nativeRenderer(yamlVariables({ kind: 'profile' }, { invocation, emit: QUIET }))
  const text = (key: string) => {
    const value = written[key]
    return typeof value === 'string' ? String(early(value, raw.yaml.file)) : null
  }
  const targets = written['targets']
  const resolved = resolveTarget({
    invocation,
    root: raw.root,
    project: {
      name: text('name') ?? 'project',
      profile: text('profile'),
      fileName: raw.fileName,
      defaultTarget: text('target'),
      targets: typeof targets === 'object' && targets !== null ? (targets as Record<string, JsonObject>) : null,
    },
    projectYaml: raw.yaml,
    render: early,
  })
  const adapter = await options.adapterFor(resolved.type)
  const target = adapter.completeTarget?.(resolved) ?? resolved
  const vars = readVarsFile(raw)
  const render = nativeRenderer(
    yamlVariables(
      { kind: 'project', project: { target, adapter } },
      { invocation: { ...invocation, vars: { ...vars, ...invocation.vars } }, emit: QUIET },
    ),
  )
  const settings = renderProject(raw, render, {
    targetPath: invocation.flags.targetPath,
    checkVersion: invocation.flags.version_check,
    vars,
  })
  return { config: settings.config, target, adapter, settings }
}

/**
 * Reads and parses the project and its packages. Errors of parsing are collected and thrown together (TdbtErrors); warnings are
 * returned and emitted.
 */
export async function loadProject(options: LoadOptions): Promise<LoadedProject> {
  const { invocation } = options
  const { config, target, adapter, settings } = await loadProfile(options)
  const envNames = new Set<string>()
  const onEnvVar = (name: string) => {
    envNames.add(name)
  }
  const scopes = loadScopes(options, settings, target, adapter, onEnvVar)
  const cache =
    options.cacheDir &&
    new ParseCache({
      dir: options.cacheDir(config),
      scopes,
      invocation,
      envNames,
      threads: target.threads,
      settings: [
        cachedSettings(scopes),
        { ...target, threads: 0 },
        invocation.vars,
        invocation.flags.behavior,
        options.stdlib.map((file) => file.digest ?? file.text),
      ],
    })
  const loaded = { settings, target, adapter, scopes, cache, onEnvVar }
  const hit = invocation.flags.partialParse ? cache?.find() : undefined
  const project = (hit && (await parseScopes(options, loaded, hit))) ?? (await parseScopes(options, loaded))
  if (!project) throw new TdbtError('T0001', 'a whole parse gave no project')
  return project
}

// Threads are no part of it unless a template asks for them: the cache sees to that.
function cachedSettings(scopes: ReadonlyMap<string, PackageScope>): unknown {
  return [...scopes.values()].map(({ config, settings, display }) => [
    config,
    settings.raw.yaml.source,
    settings.trees,
    display,
  ])
}

interface LoadedScopes {
  readonly settings: ProjectSettings
  readonly target: TargetConfig
  readonly adapter: Adapter
  readonly scopes: ReadonlyMap<string, PackageScope>
  readonly cache: ParseCache | undefined
  readonly onEnvVar: (name: string) => void
}

/** Parses everything, or, given a parse of before, what was edited since; undefined when that is not enough. */
async function parseScopes(
  options: LoadOptions,
  loaded: LoadedScopes,
  hit?: CacheHit,
): Promise<LoadedProject | undefined> {
  const { invocation, emit } = options
  const { settings, target, adapter, scopes, cache, onEnvVar } = loaded
  const { config } = settings
  const root = scopes.get(config.name)
  if (!root) throw new TdbtError('T0001', 'the root project is not among its packages')
  const builder = new ManifestBuilder()
  const createdAt = invocation.now().getTime() / 1000

  const behavior: JsonObject = { ...config.flags, ...invocation.flags.behavior }
  const withArguments = behavior['validate_macro_args'] === true
  /** Of the adapters' built-in packages, those whose macros this adapter dispatches to. */
  const isOurs = (name: string) =>
    !name.startsWith('dbt_') || adapter.dispatchPrefixes.includes(name.slice('dbt_'.length))
  if (hit) builder.restore(hit.manifest, hit.locations)
  else {
    const stdlib = options.stdlib.filter((file) => isOurs(file.package))
    parseMacros(builder, stdlib, scopes.values(), { createdAt, withArguments })
  }
  builder.throwIfFailed()
  const macros = Object.fromEntries(builder.macros)
  const internalPackages = INTERNAL_PACKAGES.filter(isOurs)
  const library = createMacroLibrary({
    macros,
    locations: builder.locations(),
    rootPackage: config.name,
    internalPackages,
    adapterPrefixes: adapter.dispatchPrefixes,
    dispatch: config.dispatch,
    packageNames: [...scopes.keys()],
    templates: builder.templates,
    packageMaterializations:
      settings.config.flags['require_explicit_package_overrides_for_builtin_materializations'] === false,
  })
  const packages = [...scopes.values()].filter((scope) => scope !== root).map((scope) => scope.config)
  const project = { config, target, adapter, packages }
  const context = new ParseContext({
    library,
    adapter,
    target,
    invocation,
    root: config,
    packages,
    baseVariables: (packageName) => baseVariables({ project, invocation, packageName, emit, onEnvVar }),
    yamlVariables: (packageName) =>
      yamlVariables({ kind: 'properties', project, packageName }, { invocation, emit, onEnvVar }),
    projectChecksum: (packageName) => sha256((scopes.get(packageName)?.settings.raw.yaml.source ?? '').trim()),
  })
  const link = {
    library,
    calls: builder.macroCalls,
    rootPackage: config.name,
    internalPackages,
    adapterPrefixes: adapter.dispatchPrefixes,
    isVariable: (name: string) => context.isVariable(name),
  }
  if (!hit) linkMacros(builder.macros, link)
  const names = new RelationNames({
    library,
    macros: builder.macros,
    internalPackages: new Set(internalPackages),
    root: config,
    target,
    adapter,
    variables: (packageName) => context.forNames(packageName),
  })
  const parsing: Parsing = {
    root,
    packages: scopes,
    adapter,
    target,
    invocation,
    library,
    settled: new Map(),
    configs: new ConfigResolver(settings, new Map([...scopes].map(([name, scope]) => [name, scope.settings]))),
    builder,
    names,
    context,
    behavior,
    createdAt,
  }
  if (hit) {
    if (!reparseModels(parsing, hit.changed)) return undefined
    builder.warnings.push(...hit.warnings)
  } else {
    for (const scope of scopes.values()) builder.warnings.push(...scope.settings.warnings)
    parseAll(parsing)
  }
  const selectors = readSelectors(config.root, root.renderYaml)
  builder.throwIfFailed()
  const whole = builder.finish(
    {
      project_name: config.name,
      project_id: md5(config.name),
      adapter_type: adapter.type,
      quoting: { ...adapter.dialect.quoting, ...config.quoting, column: null },
    },
    selectors,
  )
  const manifest = hit && hit.changed.length === 0 ? { ...hit.manifest, selectors } : whole
  const locations = builder.locations()
  if (!hit) cache?.write({ manifest, locations, warnings: builder.warnings })
  return {
    config,
    target,
    adapter,
    packages,
    manifest,
    library,
    locations,
    warnings: builder.warnings,
    parsing,
  }
}

function parseMacros(
  builder: ManifestBuilder,
  stdlib: LoadOptions['stdlib'],
  scopes: Iterable<PackageScope>,
  options: { readonly createdAt: number; readonly withArguments: boolean },
): void {
  const { createdAt, withArguments } = options
  for (const file of stdlib) {
    parseMacroFile(
      builder,
      {
        packageName: file.package,
        originalPath: file.path,
        displayPath: `${file.package}/${file.path}`,
        text: file.text,
        fullText: file.text,
        firstLine: 1,
        macros: file.macros,
      },
      createdAt,
    )
  }
  for (const scope of scopes) {
    const packageName = scope.config.name
    for (const file of scope.files.macros)
      parseMacroFile(builder, { ...file, packageName }, createdAt, { withArguments })
    for (const file of scope.files.genericTests)
      parseMacroFile(builder, { ...file, packageName }, createdAt, { kinds: ['test', 'data_test'] })
  }
}

function loadScopes(
  options: LoadOptions,
  root: ProjectSettings,
  target: TargetConfig,
  adapter: Adapter,
  onEnvVar: (name: string) => void,
): ReadonlyMap<string, PackageScope> {
  const { invocation, emit } = options
  const all: { settings: ProjectSettings; display: string }[] = [{ settings: root, display: '' }]
  for (const folder of findPackages(root.config)) {
    const raw = readProjectFile(folder.root, folder.display)
    // dbt gives packages' project files no vars of the command line.
    const render = nativeRenderer(
      yamlVariables(
        { kind: 'project', project: { target, adapter } },
        { invocation: { ...invocation, vars: {} }, emit: QUIET },
      ),
    )
    const settings = renderProject(raw, render, { targetPath: null, checkVersion: invocation.flags.version_check })
    const before = all.find((item) => item.settings.config.name === settings.config.name)
    if (before) {
      throw new TdbtError('T1010', `Two packages are named '${settings.config.name}'`, {
        location: settings.raw.yaml.locate(['name']),
        source: settings.raw.yaml.source,
        found: `${before.settings.config.root} and ${settings.config.root}`,
        hint: 'Remove one of the two folders.',
      })
    }
    all.push({ settings, display: folder.display })
  }
  const scopes = new Map<string, PackageScope>()
  for (const { settings, display } of all) {
    const { config } = settings
    const packages = all.slice(1).map((item) => item.settings.config)
    const project = { config: root.config, target, adapter, packages }
    const variables = yamlVariables(
      { kind: 'properties', project, packageName: config.name },
      { invocation, emit, onEnvVar },
    )
    scopes.set(config.name, {
      settings,
      config,
      display,
      files: readProjectFiles(config, display),
      renderYaml: nativeRenderer(variables),
    })
  }
  return scopes
}

/** dbt's order: files of SQL package by package, then properties, then sources, then what links them all. */
function parseAll(parsing: Parsing): void {
  const { builder, packages } = parsing
  for (const scope of packages.values()) {
    const { files } = scope
    for (const file of files.models) parseFileNode(parsing, scope, 'model', file)
    for (const file of files.snapshots) parseSnapshotFile(parsing, scope, file)
    for (const file of files.analyses) parseFileNode(parsing, scope, 'analysis', file)
    for (const file of files.singularTests) parseFileNode(parsing, scope, 'test', file)
    for (const file of files.seeds) parseFileNode(parsing, scope, 'seed', file)
    for (const file of files.docs) parseDocFile(builder, scope.config.name, file)
    parseRunHooks(parsing, scope)
    for (const file of files.functions) parseFileNode(parsing, scope, 'function', file)
  }
  const lookups = patchLookups(parsing)
  const sources = new SourceCollection()
  const testFiles: PropertiesFile[] = []
  for (const scope of packages.values()) {
    for (const file of scope.files.properties) {
      builder.attempt(() => {
        const properties = openProperties(scope, file)
        if (!properties) return
        builder.warnings.push(...properties.yaml.warnings, ...unknownProperties(properties))
        parseProperties(parsing, properties, lookups, sources)
        if (isTestFile(properties)) testFiles.push(properties)
      })
    }
  }
  lookups.refresh()
  for (const properties of testFiles) builder.attempt(() => parseTestFile(parsing, properties, lookups, sources))
  settleDisabled(builder)
  sources.build(parsing)
  const references = new ReferenceResolver(parsing)
  references.resolveAll()
  linkUnitTests(parsing, references.refs, references.disabled)
  linkSemanticNodes(parsing, references.refs)
  renderDescriptions(parsing)
  inferPrimaryKeys(builder)
  checkManifest(parsing)
}

/** Properties may have switched nodes off or on: each goes where its config now says. */
function settleDisabled(builder: ManifestBuilder): void {
  for (const node of [...builder.nodes.values()]) {
    if (node.config['enabled'] !== false) continue
    builder.nodes.delete(node.unique_id)
    builder.addDisabled(node)
  }
  for (const [id, list] of [...builder.disabled]) {
    const enabled = list.filter((item) => item.config['enabled'] !== false)
    if (enabled.length === 0) continue
    const rest = list.filter((item) => item.config['enabled'] === false)
    if (rest.length > 0) builder.disabled.set(id, rest)
    else builder.disabled.delete(id)
    for (const item of enabled) {
      if ('raw_code' in item) builder.claim(item.resource_type === 'function' ? builder.functions : builder.nodes, item)
    }
  }
}
