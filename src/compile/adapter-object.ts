import { dispatchMacro, RelationFactoryObject } from '../context/index.ts'
import { bindArguments, PyFunction, PyObject, type PyValue } from '../jinja/index.ts'
import { columnMethods } from './adapter-columns.ts'
import type { AdapterMethods } from './adapter-method.ts'
import { relationMethods } from './adapter-relations.ts'
import { statementMethods } from './adapter-statements.ts'
import { BehaviorObject, valueMethods } from './adapter-values.ts'
import { engineMethods } from './engine-methods.ts'
import type { Scope } from './scope.ts'

/** The `adapter` variable at run time: all methods that dbt's adapters show to Jinja, over one node's connection and the run's relation cache. */
export class AdapterObject extends PyObject {
  readonly $type = 'RuntimeDatabaseWrapper'
  readonly #scope: Scope
  /** The groups of methods that were looked into so far; most nodes need one of them. */
  readonly #groups: AdapterMethods[] = []
  readonly #functions = new Map<string, PyValue>()

  constructor(scope: Scope) {
    super()
    this.#scope = scope
  }

  override $attr(name: string): PyValue | undefined {
    const known = this.#functions.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    if (made !== undefined) this.#functions.set(name, made)
    return made
  }

  #make(name: string): PyValue | undefined {
    if (name === 'dispatch') {
      const { runtime, packageName } = this.#scope
      return new PyFunction(name, (args, kwargs) =>
        this.#scope.globals().macro(dispatchMacro(runtime.project.library, packageName, args, kwargs)),
      )
    }
    if (name === 'behavior') return new BehaviorObject(this.#scope)
    if (name === 'Relation') return new RelationFactoryObject(this.#scope.runtime.relations)
    const method = this.#method(name)
    if (method === undefined) return undefined
    return new PyFunction(name, (args, kwargs) => method.run(bindArguments(name, method.parameters, args, kwargs)))
  }

  #method(name: string): AdapterMethods[string] | undefined {
    for (const [index, make] of GROUPS.entries()) {
      const group = this.#groups[index] ?? make(this.#scope)
      this.#groups[index] = group
      if (Object.hasOwn(group, name)) return group[name]
    }
    return undefined
  }
}

/** What nearly every node calls comes first. */
const GROUPS = [statementMethods, relationMethods, columnMethods, valueMethods, engineMethods] as const
