import { Table } from '../context/index.ts'
import { type AdapterResponse, type Json, TdbtError } from '../core/index.ts'
import {
  bindArguments,
  Pending,
  PyDict,
  PyFunction,
  PyObject,
  type PyValue,
  pyStr,
  toHost,
  toPython,
} from '../jinja/index.ts'
import type { Connection } from './connection.ts'
import { wait } from './resumable.ts'

/** dbt's AdapterResponse: prints as the engine's message. Empty while the statement is not answered. */
export class ResponseObject extends PyObject {
  readonly $type = 'AdapterResponse'

  constructor(public response: AdapterResponse) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'to_dict') return new PyFunction('to_dict', () => toPython(this.response))
    const value = this.response[name]
    return value === undefined ? (name === 'query_id' ? null : undefined) : toPython(value)
  }

  override $str(): string {
    return String(this.response._message ?? '')
  }

  override $repr(): string {
    return `AdapterResponse(_message='${this.response._message ?? ''}')`
  }
}

/** Results of statements by name, as `statement`, `store_result` and `load_result` share them within one node. */
export class SqlResults {
  readonly #results = new Map<string, PyDict | null>()
  readonly #connection: Pick<Connection, 'hasAhead' | 'settle'> | null

  /** `connection`: whose answers are awaited before one is read. */
  constructor(connection: Pick<Connection, 'hasAhead' | 'settle'> | null = null) {
    this.#connection = connection
  }

  store(name: string, response: PyValue, table: Table | null): void {
    const stored = table ?? Table.empty()
    this.#results.set(name, PyDict.ofStrings({ response, data: stored.asMatrix(), table: stored }))
  }

  /** dbt's `_sql_results`: what is stored now, by name; null for what was taken out. */
  dict(): PyDict {
    return PyDict.ofStrings([...this.#results])
  }

  /** The result of that name; null when none was stored. All but `main` can be had once: a second time is T4001. */
  load(name: string): PyDict | null {
    const result = this.#results.get(name)
    if (result === undefined) return null
    if (result === null) {
      throw new TdbtError('T4001', `The 'statement' result named '${name}' has already been loaded into a variable`)
    }
    if (name !== 'main') this.#results.set(name, null)
    return result
  }

  /** What `main` was answered, for the node's result. */
  main(): { readonly response: AdapterResponse; readonly table: Table } | null {
    const main = this.#results.get('main')
    if (main === undefined || main === null) return null
    const response = main.getString('response')
    const table = main.getString('table')
    return {
      response: response instanceof ResponseObject ? response.response : { _message: pyStr(response ?? null) },
      table: table instanceof Table ? table : Table.empty(),
    }
  }

  loadFunction(): PyFunction {
    return new PyFunction('load_result', (args, kwargs) => {
      const { name } = bindArguments('load_result', [{ name: 'name' }], args, kwargs)
      const connection = this.#connection
      if (!connection?.hasAhead) return this.load(pyStr(name ?? null))
      const load = () => this.load(pyStr(name ?? null))
      return new Pending(function* () {
        yield* wait(connection.settle())
        return load()
      })
    })
  }

  storeFunction(): PyFunction {
    return new PyFunction('store_result', (args, kwargs) => {
      const bound = bindArguments(
        'store_result',
        [{ name: 'name' }, { name: 'response' }, { name: 'agate_table', default: null }],
        args,
        kwargs,
      )
      const table = bound['agate_table'] ?? null
      this.store(pyStr(bound['name'] ?? null), bound['response'] ?? null, table instanceof Table ? table : null)
      return ''
    })
  }

  storeRawFunction(): PyFunction {
    return new PyFunction('store_raw_result', (args, kwargs) => {
      const bound = bindArguments(
        'store_raw_result',
        [
          { name: 'name' },
          { name: 'message', default: null },
          { name: 'code', default: null },
          { name: 'rows_affected', default: null },
          { name: 'agate_table', default: null },
        ],
        args,
        kwargs,
      )
      const response: Record<string, Json> = {}
      const message = bound['message'] ?? null
      response['_message'] = message === null ? '' : pyStr(message)
      for (const key of ['code', 'rows_affected'] as const) {
        const value = bound[key] ?? null
        if (value !== null) response[key] = toHost(value) as Json
      }
      const table = bound['agate_table'] ?? null
      this.store(
        pyStr(bound['name'] ?? null),
        new ResponseObject(response as AdapterResponse),
        table instanceof Table ? table : null,
      )
      return ''
    })
  }
}
