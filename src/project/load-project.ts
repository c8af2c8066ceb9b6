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
import { linkMacros } from './macro-dependencies.ts'
import { type MacroFile, parseMacroFile } from './macro-files.ts'
import { ManifestBuilder } from './manifest-builder.ts'
import { nativeRenderer } from './native-render.ts'
import { findPackages } from './packages.ts'
import { parseAll } from './parse-all.ts'
import { type CacheHit, ParseCache } from './parse-cache.ts'
import { ParseContext } from './parse-context.ts'
import type { PackageScope, Parsing } from './parsing.ts'
import { resolveTarget } from './profile.ts'
import { type ProjectSettings, readProjectFile, renderProject } from './project-file.ts'
import { md5, readProjectFiles, type SourceFile, sha256 } from './project-files.ts'
import { RelationNames } from './relation-names.ts'
import { reparseModels, saysTheSame } from './reparse-models.ts'
import { ConfigResolver } from './resolve-config.ts'
import { readSelectors } from './selectors-file.ts'
import { unchangedProject } from './unchanged-project.ts'
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
  /** Something that follows from the manifest alone, as data that JSON can hold: it is kept with the parse and given back as `derived`. */
  readonly derive?: (manifest: Manifest, before?: DerivedBefore) => unknown
}

/** What `derive` gave for a parse of before, and which resources are others since. */
export interface DerivedBefore {
  readonly derived: unknown
  readonly changed: readonly string[]
}

/** A project with all its packages, parsed. */
export interface LoadedProject {
  readonly config: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Adapter
  /** Installed packages, without the root project. */
  readonly packages: readonly ProjectConfig[]
  readonly manifest: Manifest
  /** Those of the manifest, for callers that need no more of it. */
  readonly selectors: JsonObject
  readonly library: MacroLibrary
  /** Where each resource begins in its file, by unique_id. */
  readonly locations: Readonly<Record<string, SourceLocation>>
  readonly warnings: readonly TdbtError[]
  /** What `derive` gave, now or when the parse that still holds was made. */
  readonly derived: unknown
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
        invocation.flags.maximumSeedSizeMib ?? null,
        options.stdlib.map((file) => file.digest ?? file.text),
      ],
    })
  const loaded = { settings, target, adapter, scopes, cache, onEnvVar }
  const hit = invocation.flags.partialParse ? cache?.find() : undefined
  if (hit && holdsAsItWas(options, loaded, hit)) {
    const packages = packagesOf(config, scopes)
    const selectors = selectorsOf(config, scopes)
    const { warnings, derived } = hit
    // What is derived is known; the rest need not make it again.
    const { derive: _known, ...others } = options
    return unchangedProject({ config, target, adapter, packages, selectors, warnings, derived }, () =>
      given(parseScopes(others, loaded, hit)),
    )
  }
  return (hit && parseScopes(options, loaded, hit)) ?? given(parseScopes(options, loaded))
}

/** Whether the graph and all that was derived from it are those of before: nothing was edited, or nothing but SQL between the calls. */
function holdsAsItWas(options: LoadOptions, loaded: LoadedScopes, hit: CacheHit): boolean {
  if (hit.changed.length === 0) return true
  if (hit.changed.some(({ said }) => said === null)) return false
  const { macros, locations } = hit.macros()
  return saysTheSame(
    prepare(options, loaded, (builder) => builder.restore({ macros }, locations)),
    hit.changed,
  )
}

function packagesOf(config: ProjectConfig, scopes: ReadonlyMap<string, PackageScope>): readonly ProjectConfig[] {
  return [...scopes.values()].map((scope) => scope.config).filter((item) => item.name !== config.name)
}

function given(project: LoadedProject | undefined): LoadedProject {
  if (!project) throw new TdbtError('T0001', 'a whole parse gave no project')
  return project
}

function selectorsOf(config: ProjectConfig, scopes: ReadonlyMap<string, PackageScope>): JsonObject {
  const root = scopes.get(config.name)
  return root ? readSelectors(config.root, root.renderYaml) : {}
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

/** All that parsing needs, with every macro: those of a parse of before where `restore` fills them in, else of all files. */
function prepare(options: LoadOptions, loaded: LoadedScopes, restore?: (builder: ManifestBuilder) => void): Parsing {
  const { invocation, emit } = options
  const { settings, target, adapter, scopes, onEnvVar } = loaded
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
  if (restore) restore(builder)
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
  if (!restore) linkMacros(builder.macros, link)
  const names = new RelationNames({
    library,
    macros: builder.macros,
    internalPackages: new Set(internalPackages),
    root: config,
    target,
    adapter,
    variables: (packageName) => context.forNames(packageName),
  })
  return {
    root,
    packages: scopes,
    adapter,
    target,
    invocation,
    library,
    internalPackages: new Set(internalPackages),
    settled: new Map(),
    inertTests: { parameters: new Map(), where: new Map() },
    configs: new ConfigResolver(settings, new Map([...scopes].map(([name, scope]) => [name, scope.settings]))),
    builder,
    names,
    context,
    behavior,
    createdAt,
  }
}

/** Parses everything, or, given a parse of before, what was edited since; undefined when that is not enough. */
function parseScopes(options: LoadOptions, loaded: LoadedScopes, hit?: CacheHit): LoadedProject | undefined {
  const { settings, target, adapter, scopes, cache } = loaded
  const { config } = settings
  const before = hit?.manifest()
  const parsing = prepare(options, loaded, hit && before && ((builder) => builder.restore(before, hit.locations())))
  const { builder, library } = parsing
  const reparsed = hit && reparseModels(parsing, hit.changed)
  if (hit) {
    if (!reparsed) return undefined
    builder.warnings.push(...hit.warnings)
  } else {
    for (const scope of scopes.values()) builder.warnings.push(...scope.settings.warnings)
    parseAll(parsing)
  }
  const selectors = selectorsOf(config, scopes)
  builder.throwIfFailed()
  const unchanged = hit !== undefined && hit.changed.length === 0
  const manifest = unchanged
    ? { ...(before ?? hit.manifest()), selectors }
    : builder.finish(
        {
          project_name: config.name,
          project_id: md5(config.name),
          adapter_type: adapter.type,
          quoting: { ...adapter.dialect.quoting, ...config.quoting, column: null },
        },
        selectors,
      )
  // The cache keeps them all.
  const locations = builder.locations(!hit && cache !== undefined)
  const packages = packagesOf(config, scopes)
  const derived = unchanged
    ? hit.derived
    : options.derive?.(manifest, hit && { derived: hit.derived, changed: reparsed ?? [] })
  if (!hit) cache?.write({ manifest, locations, warnings: builder.warnings, derived })
  return {
    config,
    target,
    adapter,
    packages,
    manifest,
    selectors,
    library,
    locations,
    warnings: builder.warnings,
    derived,
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
      parseMacroFile(builder, macroFile(file, packageName), createdAt, { withArguments })
    for (const file of scope.files.genericTests)
      parseMacroFile(builder, macroFile(file, packageName), createdAt, { kinds: ['test', 'data_test'] })
  }
}

function macroFile(file: SourceFile, packageName: string): MacroFile {
  const { originalPath, displayPath, text, firstLine, fullText } = file
  return { packageName, originalPath, displayPath, text, firstLine, fullText }
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
      files: readProjectFiles(config, display, invocation.flags.maximumSeedSizeMib),
      renderYaml: nativeRenderer(variables),
    })
  }
  return scopes
}
