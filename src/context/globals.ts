import { type MacroNode, TdbtError } from '../core/index.ts'
import { type CallResult, type Globals, type Kwargs, Pending, PyObject, type PyValue, raise } from '../jinja/index.ts'
import { ContextDict } from './context-dict.ts'
import type { MacroLibrary } from './macro-library.ts'

export type Flavour = 'plain' | 'resumable'

/** What a Map gives of its names and values. */
export type Variables = Pick<ReadonlyMap<string, PyValue>, 'get' | 'keys'>

export interface GlobalsOptions {
  readonly library: MacroLibrary
  /** Package whose macros are local: the node's. */
  readonly packageName: string
  /** plain: calls give values, for parse time. resumable: calls may give a Pending. */
  readonly flavour: Flavour
  /** Everything that is no macro. Read on each look-up, so what is added later is seen. */
  readonly variables: Variables
  /** Told of each macro that the template itself calls (not of those that macros call): what dbt records under depends_on.macros. */
  readonly onMacroCall?: (uniqueId: string) => void
  /** How many macros are running when one that `onMacroCall` is told of is called; default 0, the template itself. */
  readonly toldDepth?: number
}

/** The name space of one render. Macros win over variables of the same name, and what was `set` wins over both. */
export interface MutableGlobals extends Globals {
  readonly library: MacroLibrary
  readonly packageName: string
  readonly flavour: Flavour
  set(name: string, value: PyValue): void
  /** Puts a value in the place of `package.name`, as overrides of unit tests do. */
  setInPackage(packageName: string, name: string, value: PyValue): void
  /** The macro as a callable of this name space. */
  macro(node: MacroNode): PyObject
  /** Names of all that `get` knows. */
  names(): Iterable<string>
}

/** Builds the name space in constant time: macros are compiled and bound when they are first called. */
export function createGlobals(options: GlobalsOptions): MutableGlobals {
  return new LazyGlobals(options)
}

/** Calls a macro in a name space: the value (plain) or what may have to wait (resumable). Errors: those of the macro; T2005 when its block defines no such macro. */
export function callMacro(
  globals: MutableGlobals,
  macro: MacroNode,
  args: readonly PyValue[],
  kwargs: Kwargs = NO_KWARGS,
): CallResult {
  return globals.macro(macro).$call?.(args, kwargs) ?? null
}

const NO_KWARGS: Kwargs = new Map()
const MAX_DEPTH = 900

class LazyGlobals implements MutableGlobals {
  readonly library: MacroLibrary
  readonly packageName: string
  readonly flavour: Flavour
  readonly #variables: Variables
  readonly #onMacroCall: ((uniqueId: string) => void) | undefined
  readonly #toldDepth: number
  readonly #overrides = new Map<string, PyValue>()
  #packages: Map<string, PackageNamespace> | undefined
  #macros: Map<string, MacroCallable> | undefined
  #context: PyObject | undefined
  /** Macros running now. */
  #depth = 0

  constructor(options: GlobalsOptions) {
    this.library = options.library
    this.packageName = options.packageName
    this.flavour = options.flavour
    this.#variables = options.variables
    this.#onMacroCall = options.onMacroCall
    this.#toldDepth = options.toldDepth ?? 0
  }

  get(name: string): PyValue | undefined {
    const override = this.#overrides.get(name)
    if (override !== undefined) return override
    const macro = this.#namespaceMember(name)
    if (macro !== null) return macro
    const variable = this.#variables.get(name)
    if (variable !== undefined) return variable
    return name === 'context' ? this.context() : undefined
  }

  set(name: string, value: PyValue): void {
    this.#overrides.set(name, value)
  }

  setInPackage(packageName: string, name: string, value: PyValue): void {
    this.#package(packageName).set(name, value)
  }

  context(): PyObject {
    this.#context ??= new ContextDict(this)
    return this.#context
  }

  macro(node: MacroNode): MacroCallable {
    this.#macros ??= new Map()
    let callable = this.#macros.get(node.unique_id)
    if (callable === undefined) {
      callable = new MacroCallable(node, this)
      this.#macros.set(node.unique_id, callable)
    }
    return callable
  }

