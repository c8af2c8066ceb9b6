import { dispatchMacro, RelationFactoryObject } from '../context/index.ts'
import { bindArguments, PyFunction, PyObject, type PyValue } from '../jinja/index.ts'
import { columnMethods } from './adapter-columns.ts'
import type { AdapterMethods } from './adapter-method.ts'
import { relationMethods } from './adapter-relations.ts'
import { statementMethods } from './adapter-statements.ts'
import { BehaviorObject, valueMethods } from './adapter-values.ts'
import type { Scope } from './scope.ts'

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
    if (name === 'dispatch') {
      const { runtime, packageName } = this.#scope
      return new PyFunction(name, (args, kwargs) =>
        this.#scope.globals().macro(dispatchMacro(runtime.project.library, packageName, args, kwargs)),
      )
    }
    if (name === 'behavior') return new BehaviorObject(this.#scope)
    if (name === 'Relation') return new RelationFactoryObject(this.#scope.runtime.relations)
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined
    if (method === undefined) return undefined
    return new PyFunction(name, (args, kwargs) => method.run(bindArguments(name, method.parameters, args, kwargs)))
  }
}
