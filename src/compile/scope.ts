import { callMacro, createGlobals, type MutableGlobals } from '../context/index.ts'
import { type MacroNode, TdbtError } from '../core/index.ts'
import type { PyValue, Resumable } from '../jinja/index.ts'
import { AdapterObject } from './adapter-object.ts'
import type { Connection } from './connection.ts'
import { settle } from './resumable.ts'
import type { Runtime } from './runtime.ts'
import { SqlResults } from './sql-results.ts'
import { macroVariables } from './variables.ts'

/** Everything that stands while one node, or one operation, runs. */
export interface Scope {
  readonly runtime: Runtime
  readonly connection: Connection
  /** Package whose macros are local: the node's. */
  readonly packageName: string
  /** `adapter` as templates see it; its dispatch looks from the node's package. */
  readonly adapter: AdapterObject
  /** Calls a macro the way dbt's adapters do: looked up from the root project, in a context without a node. */
  executeMacro(name: string, kwargs: Readonly<Record<string, PyValue>>, packageName?: string | null): Resumable<PyValue>
  /** The name space of such a call. */
  macroGlobals(): MutableGlobals
  /** The node's name space, or that of macros where there is no node. */
  globals(): MutableGlobals
  /**
   * Sets the node's name space. `serves`: built-in macros that `executeMacro` calls may run in it, since they look at no node; it has their macros bound
   * already, where one of their own would have to be made.
   */
  bind(globals: MutableGlobals, serves?: boolean): void
}

export function createScope(runtime: Runtime, connection: Connection, packageName: string): Scope {
  let nodeGlobals: MutableGlobals | undefined
  let macroGlobals: MutableGlobals | undefined
  let serving: MutableGlobals | undefined
  let adapter: AdapterObject | undefined
  const scope: Scope = {
    runtime,
    connection,
    packageName,
    get adapter() {
      adapter ??= new AdapterObject(scope)
      return adapter
    },
    macroGlobals: () => {
      macroGlobals ??= createGlobals({
        library: runtime.project.library,
        packageName: runtime.rootPackage,
        flavour: 'resumable',
        variables: macroVariables(scope, new SqlResults()),
      })
      return macroGlobals
    },
    globals: () => nodeGlobals ?? scope.macroGlobals(),
    bind: (globals, serves = false) => {
      nodeGlobals = globals
      serving = serves && globals.packageName === runtime.rootPackage ? globals : undefined
    },
    *executeMacro(name, kwargs, macroPackage = null) {
      const macro = findMacro(runtime, name, macroPackage)
      const call = (globals: MutableGlobals) => settle(callMacro(globals, macro, [], new Map(Object.entries(kwargs))))
      if (serving !== undefined && !runtime.userPackages.has(macro.package_name)) return yield* call(serving)
      // What the macro dispatches to belongs to its own name space: the node neither sees nor depends on it.
      const outer = nodeGlobals
      nodeGlobals = undefined
      try {
        return yield* call(scope.macroGlobals())
      } finally {
        nodeGlobals = outer
      }
    },
  }
  return scope
}

/** The macro of that name as dbt finds it for operations: the root project, then installed packages, then the built-in ones. Throws T2005. */
export function findMacro(runtime: Runtime, name: string, packageName: string | null): MacroNode {
  const { library, packages } = runtime.project
  const root = runtime.rootPackage
  let found = library.find(name, root, packageName)
  if (packageName === null && (found === undefined || found.package_name !== root)) {
    for (const each of packages) {
      const own = library.find(name, root, each.name)
      if (own !== undefined && own.package_name === each.name) {
        found = own
        break
      }
    }
  }
  if (found !== undefined) return found
  const where = packageName === null ? 'any package' : `the "${packageName}" package`
  throw new TdbtError('T2005', `dbt could not find a macro with the name "${name}" in ${where}`)
}
