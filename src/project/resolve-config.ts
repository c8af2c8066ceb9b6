import type { JsonObject } from '../core/index.ts'
import { CONFIG_DEFAULTS } from './config-fields.ts'
import { type ConfigDict, mergeConfig, normaliseConfig } from './merge-config.ts'
import { isRecord } from './native-render.ts'
import type { ProjectSettings } from './project-file.ts'
import { type ConfiguredKind, TREE_KEYS } from './project-keys.ts'

/** What decides a node's config besides the project files. */
export interface ConfigRequest {
  readonly kind: ConfiguredKind
  readonly fqn: readonly string[]
  readonly packageName: string
  /** From `config()` calls in the file. */
  readonly calls?: Readonly<ConfigDict>
  /** `config:` of the properties entry. */
  readonly patch?: Readonly<ConfigDict> | undefined
}

/** Kinds whose written settings dbt looks for under another key than those it renders. */
const UNRENDERED_TREES: Partial<Record<ConfiguredKind, string>> = {
  function: 'models',
  semantic_model: 'semantic_models',
  saved_query: 'saved_queries',
}

/**
 * Config of nodes in dbt's order of strength: defaults, the package's own project file (outer folders first), the properties
 * entry, `config()` in the file, then the root project's file for nodes of packages.
 */
export class ConfigResolver {
  private readonly root: ProjectSettings
  private readonly packages: ReadonlyMap<string, ProjectSettings>
  private readonly levelIds = new Map<object, number>()
  private readonly bases = new Map<string, Readonly<ConfigDict>>()
  private readonly baseObjects = new Set<object>()
  /** The last key asked for, and of what: it is asked for twice a node. */
  private last: { readonly request: ConfigRequest; readonly depth: number; readonly key: string } | undefined

  /** `packages` holds the root project too. */
  constructor(root: ProjectSettings, packages: ReadonlyMap<string, ProjectSettings>) {
    this.root = root
    this.packages = packages
  }

  /** The whole config, every field of the kind filled in. */
  resolve(request: ConfigRequest): ConfigDict {
    let config: ConfigDict = { ...CONFIG_DEFAULTS[request.kind] }
    for (const partial of this.partials(request, TREE_KEYS[request.kind], (settings) => settings.trees)) {
      config = mergeConfig(request.kind, config, partial)
    }
    return normaliseConfig(request.kind, config)
  }

  /** What `resolve` gives where neither calls nor a patch say anything; one object for all nodes that share it, not to be written to. */
  base(request: ConfigRequest): Readonly<ConfigDict> {
    const key = this.sharedKey(request)
    let base = this.bases.get(key)
    if (base === undefined) {
      base = this.resolve({ kind: request.kind, fqn: request.fqn, packageName: request.packageName })
      this.bases.set(key, base)
      this.baseObjects.add(base)
    }
    return base
  }

  /** Whether that is what `base` gave for some node. */
  isBase(config: Readonly<ConfigDict>): boolean {
    return this.baseObjects.has(config)
  }

  /** Equal for nodes that the project files say the same of. */
  private sharedKey(request: ConfigRequest): string {
    const { kind, fqn, packageName } = request
    const { last } = this
    if (
      last !== undefined &&
      last.request.fqn === fqn &&
      last.depth === fqn.length &&
      last.request.kind === kind &&
      last.request.packageName === packageName
    ) {
      return last.key
    }
    const own = this.packages.get(packageName) ?? this.root
    let key: string = kind
    for (const settings of own === this.root ? [own] : [own, this.root]) {
      const written = settings.config.configTrees[UNRENDERED_TREES[kind] ?? TREE_KEYS[kind]]
      key += ` ${this.levelId(settings.trees[TREE_KEYS[kind]], fqn)} ${this.levelId(written, fqn)}`
    }
    this.last = { request, depth: fqn.length, key }
    return key
  }

  // Of the innermost level that the fqn leads to; it stands for all levels above it.
  private levelId(tree: Readonly<ConfigDict> | undefined, fqn: readonly string[]): number {
    if (tree === undefined) return 0
    let level = tree
    for (const step of fqn) {
      const next = level[step]
      if (!isRecord(next)) break
      level = next
    }
    let id = this.levelIds.get(level)
    if (id === undefined) {
      id = this.levelIds.size + 1
      this.levelIds.set(level, id)
    }
    return id
  }

  /** What was set, as it was written: dbt's unrendered_config. */
  resolveUnrendered(request: ConfigRequest): JsonObject {
    const out: ConfigDict = {}
    const key = UNRENDERED_TREES[request.kind] ?? TREE_KEYS[request.kind]
    for (const partial of this.partials(request, key, (settings) => settings.config.configTrees)) {
      Object.assign(out, partial)
    }
    return out as JsonObject
  }

  private *partials(
    request: ConfigRequest,
    key: string,
    treesOf: (settings: ProjectSettings) => Readonly<Record<string, Readonly<ConfigDict>>>,
  ): Generator<Readonly<ConfigDict>> {
    const own = this.packages.get(request.packageName) ?? this.root
    yield* levels(treesOf(own)[key] ?? {}, request.fqn)
    if (request.patch) yield request.patch
    if (request.calls) yield request.calls
    if (own !== this.root) yield* levels(treesOf(this.root)[key] ?? {}, request.fqn)
  }
}

/** The settings on each level of the tree that the fqn walks through: `+key`, and keys whose value is no mapping. */
function* levels(tree: Readonly<ConfigDict>, fqn: readonly string[]): Generator<ConfigDict> {
  let level: Readonly<ConfigDict> = tree
  yield settingsOf(level)
  for (const step of fqn) {
    const next = level[step]
    if (!isRecord(next)) return
    level = next
    yield settingsOf(level)
  }
}

function settingsOf(level: Readonly<ConfigDict>): ConfigDict {
  const out: ConfigDict = {}
  for (const [key, value] of Object.entries(level)) {
    if (key.startsWith('+')) out[key.slice(1).trim()] = value
    else if (!isRecord(value)) out[key] = value
  }
  return out
}
