import type { QueryResult } from '../adapters/interface.ts'
import { seedCopyText, Table } from '../context/index.ts'
import { TdbtError } from '../core/index.ts'
import { Pending, PyDict, PyTuple, type PyValue, pyGetItem, pyIterate, pyStr, truthy } from '../jinja/index.ts'
import type { AdapterMethods } from './adapter-method.ts'
import { wait } from './resumable.ts'
import type { Scope } from './scope.ts'
import { ResponseObject } from './sql-results.ts'

const optional = (name: string, value: PyValue = null) => ({ name, default: value })

/** Methods that run statements or end transactions. */
export function statementMethods(scope: Scope): AdapterMethods {
  const { connection, runtime } = scope
  return {
    execute: {
      parameters: [{ name: 'sql' }, optional('auto_begin', false), optional('fetch', false), optional('limit', null)],
      run: (args) =>
        new Pending(function* () {
          const limit = args['limit'] ?? null
          const result = yield* wait(
            connection.execute(pyStr(args['sql'] ?? ''), {
              autoBegin: truthy(args['auto_begin'] ?? false),
              fetch: truthy(args['fetch'] ?? false),
              maxRows: typeof limit === 'number' && limit > 0 ? limit : undefined,
            }),
          )
          const print = (message: string): void => runtime.emit({ type: 'print', message })
          const table = truthy(args['fetch'] ?? false)
            ? Table.fromResult(result.columns, result.rows, { print })
            : Table.empty()
          return new PyTuple([new ResponseObject(result.response), table])
        }),
    },
    /** `execute` for a statement whose answer its caller does not look at: it may be sent without waiting, and the response comes to be later. */
    tdbt_send: {
      parameters: [{ name: 'sql' }, optional('auto_begin', false)],
      run: (args) =>
        new Pending(function* () {
          const sql = pyStr(args['sql'] ?? '')
          const options = { autoBegin: truthy(args['auto_begin'] ?? false) }
          const response = new ResponseObject({})
          const answered = (result: QueryResult): void => {
            response.response = result.response
          }
          const isSent = yield* wait(connection.sendAhead(sql, options, answered))
          if (!isSent) answered(yield* wait(connection.execute(sql, options)))
          return new PyTuple([response, Table.empty()])
        }),
    },
    add_query: {
      parameters: [
        { name: 'sql' },
        optional('auto_begin', true),
        optional('bindings', null),
        optional('abridge_sql_log', false),
      ],
      run: (args) =>
        new Pending(function* () {
          const bindings = args['bindings'] ?? null
          const sql = pyStr(args['sql'] ?? '')
          const text = bindings === null ? sql : interpolate(sql, [...pyIterate(bindings)], scope)
          const result = yield* wait(
            connection.execute(text, { autoBegin: truthy(args['auto_begin'] ?? true), comment: false }),
          )
          return new PyTuple([null, new ResponseObject(result.response)])
        }),
    },
    commit: {
      parameters: [],
      run: () =>
        new Pending(function* () {
          yield* wait(connection.commit())
          return null
        }),
    },
    validate_sql: {
      parameters: [{ name: 'sql' }],
      run: (args) =>
        new Pending(function* () {
          const result = yield* scope.executeMacro('validate_sql', { sql: args['sql'] ?? '' })
          return result
        }),
    },
    run_sql_for_tests: {
      parameters: [{ name: 'sql' }, { name: 'fetch' }, { name: 'conn' }],
      run: (args) =>
        new Pending(function* () {
          const result = yield* wait(connection.execute(pyStr(args['sql'] ?? ''), { autoBegin: true, comment: false }))
          yield* wait(connection.commit())
          const table = Table.fromResult(result.columns, result.rows)
          const rows = table.rows.map((row) => new PyTuple([...row]) as PyValue)
          if (args['fetch'] === 'one') return rows[0] ?? null
          return args['fetch'] === 'all' ? rows : null
        }),
    },
    nice_connection_name: { parameters: [], run: () => connection.name },
    /** Loads a seed's table by COPY inside the node's transaction, and gives the statement sent; none where the engine cannot, and the macros insert. */
    tdbt_copy_seed: {
      parameters: [{ name: 'model' }, { name: 'agate_table' }],
      run: (args) => {
        const table = args['agate_table']
        if (!(table instanceof Table)) {
          throw new TdbtError('T6004', 'tdbt_copy_seed() needs the table of a seed')
        }
        const { adapter } = runtime.project
        if (!adapter.capabilities.bulkLoad) return null
        const model = args['model'] ?? null
        const config = model === null ? undefined : pyGetItem(model, 'config')
        const setting = config instanceof PyDict ? config.getString('quote_columns') : undefined
        const quoted = setting !== false
        return new Pending(function* () {
          const target = scope.globals().get('this')
          const columns = table.columnNames.map((name) => (quoted ? adapter.dialect.quote(name) : name))
          const sql = `COPY ${pyStr(target ?? null)} (${columns.join(', ')}) FROM STDIN`
          yield* wait(connection.copyFrom(sql, seedCopyText(table)))
          return sql
        })
      },
    },
    submit_python_job: {
      parameters: [{ name: 'parsed_model' }, { name: 'compiled_code' }],
      run: () => {
        throw new TdbtError('T5007', `Python models are not supported by the ${runtime.project.adapter.type} adapter`, {
          hint: 'Write the model in SQL.',
        })
      },
    },
  }
}

/** psycopg2's `%s` with values as literals: what `bindings` of add_query mean. */
function interpolate(sql: string, values: readonly PyValue[], scope: Scope): string {
  const { dialect } = scope.runtime.project.adapter
  let index = 0
  return sql.replace(/%(s|%)/g, (_, kind: string) => {
    if (kind === '%') return '%'
    const value = values[index++] ?? null
    if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
      return dialect.literal(value)
    }
    return typeof value === 'bigint' ? String(value) : dialect.literal(pyStr(value))
  })
}
