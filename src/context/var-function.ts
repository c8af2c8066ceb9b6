import {
  isJsonObject,
  type Json,
  type JsonObject,
  nearest,
  type ProjectConfig,
  SECRET_PREFIX,
  TdbtError,
} from '../core/index.ts'
import {
  bindArguments,
  type CallResult,
  compileTemplate,
  type Globals,
  type Kwargs,
  Pending,
  PyFunction,
  PyObject,
  type PyValue,
  pyStr,
  toJson,
  toPython,
} from '../jinja/index.ts'

/** Where `var()` looks, the strongest last. */
export interface VarScopes {
  readonly root: ProjectConfig
  readonly packages: readonly ProjectConfig[]
  /** Package of the node or file. */
  readonly packageName: string
  /** `--vars`. */
  readonly cli: JsonObject
}

/** All vars that a package sees: its own project file's, then the root project's, then the command line's; in each file the general ones, then those below the package's name. */
export function varsOf(scopes: VarScopes): JsonObject {
  const { root, packages, packageName, cli } = scopes
  const own = packageName === root.name ? undefined : packages.find((each) => each.name === packageName)
  const layers = [own, root].flatMap((project) => {
    if (project === undefined) return []
    const scoped = project.vars[packageName]
    return [project.vars, isJsonObject(scoped) ? scoped : {}]
  })
  return Object.assign({}, ...layers, cli) as JsonObject
}

export interface VarFunctionOptions {
  /** Made when first asked. */
  readonly vars: () => JsonObject
  /** Whose var it is, for the message: a node's name or `<Configuration>`. */
  readonly owner: string
  /** raise: T1012 when a var without default is missing. none: None, as dbt does while parsing nodes. */
  readonly missing: 'raise' | 'none'
  /** Names that a var's own text may use: vars of the command line and of project files may hold Jinja. */
  readonly globals?: Globals
  /** Such a text may have to wait for what it calls: run time. */
  readonly resumable?: boolean
  readonly onRead?: (name: string) => void
}

const JINJA = /\{[{%#]|[#}%]\}/

/** The variable `var`: a function of a name and a default, with `var.has_var(name)`. */
export class VarFunction extends PyObject {
  readonly $type = 'Var'
  readonly #options: VarFunctionOptions
  readonly #values = new Map<string, PyValue>()
  #vars: JsonObject | undefined

  constructor(options: VarFunctionOptions) {
    super()
    this.#options = options
  }

  override $attr(name: string): PyValue | undefined {
    if (name !== 'has_var') return undefined
    return new PyFunction('has_var', ([key]) => this.#has(pyStr(key ?? null)))
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    const bound = bindArguments('var', [{ name: 'var_name' }, { name: 'default', default: NO_DEFAULT }], args, kwargs)
    const name = pyStr(bound['var_name'] ?? null)
    this.#options.onRead?.(name)
    if (this.#has(name)) return this.#value(name)
    const fallback = bound['default'] ?? null
    if (fallback !== NO_DEFAULT) return fallback
    if (this.#options.missing === 'none') return null
    throw this.#notFound(name)
  }

  #all(): JsonObject {
    this.#vars ??= this.#options.vars()
    return this.#vars
  }

  #has(name: string): boolean {
    return Object.hasOwn(this.#all(), name)
  }

  #value(name: string): CallResult {
    const raw = this.#all()[name] ?? null
    if (typeof raw === 'string') {
      const { globals, resumable = false } = this.#options
      if (globals === undefined || !JINJA.test(raw)) return raw
      const template = compileTemplate(raw, { file: `var ${name}` })
      if (!resumable) return template.render(globals)
      // Most texts call nothing that waits; those may be used where nobody can wait (arguments of generic tests).
      try {
        return template.render(globals)
      } catch {
        return new Pending(() => template.renderResumable(globals))
      }
    }
    // Lists and dicts stay one object, as in Python: a template may add to them.
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const value = toPython(raw)
    this.#values.set(name, value)
    return value
  }

  #notFound(name: string): TdbtError {
    const shown: Record<string, Json> = {}
    for (const key of Object.keys(this.#all()).sort()) {
      const value = this.#all()[key] ?? null
      shown[key] = key.startsWith(SECRET_PREFIX) ? '*****' : value
    }
    const close = nearest(name, Object.keys(shown))
    return new TdbtError(
      'T1012',
      `Required var '${name}' not found in config:\nVars supplied to ${this.#options.owner} = ${pretty(shown)}`,
      {
        found: Object.keys(shown).length === 0 ? 'no vars at all' : Object.keys(shown).join(', '),
        hint:
          close === undefined
            ? `Set it under vars: in the project file or with --vars, or give var('${name}') a default.`
            : `Did you mean '${close}'?`,
      },
    )
  }
}

/** Tells a call without a default from one whose default is None. */
const NO_DEFAULT = new PyFunction('no_default', () => null)

function pretty(vars: JsonObject): string {
  if (Object.keys(vars).length === 0) return '{}'
  const lines = Object.entries(vars).map(([key, value]) => `    ${JSON.stringify(key)}: ${toJson(toPython(value))}`)
  return `{\n${lines.join(',\n')}\n}`
}
