import { RelationFactoryObject } from '../context/index.ts'
import { TdbtError } from '../core/index.ts'
import {
  bindArguments,
  type CallResult,
  type Kwargs,
  type ParameterSpec,
  PyFunction,
  PyObject,
  type PyValue,
  pyStr,
  typeName,
} from '../jinja/index.ts'
import { columnMethods } from './adapter-columns.ts'
import { relationMethods } from './adapter-relations.ts'
import { statementMethods } from './adapter-statements.ts'
import { BehaviorObject, valueMethods } from './adapter-values.ts'
import type { Scope } from './scope.ts'

/** Arguments of a call, bound to the names of its parameters. */
export type BoundArguments = Readonly<Record<string, PyValue>>

/** A method of `adapter`: its parameters, and what it does. What has to ask the server gives a Pending. */
export interface AdapterMethod {
  readonly parameters: readonly ParameterSpec[]
  run(args: BoundArguments): CallResult
}

export type AdapterMethods = Readonly<Record<string, AdapterMethod>>

/** The `adapter` variable at run time: all methods that dbt's adapters show to Jinja, over one node's connection and the run's relation cache. */
export class AdapterObject extends PyObject {
  readonly $type = 'RuntimeDatabaseWrapper'
  readonly #scope: Scope
  readonly #methods: AdapterMethods
  readonly #functions = new Map<string, PyValue>()

  constructor(scope: Scope) {
    super()
    this.#scope = scope
    this.#methods = {
      ...statementMethods(scope),
      ...relationMethods(scope),
      ...columnMethods(scope),
      ...valueMethods(scope),
    }
  }

  override $attr(name: string): PyValue | undefined {
    const known = this.#functions.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    if (made !== undefined) this.#functions.set(name, made)
    return made
  }

  #make(name: string): PyValue | undefined {
    if (name === 'dispatch') return new PyFunction('dispatch', (args, kwargs) => this.#dispatch(args, kwargs))
    if (name === 'behavior') return new BehaviorObject(this.#scope)
    if (name === 'Relation') return new RelationFactoryObject(this.#scope.runtime.relations)
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined
    if (method === undefined) return undefined
    return new PyFunction(name, (args, kwargs) => method.run(bindArguments(name, method.parameters, args, kwargs)))
  }

  /** The macro that adapter.dispatch means: dbt's search order, or T2005 with all names that were tried. */
  #dispatch(args: readonly PyValue[], kwargs: Kwargs): PyValue {
    const bound = bindArguments(
      'dispatch',
      [{ name: 'macro_name' }, { name: 'macro_namespace', default: null }, { name: 'packages', default: null }],
      args,
      kwargs,
    )
    const name = pyStr(bound['macro_name'] ?? null)
    const namespace = bound['macro_namespace'] ?? null
    if (name.includes('.')) {
      const dot = name.indexOf('.')
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
    const { library } = this.#scope.runtime.project
    const from = this.#scope.packageName
    const macro = library.dispatch(name, namespace, from)
    if (macro === undefined) {
      const tried = library.dispatchCandidates(name, namespace, from).map((each) => `'${each}'`)
      throw new TdbtError(
        'T2005',
        `In dispatch: No macro named '${name}' found within namespace: '${namespace ?? 'None'}'\n    Searched for: ${tried.join(', ')}`,
      )
    }
    return this.#scope.globals().macro(macro)
  }
}
