import type { MacroNode, ProjectConfig, SourceLocation } from '../core/index.ts'
import { compileTemplate, type Template } from '../jinja/index.ts'

export interface MacroLibraryOptions {
  /** By macro unique_id. */
  readonly macros: Readonly<Record<string, MacroNode>>
  /** Where each macro's block begins, by macro unique_id; a macro without one counts its lines from 1. */
  readonly locations: Readonly<Record<string, SourceLocation>>
  readonly rootPackage: string
  /** Packages of built-in macros in look-up order: `['tdbt', 'dbt_postgres', 'dbt']`. Templates see them as one name space, `dbt`. */
  readonly internalPackages: readonly string[]
  /** Prefixes that dispatch tries before `default`. */
  readonly adapterPrefixes: readonly string[]
  readonly dispatch: ProjectConfig['dispatch']
  /** Installed packages that may have no macros at all; those with macros are known anyway. */
  readonly packageNames?: readonly string[]
  /** Macros that are compiled already, by unique_id. */
  readonly templates?: ReadonlyMap<string, Template>
  /** A package may replace a built-in materialization unasked: dbt's flag of old projects, false by default. */
  readonly packageMaterializations?: boolean
}

/** Macros of all packages, compiled when first used and found by dbt's rules. */
export interface MacroLibrary {
  readonly rootPackage: string
  /** Names of the packages that templates can put before a macro's name: all but the built-in ones, sorted, then `dbt` and the built-in ones. */
  readonly namespaces: readonly string[]
  /**
   * The macro that `name` means in a template of package `from`: its own, then the root project's, then the built-in ones.
   * With a package name only that package is searched (`dbt` stands for all built-in ones).
   */
  find(name: string, from: string, packageName?: string | null): MacroNode | undefined
  /**
   * What a bare name means in a template of package `from`, in dbt's order: a macro of that package or of the root project, a package of that
   * name, a built-in macro; null where it is none of them.
   */
  member(name: string, from: string): MacroNode | 'package' | null
  /**
   * The macro of a materialization: an adapter's own before `default`; of equal ones the root project's, then a package's, then the built-in one. A
   * package's macro does not replace a built-in materialization unless the project re-exports it or asks for it.
   */
  findMaterialization(name: string, adapterPrefixes: readonly string[], from: string): MacroNode | undefined
  /** The macro `test_<name>`: of the namespace or of `from`, then of the root project, of any package, and the built-in ones. */
  findGenericTest(name: string, from: string, namespace?: string | null): MacroNode | undefined
  /** What `adapter.dispatch(name, namespace)` means; undefined where nothing fits, then dispatchCandidates are the names to show. */
  dispatch(name: string, namespace: string | null, from: string): MacroNode | undefined
  /** The names that dispatch tries, in its order: `postgres__x` or `package.postgres__x`. */
  dispatchCandidates(name: string, namespace: string | null, from: string): readonly string[]
  /** generate_schema_name and the like: a package's own for its own nodes, else the root project's, else the built-in one. */
  findGenerateMacro(component: 'schema' | 'alias' | 'database', from: string): MacroNode | undefined
  /** Names of all macros that a template of `from` can call without a package. */
  names(from: string, packageName?: string | null): Iterable<string>
  template(macro: MacroNode): Template
}

type Macros = Map<string, MacroNode>

interface DispatchStep {
  readonly packageName: string | null
  readonly name: string
}

