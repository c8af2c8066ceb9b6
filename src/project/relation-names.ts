import type { Adapter } from '../adapters/interface.ts'
import { callMacro, createGlobals, type MacroLibrary, type MutableGlobals } from '../context/index.ts'
import type { MacroNode, ProjectConfig, TargetConfig } from '../core/index.ts'
import { lazyDict, Pending, type PyValue, toPython } from '../jinja/index.ts'
import type { NodeDraft } from './drafts.ts'
import { hostValue } from './native-render.ts'

/** What a relation is rendered from. */
export interface RelationParts {
  readonly database: string | null
  readonly schema: string | null
  readonly identifier: string | null
}

type Component = 'database' | 'schema' | 'alias'

const PARTS = ['database', 'schema', 'identifier'] as const

interface Chosen {
  readonly macro: MacroNode
  readonly builtIn: boolean
}

export interface RelationNamesOptions {
  readonly library: MacroLibrary
  readonly macros: ReadonlyMap<string, MacroNode>
  readonly internalPackages: ReadonlySet<string>
  readonly root: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Adapter
  /** Names that the generate_*_name macros see. */
  readonly variables: (packageName: string) => ReadonlyMap<string, PyValue>
}

/** Gives nodes their database, schema, alias and relation name through the generate_*_name macros. */
export class RelationNames {
  private readonly options: RelationNamesOptions
  private readonly globals = new Map<string, MutableGlobals>()
  private readonly chosen: Readonly<Record<Component, Map<string, Chosen>>> = {
    database: new Map(),
    schema: new Map(),
    alias: new Map(),
  }
  private readonly known = new Map<string, string | null>()
  private readonly policy: Readonly<Record<string, unknown>>

  constructor(options: RelationNamesOptions) {
    this.options = options
    this.policy = { ...options.adapter.dialect.quoting, ...options.root.quoting }
  }

  /** Sets database, schema, alias and relation_name of a node whose config is final. */
  assign(node: NodeDraft, config: Readonly<Record<string, unknown>>): void {
    node.database = this.generate('database', node, config['database'])
    // generate_schema_name may give none, and then there is no schema in the name.
    node.schema = this.generate('schema', node, config['schema']) ?? ''
    node.alias = this.generate('alias', node, config['alias']) ?? node.name
    if (node.resource_type === 'snapshot') {
      if (config['target_database']) node.database = String(config['target_database'])
      if (config['target_schema']) node.schema = String(config['target_schema'])
    }
    node.relation_name = hasRelation(node)
      ? this.render({ database: node.database, schema: node.schema, identifier: node.alias })
      : null
  }

  /** The rendered name; `quoting` is the resource's own over the project's over the adapter's. */
  render(parts: RelationParts, quoting: Readonly<Record<string, unknown>> = {}): string {
    const { dialect } = this.options.adapter
    let out = ''
    for (const key of PARTS) {
      const part = parts[key]
      if (part === null || part === '') continue
      const own = quoting[key]
      if (out !== '') out += '.'
      out += (typeof own === 'boolean' ? own : this.policy[key] === true) ? dialect.quote(part) : part
    }
    return out
  }

  private generate(component: Component, node: NodeDraft, custom: unknown): string | null {
    const { macro, builtIn } = this.macroFor(component, node.package_name)
    // The built-in macros look at nothing but these: their answers can be kept.
    const isPlainAlias = builtIn && component === 'alias' && (node.version === undefined || node.version === null)
    // The commonest answer of all, a name of its own for each node: not worth a call.
    if (isPlainAlias && (custom === undefined || custom === null)) return node.name.trim()
    if (isPlainAlias && typeof custom === 'string' && custom !== '') return custom.trim()
    const key = builtIn && component !== 'alias' ? `${component}\0${String(custom ?? '\0')}` : undefined
    if (key !== undefined) {
      const known = this.known.get(key)
      if (known !== undefined) return known
    }
    const args = [toPython(custom ?? null), lazyDict(node)]
    const result = callMacro(this.globalsFor(macro.package_name), macro, args)
    const value = result instanceof Pending ? null : hostValue(result)
    const name = value === null || value === undefined ? null : String(value).trim()
    if (key !== undefined) this.known.set(key, name)
    return name
  }

  private macroFor(component: Component, packageName: string): Chosen {
    const known = this.chosen[component].get(packageName)
    if (known) return known
    const { library, macros, root, internalPackages } = this.options
    const name = `generate_${component}_name`
    const own = packageName === root.name ? undefined : macros.get(`macro.${packageName}.${name}`)
    const macro = own ?? library.findGenerateMacro(component, root.name)
    if (!macro) throw new Error(`no macro ${name}`)
    const behind = library.dispatch(name, null, root.name)
    const builtIn =
      internalPackages.has(macro.package_name) && (behind === undefined || internalPackages.has(behind.package_name))
    const result = { macro, builtIn }
    this.chosen[component].set(packageName, result)
    return result
  }

  private globalsFor(packageName: string): MutableGlobals {
    let globals = this.globals.get(packageName)
    if (!globals) {
      const name = this.options.internalPackages.has(packageName) ? this.options.root.name : packageName
      globals = createGlobals({
        library: this.options.library,
        packageName: name,
        flavour: 'plain',
        variables: this.options.variables(name),
      })
      this.globals.set(packageName, globals)
    }
    return globals
  }
}

// Seeds, snapshots, models that are not ephemeral and tests that keep their failures are relations.
function hasRelation(node: NodeDraft): boolean {
  const kind = node.resource_type
  if (kind === 'seed' || kind === 'snapshot') return true
  if (kind === 'model') return node.config['materialized'] !== 'ephemeral'
  return kind === 'test' && node.config['store_failures'] === true
}
