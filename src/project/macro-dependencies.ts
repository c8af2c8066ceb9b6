import type { MacroLibrary } from '../context/index.ts'
import type { MacroNode } from '../core/index.ts'
import { compileTemplate, type StaticCall } from '../jinja/index.ts'
import type { Draft } from './manifest-builder.ts'

const NO_MACROS = new Set(['source', 'ref', 'config'])

/**
 * Writes depends_on.macros of every macro: the macros whose calls can be read off its text, and those that its
 * adapter.dispatch calls lead to. `isVariable` tells names of the context, which win over macros here as in dbt.
 */
export function linkMacros(
  macros: Iterable<Draft<MacroNode>>,
  library: MacroLibrary,
  rootPackage: string,
  isVariable: (name: string) => boolean,
): void {
  for (const macro of macros) {
    if (!macro.macro_sql.includes('(')) continue
    const calls = compileTemplate(macro.macro_sql, { file: macro.original_file_path }).staticCalls()
    const found: string[] = []
    const add = (node: MacroNode | undefined) => {
      if (node && !found.includes(node.unique_id)) found.push(node.unique_id)
    }
    for (const call of calls) {
      if (call.name === 'adapter.dispatch') {
        const { name, namespace } = dispatchArguments(call)
        if (name === undefined) continue
        add(name === macro.name ? undefined : library.find(name, macro.package_name))
        add(library.dispatch(name, namespace, rootPackage))
        continue
      }
      const parts = call.name.split('.')
      const [first, second] = parts
      if (first === undefined || parts.length > 2 || NO_MACROS.has(call.name)) continue
      if (second === undefined) {
        if (first !== macro.name && !isVariable(first)) add(library.find(first, macro.package_name))
      } else if (first !== 'adapter') add(library.find(second, first, first))
    }
    macro.depends_on = { macros: found }
  }
}

function dispatchArguments(call: StaticCall): { readonly name: string | undefined; readonly namespace: string | null } {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    name: text(call.args[0]?.value) ?? text(call.kwargs['macro_name']?.value),
    namespace: text(call.args[1]?.value) ?? text(call.kwargs['macro_namespace']?.value) ?? null,
  }
}