export function createMacroLibrary(options: MacroLibraryOptions): MacroLibrary {
  const { rootPackage, internalPackages, locations } = options
  const isInternal = new Set(internalPackages)
  const packages = new Map<string, Macros>()
  for (const macro of Object.values(options.macros)) {
    let known = packages.get(macro.package_name)
    if (known === undefined) {
      known = new Map()
      packages.set(macro.package_name, known)
    }
    known.set(macro.name, macro)
  }
  // The first of the built-in packages wins.
  const internal: Macros = new Map()
  for (const name of internalPackages.toReversed()) {
    for (const [macroName, macro] of packages.get(name) ?? []) internal.set(macroName, macro)
  }
  const installed = new Set<string>([rootPackage, ...(options.packageNames ?? []), ...packages.keys()])
  for (const name of internalPackages) installed.delete(name)
  const external = [...installed].sort()
  const namespaces = [...external, 'dbt', ...internalPackages.filter((name) => name !== 'dbt')]
  const templates = new Map<string, Template>(options.templates)

  const inPackage = (packageName: string, name: string): MacroNode | undefined =>
    packageName === 'dbt' ? internal.get(name) : packages.get(packageName)?.get(name)

  const find = (name: string, from: string, packageName: string | null = null): MacroNode | undefined => {
    if (packageName !== null) return inPackage(packageName, name)
    const own = isInternal.has(from) ? undefined : packages.get(from)?.get(name)
    return own ?? packages.get(rootPackage)?.get(name) ?? internal.get(name)
  }

  const members = new Map<string, Map<string, MacroNode | 'package' | null>>()
  const member = (name: string, from: string): MacroNode | 'package' | null => {
    let known = members.get(from)
    if (known === undefined) {
      known = new Map()
      members.set(from, known)
    }
    let found = known.get(name)
    if (found === undefined) {
      const macro = find(name, from)
      const isPackage = namespaces.includes(name)
      const isBuiltIn = macro !== undefined && internal.get(name) === macro
      found = isPackage && (isBuiltIn || macro === undefined) ? 'package' : (macro ?? null)
      known.set(name, found)
    }
    return found
  }

  /** dbt's Locality: 3 root project, 1 built-in, 2 any other package. */
  const locality = (macro: MacroNode): number => {
    if (macro.package_name === rootPackage) return 3
    return isInternal.has(macro.package_name) ? 1 : 2
  }

  const searchPackages = (namespace: string | null): readonly (string | null)[] => {
    if (namespace === null) return [null]
    const configured = options.dispatch.find((each) => each.macro_namespace === namespace)?.search_order
    if (configured !== undefined && configured.length > 0) return configured
    if (installed.has(namespace) || isInternal.has(namespace) || namespace === 'dbt') return [rootPackage, namespace]
    return [null]
  }

  function* dispatchSteps(name: string, namespace: string | null): Generator<DispatchStep> {
    for (const packageName of searchPackages(namespace)) {
      for (const prefix of [...options.adapterPrefixes, 'default']) yield { packageName, name: `${prefix}__${name}` }
    }
  }

  return {
    rootPackage,
    namespaces,
    find,
    member,
    findMaterialization: (name, adapterPrefixes) => {
      const types = [...adapterPrefixes, 'default']
      const candidates = types.flatMap((type, specificity) => {
        const macroName = `materialization_${name}_${type}`
        const found = external.flatMap((packageName) => packages.get(packageName)?.get(macroName) ?? [])
        const builtIn = internal.get(macroName)
        return [...found, ...(builtIn === undefined ? [] : [builtIn])].map((macro) => ({ macro, specificity }))
      })
      candidates.sort((a, b) => a.specificity - b.specificity || locality(b.macro) - locality(a.macro))
      const best = candidates[0]
      if (best === undefined || options.packageMaterializations === true || locality(best.macro) !== 2)
        return best?.macro
      const replacesBuiltIn = candidates.some(({ macro }) => locality(macro) === 1)
      return (replacesBuiltIn ? candidates.find(({ macro }) => locality(macro) !== 2) : best)?.macro
    },
    findGenericTest: (name, from, namespace = null) => {
      const macroName = `test_${name}`
      const own = inPackage(namespace ?? from, macroName)
      if (own !== undefined || namespace !== null) return own
      const root = packages.get(rootPackage)?.get(macroName)
      if (root !== undefined) return root
      // Any package may give it; of several the last by name, as its macros are read last.
      const others = external.flatMap((packageName) => packages.get(packageName)?.get(macroName) ?? [])
      return others.at(-1) ?? internal.get(macroName)
    },
    dispatch: (name, namespace, from) => {
      for (const step of dispatchSteps(name, namespace)) {
        const macro = find(step.name, from, step.packageName)
        if (macro !== undefined) return macro
      }
      return undefined
    },
    dispatchCandidates: (name, namespace) =>
      [...dispatchSteps(name, namespace)].map((step) =>
        step.packageName === null ? step.name : `${step.packageName}.${step.name}`,
      ),
    findGenerateMacro: (component, from) => {
      const name = `generate_${component}_name`
      const own = isInternal.has(from) ? undefined : packages.get(from)?.get(name)
      return own ?? packages.get(rootPackage)?.get(name) ?? internal.get(name)
    },
    names: (from, packageName = null) => {
      if (packageName !== null) {
        return packageName === 'dbt'
          ? internal.keys()
          : (packages.get(packageName) ?? new Map<string, MacroNode>()).keys()
      }
      const all = new Set(internal.keys())
      for (const name of packages.get(rootPackage)?.keys() ?? []) all.add(name)
      if (!isInternal.has(from)) for (const name of packages.get(from)?.keys() ?? []) all.add(name)
      return all
    },
    template: (macro) => {
      let template = templates.get(macro.unique_id)
      if (template === undefined) {
        const { file, line } = locations[macro.unique_id] ?? { file: macro.original_file_path, line: 1 }
        template = compileTemplate(macro.macro_sql, { file, firstLine: line })
        templates.set(macro.unique_id, template)
      }
      return template
    },
  }
}
