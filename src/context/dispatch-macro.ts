import { type MacroNode, TdbtError } from '../core/index.ts'
import { bindArguments, type Kwargs, type PyValue, pyStr, typeName } from '../jinja/index.ts'
import type { MacroLibrary } from './macro-library.ts'

/**
 * The macro that a call of `adapter.dispatch(macro_name, macro_namespace=None)` means in a template of package `from`. Throws T4001 for
 * arguments that dbt refuses, T2005 with all names that were tried when nothing fits.
 */
export function dispatchMacro(
  library: MacroLibrary,
  from: string,
  args: readonly PyValue[],
  kwargs: Kwargs,
): MacroNode {
  const bound = bindArguments(
    'dispatch',
    [{ name: 'macro_name' }, { name: 'macro_namespace', default: null }, { name: 'packages', default: null }],
    args,
    kwargs,
  )
  const name = pyStr(bound['macro_name'] ?? null)
  const namespace = bound['macro_namespace'] ?? null
  const dot = name.indexOf('.')
  if (dot >= 0) {
    throw new TdbtError(
      'T4001',
      `In adapter.dispatch, got a macro name of "${name}", but "." is not a valid macro name component. Did you mean ` +
        `\`adapter.dispatch("${name.slice(dot + 1)}", macro_namespace="${name.slice(0, dot)}")\`?`,
    )
  }
  if ((bound['packages'] ?? null) !== null) {
    throw new TdbtError(
      'T4001',
      `The "packages" argument of adapter.dispatch() has been deprecated. Use the "macro_namespace" argument instead. Raised during dispatch for: ${name}`,
    )
  }
  if (namespace !== null && typeof namespace !== 'string') {
    throw new TdbtError(
      'T4001',
      `In adapter.dispatch, got a ${typeName(namespace)} macro_namespace argument ("${pyStr(namespace)}"), but macro_namespace should be None or a string.`,
    )
  }
  const macro = library.dispatch(name, namespace, from)
  if (macro !== undefined) return macro
  const tried = library.dispatchCandidates(name, namespace, from).map((each) => `'${each}'`)
  throw new TdbtError(
    'T2005',
    `In dispatch: No macro named '${name}' found within namespace: '${namespace ?? 'None'}'\n    Searched for: ${tried.join(', ')}`,
    { found: name },
  )
}
