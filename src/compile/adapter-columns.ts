import { Column } from '../context/index.ts'
import { TdbtError } from '../core/index.ts'
import { Pending, PyDict, type PyValue, pyStr, type Resumable } from '../jinja/index.ts'
import type { AdapterMethods } from './adapter-method.ts'
import { relationArgument } from './adapter-relations.ts'
import { wait } from './resumable.ts'
import type { Scope } from './scope.ts'

function* columnsOf(scope: Scope, relation: PyValue): Resumable<readonly Column[]> {
  const found = yield* scope.executeMacro('get_columns_in_relation', { relation })
  return Array.isArray(found) ? found.filter((column) => column instanceof Column) : []
}

/** Throws when a snapshot's table lacks columns that dbt keeps in it; names may be renamed by snapshot_meta_column_names. */
function* requireColumns(
  scope: Scope,
  relation: PyValue,
  columnNames: PyValue,
  wanted: readonly string[],
): Resumable<readonly string[]> {
  const present = new Set((yield* columnsOf(scope, relation)).map((column) => column.name.toLowerCase()))
  return wanted
    .map((name) => {
      const renamed = columnNames instanceof PyDict ? columnNames.getString(name) : undefined
      return renamed === undefined ? name : renamed === null ? '' : pyStr(renamed)
    })
    .filter((name) => name !== '' && !present.has(name.toLowerCase()))
}

function notASnapshot(missing: readonly string[]): TdbtError {
  return new TdbtError(
    'T4001',
    `Snapshot target is missing configured columns (missing ${missing.map((name) => `"${name}"`).join(', ')}).`,
    { hint: 'Drop the table that stands in the way, or name the columns in snapshot_meta_column_names.' },
  )
}

/** Methods about columns: what is in relations, what is missing, what may grow. */
export function columnMethods(scope: Scope): AdapterMethods {
  const { connection, runtime } = scope
  return {
    get_columns_in_relation: {
      parameters: [{ name: 'relation' }],
      run: (args) =>
        new Pending(() => scope.executeMacro('get_columns_in_relation', { relation: args['relation'] ?? null })),
    },
    get_columns_in_table: {
      parameters: [{ name: 'schema' }, { name: 'identifier' }],
      run: (args) =>
        new Pending(function* () {
          const relation = runtime.relations.create({
            database: runtime.project.target.database,
            schema: pyStr(args['schema'] ?? null),
            identifier: pyStr(args['identifier'] ?? null),
          })
          return yield* scope.executeMacro('get_columns_in_relation', { relation })
        }),
    },
    get_missing_columns: {
      parameters: [{ name: 'from_relation' }, { name: 'to_relation' }],
      run: (args) =>
        new Pending(function* () {
          const from = yield* columnsOf(scope, relationArgument(args, 'get_missing_columns', 'from_relation'))
          const to = yield* columnsOf(scope, relationArgument(args, 'get_missing_columns', 'to_relation'))
          const known = new Set(to.map((column) => column.name))
          return from.filter((column) => !known.has(column.name))
        }),
    },
    expand_target_column_types: {
      parameters: [{ name: 'from_relation' }, { name: 'to_relation' }],
      run: (args) =>
        new Pending(function* () {
          const goal = relationArgument(args, 'expand_target_column_types', 'from_relation')
          const current = relationArgument(args, 'expand_target_column_types', 'to_relation')
          const wanted = new Map((yield* columnsOf(scope, goal)).map((column) => [column.name, column]))
          for (const column of yield* columnsOf(scope, current)) {
            const reference = wanted.get(column.name)
            if (reference === undefined || !column.canExpandTo(reference)) continue
            const newType = Column.stringType(reference.stringSize())
            runtime.emit({
              type: 'log',
              level: 'debug',
              message: `Changing col type from ${column.dataType} to ${newType} in table ${current.render()}`,
            })
            yield* scope.executeMacro('alter_column_type', {
              relation: current,
              column_name: column.name,
              new_column_type: newType,
            })
          }
          return null
        }),
    },
    alter_column_type: {
      parameters: [{ name: 'relation' }, { name: 'column_name' }, { name: 'new_column_type' }],
      run: (args) =>
        new Pending(function* () {
          yield* scope.executeMacro('alter_column_type', {
            relation: args['relation'] ?? null,
            column_name: args['column_name'] ?? null,
            new_column_type: args['new_column_type'] ?? null,
          })
          return null
        }),
    },
    get_column_schema_from_query: {
      parameters: [{ name: 'sql' }],
      run: (args) =>
        new Pending(function* () {
          const result = yield* wait(connection.execute(pyStr(args['sql'] ?? ''), { autoBegin: false }))
          const { dialect } = runtime.project.adapter
          return result.columns.map(({ name, type, typeCode }) => {
            const word = dialect.queryColumnType?.(type, typeCode) ?? type
            if (word === `unknown type_code ${typeCode}`) {
              const message = `The \`type_code\` ${typeCode} was not recognized (the type is ${type}): errors of contracts and \`get_column_schema_from_query\` call it '${word}'.`
              runtime.emit({ type: 'log', level: 'debug', message, name: 'TypeCodeNotFound' })
            }
            return Column.create(name, word)
          })
        }),
    },
    valid_snapshot_target: {
      parameters: [{ name: 'relation' }, { name: 'column_names', default: null }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'valid_snapshot_target', 'relation')
          const missing = yield* requireColumns(scope, relation, args['column_names'] ?? null, [
            'dbt_scd_id',
            'dbt_valid_from',
            'dbt_valid_to',
          ])
          if (missing.length > 0) throw notASnapshot(missing)
          return null
        }),
    },
    assert_valid_snapshot_target_given_strategy: {
      parameters: [{ name: 'relation' }, { name: 'column_names' }, { name: 'strategy' }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'assert_valid_snapshot_target_given_strategy', 'relation')
          const strategy = args['strategy'] ?? null
          const hardDeletes = strategy instanceof PyDict ? strategy.getString('hard_deletes') : null
          const wanted = ['dbt_scd_id', 'dbt_valid_from', 'dbt_valid_to']
          if (hardDeletes === 'new_record') wanted.push('dbt_is_deleted')
          const missing = yield* requireColumns(scope, relation, args['column_names'] ?? null, wanted)
          if (missing.length > 0) throw notASnapshot(missing)
          return null
        }),
    },
  }
}
