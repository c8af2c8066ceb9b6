import type { Runtime } from '../compile/index.ts'
import type { NodeResult, Timing } from '../core/index.ts'
import { lazyDict, PyDict, PyFunction, PyObject, type PyValue, pyGetAttr, pyRepr, toPython } from '../jinja/index.ts'
import type { RunnableResource } from './plan.ts'

type Fields = Readonly<Record<string, unknown>>

/** Parts of a node that are objects of dbt's own, and not dicts. */
const NESTED: ReadonlySet<string> = new Set(['config', 'depends_on', 'checksum', 'docs', 'contract'])

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One of dbt's data classes as templates see it: its fields as attributes, `to_dict()`. */
class DataObject extends PyObject {
  readonly $type: string
  readonly #fields: Fields

  constructor(type: string, fields: Fields) {
    super()
    this.$type = type
    this.#fields = fields
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'to_dict') return new PyFunction('to_dict', () => this.dict())
    if (name === 'get') {
      return new PyFunction('get', ([key, fallback]) => this.$item(key ?? null) ?? fallback ?? null)
    }
    return this.$item(name)
  }

  override $item(key: PyValue): PyValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#fields, key)) return undefined
    const value = this.#fields[key]
    return NESTED.has(key) && isRecord(value) ? new DataObject(key, value) : toPython(value ?? null)
  }

  override $contains(key: PyValue): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#fields, key)
  }

  override $repr(): string {
    return `${this.$type}(${Object.keys(this.#fields)
      .map((key) => `${key}=${pyRepr(this.$item(key) ?? null)}`)
      .join(', ')})`
  }

  dict(): PyValue {
    return lazyDict(this.#fields)
  }
}

/** When a part of a node's work began and ended: naive datetimes, as in dbt; `to_dict()` has them as text. */
class TimingObject extends PyObject {
  readonly $type = 'TimingInfo'
  readonly #timing: Timing
  readonly #modules: PyValue

  constructor(timing: Timing, modules: PyValue) {
    super()
    this.#timing = timing
    this.#modules = modules
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'name':
        return this.#timing.name
      case 'started_at':
      case 'completed_at':
        return this.#datetime(this.#timing[name])
      case 'to_dict':
        return new PyFunction('to_dict', () => toPython(this.#timing))
      default:
        return undefined
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' && key !== 'to_dict' ? this.$attr(key) : undefined
  }

  #datetime(text: string): PyValue {
    const parse = ['datetime', 'datetime', 'fromisoformat'].reduce(
      (value, name) => pyGetAttr(value, name),
      this.#modules,
    )
    const made = parse instanceof PyObject ? parse.$call?.([text.replace('Z', '')], new Map()) : undefined
    return (made as PyValue | undefined) ?? text
  }
}

/** A node's result as on-run-end hooks see it: `result.node`, `result.status`, `result.timing`, `result.to_dict()`. */
export class ResultObject extends PyObject {
  readonly $type = 'RunResult'
  readonly #result: NodeResult
  readonly #node: DataObject
  readonly #modules: PyValue

  constructor(result: NodeResult, node: RunnableResource, runtime: Runtime) {
    super()
    const compiled = runtime.compiled.get(result.unique_id)?.node
    const learned =
      compiled === undefined
        ? {}
        : {
            compiled: true,
            compiled_code: compiled.compiled_code,
            extra_ctes: compiled.extra_ctes,
            extra_ctes_injected: compiled.extra_ctes_injected,
            relation_name: compiled.relation_name,
          }
    this.#result = result
    this.#node = new DataObject('Node', { ...node, ...learned })
    this.#modules = runtime.modules
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'node':
        return this.#node
      case 'timing':
        return this.#result.timing.map((timing) => new TimingObject(timing, this.#modules))
      case 'status':
      case 'thread_id':
      case 'execution_time':
      case 'adapter_response':
      case 'message':
      case 'failures':
      case 'batch_results':
        return toPython(this.#result[name])
      case 'to_dict':
        return new PyFunction('to_dict', () => {
          const fields = { ...this.#result, node: undefined, unique_id: undefined }
          const dict = toPython(fields)
          if (dict instanceof PyDict) {
            dict.entries.delete('unique_id')
            dict.setString('node', this.#node.dict())
          }
          return dict
        })
      default:
        return undefined
    }
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? this.$attr(key) : undefined
  }

  override $repr(): string {
    return `RunResult(status=${pyRepr(this.#result.status)}, node=${this.#node.$repr()})`
  }
}