  names(): Iterable<string> {
    return new Set([
      ...this.#variables.keys(),
      ...this.library.names(this.packageName),
      ...this.library.namespaces,
      ...this.#overrides.keys(),
      'context',
    ])
  }

  /** Counts the macro in and tells of it when it is called at the depth asked for. */
  enter(uniqueId: string): void {
    if (this.#depth === this.#toldDepth) this.#onMacroCall?.(uniqueId)
    if (this.#depth >= MAX_DEPTH)
      raise('RecursionError', 'maximum recursion depth exceeded: a macro calls itself without end')
    this.#depth += 1
  }

  /** Counts a macro in that was told of before, when its waiting part runs. */
  enterAgain(): void {
    this.#depth += 1
  }

  leave(): void {
    this.#depth -= 1
  }

  bind(node: MacroNode): PyObject {
    const template = this.library.template(node)
    const definition = template.macros.findLast((each) => each.name === node.name)
    if (definition === undefined) {
      throw new TdbtError('T2005', `The block of macro ${node.unique_id} does not define '${node.name}'`)
    }
    return template.bindMacro(definition, this, this.flavour)
  }

  #namespaceMember(name: string): PyObject | null {
    const member = this.library.member(name, this.packageName)
    if (member === null) return null
    return member === 'package' ? this.#package(name) : this.macro(member)
  }

  #package(name: string): PackageNamespace {
    this.#packages ??= new Map()
    let namespace = this.#packages.get(name)
    if (namespace === undefined) {
      namespace = new PackageNamespace(name, this)
      this.#packages.set(name, namespace)
    }
    return namespace
  }
}

/** One macro in one name space; bound when it is first called. */
class MacroCallable extends PyObject {
  readonly $type = 'MacroGenerator'
  readonly #node: MacroNode
  readonly #globals: LazyGlobals
  #bound: PyObject | undefined

  constructor(node: MacroNode, globals: LazyGlobals) {
    super()
    this.#node = node
    this.#globals = globals
  }

  override $attr(name: string): PyValue | undefined {
    return name === 'name' ? this.#node.name : undefined
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    const globals = this.#globals
    this.#bound ??= globals.bind(this.#node)
    const bound = this.#bound
    const uniqueId = this.#node.unique_id
    globals.enter(uniqueId)
    let result: CallResult
    try {
      result = bound.$call?.(args, kwargs) ?? null
    } finally {
      globals.leave()
    }
    if (!(result instanceof Pending)) return result
    // A Pending has not begun: the macro's own calls happen while it runs, so it counts as running then too.
    return new Pending(function* () {
      globals.enterAgain()
      try {
        return yield* result.run()
      } finally {
        globals.leave()
      }
    })
  }

  override $repr(): string {
    return `<macro ${this.#node.unique_id}>`
  }
}

/** `dbt_utils` in a template: the macros of a package as attributes and items. */
class PackageNamespace extends PyObject {
  readonly $type = 'dict'
  override readonly $mapping = true
  readonly #name: string
  readonly #globals: LazyGlobals
  readonly #overrides = new Map<string, PyValue>()

  constructor(name: string, globals: LazyGlobals) {
    super()
    this.#name = name
    this.#globals = globals
  }

  set(name: string, value: PyValue): void {
    this.#overrides.set(name, value)
  }

  override $attr(name: string): PyValue | undefined {
    return this.member(name) ?? this.#dict().$attr(name)
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? this.member(key) : undefined
  }

  override $contains(item: PyValue): boolean {
    return typeof item === 'string' && this.member(item) !== undefined
  }

  override $iter(): Iterator<PyValue> {
    return this.#dict().$iter()
  }

  override $len(): number {
    return this.#dict().$len()
  }

  override $repr(): string {
    return `<macros of ${this.#name}>`
  }

  member(name: string): PyValue | undefined {
    const override = this.#overrides.get(name)
    if (override !== undefined) return override
    const { library } = this.#globals
    const macro = library.find(name, this.#globals.packageName, this.#name)
    return macro === undefined ? undefined : this.#globals.macro(macro)
  }

  #dict(): ContextDict {
    return new ContextDict({
      get: (name) => this.member(name),
      set: (name, value) => this.set(name, value),
      names: () => this.#globals.library.names(this.#globals.packageName, this.#name),
    })
  }
}
