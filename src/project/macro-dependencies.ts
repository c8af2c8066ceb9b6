import type { MacroLibrary } from '../context/index.ts'
import type { MacroHeadCall, MacroNode } from '../core/index.ts'
import type { StaticCall, Template } from '../jinja/index.ts'
import type { Draft } from './manifest-builder.ts'

const NO_MACROS = new Set(['source', 'ref', 'config'])

/** How dbt finds macros when it reads calls off the text: by package, then by name over all packages. */
class MacroResolver {
  private readonly packages = new Map<string, Map<string, MacroNode>>()
  private readonly byName = new Map<string, MacroNode>()

  constructor(macros: Iterable<MacroNode>, rootPackage: string, internalPackages: readonly string[]) {
    for (const macro of macros) {
      const known = this.packages.get(macro.package_name)
      if (known) known.set(macro.name, macro)
      else this.packages.set(macro.package_name, new Map([[macro.name, macro]]))
    }
    // The later wins: of the built-in ones the first in look-up order, then packages, then the root project.
    for (const name of internalPackages.toReversed()) {
      for (const macro of this.packages.get(name)?.values() ?? []) this.byName.set(macro.name, macro)
    }
    const others = [...this.packages.keys()].filter((name) => name !== rootPackage && !internalPackages.includes(name))
    for (const name of [...others, rootPackage]) {
      for (const macro of this.packages.get(name)?.values() ?? []) this.byName.set(macro.name, macro)
    }
  }

  find(name: string, packageName: string): MacroNode | undefined {
    return this.packages.get(packageName)?.get(name) ?? this.byName.get(name)
  }

  /** What a dispatch without a namespace leads to. */
  dispatch(name: string, prefixes: readonly string[]): MacroNode | undefined {
    for (const prefix of [...prefixes, 'default']) {
      const found = this.byName.get(`${prefix}__${name}`)
      if (found) return found
    }
    return undefined
  }
}

export interface LinkMacrosOptions {
  readonly library: MacroLibrary
  /** What each macro calls, by its unique_id. */
  readonly calls: ReadonlyMap<string, readonly MacroHeadCall[]>
  readonly rootPackage: string
  readonly internalPackages: readonly string[]
  readonly adapterPrefixes: readonly string[]
  /** Tells names of the context, which win over macros here as in dbt. */
  readonly isVariable: (name: string) => boolean
}

/** The calls of a macro's template that may lead to other macros, each once. */
export function macroCalls(template: Template): readonly MacroHeadCall[] {
  if (!template.source.includes('(')) return []
  const calls: MacroHeadCall[] = []
  const seen = new Set<string>()
  for (const call of template.staticCalls()) {
    if (call.name === 'adapter.dispatch') calls.push({ name: call.name, dispatch: dispatchArguments(call) })
    else if (!NO_MACROS.has(call.name) && call.name.split('.').length <= 2 && !seen.has(call.name)) {
      seen.add(call.name)
      calls.push({ name: call.name })
    }
  }
  return calls
}

/**
 * Writes depends_on.macros of every macro: the macros whose calls can be read off its text, and those that its
 * adapter.dispatch calls lead to.
 */
export function linkMacros(macros: ReadonlyMap<string, Draft<MacroNode>>, options: LinkMacrosOptions): void {
  const { library, rootPackage, isVariable } = options
  const resolver = new MacroResolver(macros.values(), rootPackage, options.internalPackages)
  for (const macro of macros.values()) {
    const found: string[] = []
    const add = (node: MacroNode | undefined) => {
      if (node && !found.includes(node.unique_id)) found.push(node.unique_id)
    }
    for (const call of options.calls.get(macro.unique_id) ?? []) {
      if (call.dispatch) {
        const { name, namespace } = call.dispatch
        if (name === undefined) continue
        add(name === macro.name ? undefined : resolver.find(name, macro.package_name))
        add(
          namespace === null
            ? resolver.dispatch(name, options.adapterPrefixes)
            : library.dispatch(name, namespace, rootPackage),
        )
        continue
      }
      const [first = '', second] = call.name.split('.')
      if (second === undefined) {
        if (first !== macro.name && !isVariable(first)) add(resolver.find(first, macro.package_name))
      } else if (first !== 'adapter' && call.name !== macro.name) add(resolver.find(second, first))
    }
    macro.depends_on = { macros: found }
  }
}

function dispatchArguments(call: StaticCall): NonNullable<MacroHeadCall['dispatch']> {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    name: text(call.args[0]?.value) ?? text(call.kwargs['macro_name']?.value),
    namespace: text(call.args[1]?.value) ?? text(call.kwargs['macro_namespace']?.value) ?? null,
  }
}
