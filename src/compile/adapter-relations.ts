import { Relation, Table } from '../context/index.ts'
import { TdbtError } from '../core/index.ts'
import { Pending, type PyValue, pyStr, type Resumable, toHost, toPython, typeName } from '../jinja/index.ts'
import type { AdapterMethods, BoundArguments } from './adapter-method.ts'
import { noteDropped, noteRenamed } from './relation-changes.ts'
import { wait } from './resumable.ts'
import type { Scope } from './scope.ts'

function text(value: PyValue | undefined): string | null {
  return value === undefined || value === null ? null : pyStr(value)
}

/** The relation in an argument. Throws T4001 with dbt's words when it is something else. */
export function relationArgument(args: BoundArguments, method: string, name: string): Relation {
  const value = args[name]
  if (value instanceof Relation) return value
  throw new TdbtError(
    'T4001',
    `'adapter.${method}' expects argument '${name}' to be of type 'Relation', instead got ${value === undefined ? 'None' : typeName(value)}: ${pyStr(value ?? null)}`,
  )
}

/** Rows of `list_relations_without_caching` (database, name, schema, type) as relations. */
export function relationsOfRows(scope: Pick<Scope, 'runtime'>, table: PyValue): Relation[] {
  const rows = table instanceof Table ? table.rows : []
  return rows.map((row) => {
    const [database, name, schema, type] = [...row]
    return scope.runtime.relations.fromCatalog({
      database: text(database) ?? '',
      schema: text(schema) ?? '',
      identifier: text(name) ?? '',
      type: text(type),
    })
  })
}

/** All relations of a schema: from the cache when the schema is known there, else asked for and remembered. */
function* listRelations(scope: Scope, database: string | null, schema: string | null): Resumable<readonly Relation[]> {
  const { cache, relations } = scope.runtime
  if (cache.knowsSchema(database, schema)) return cache.list(database, schema)
  const schemaRelation = relations.create({ database, schema, identifier: '' }).withoutIdentifier()
  const table = yield* scope.executeMacro('list_relations_without_caching', { schema_relation: schemaRelation })
  const found = relationsOfRows(scope, table)
  cache.addSchema(database, schema)
  for (const relation of found) cache.add(relation)
  return found
}

/** What the cache says of a name, null for nothing; undefined where the server has to be asked. Throws T3004 as `getRelation` does. */
export function knownRelation(
  scope: Scope,
  database: string | null,
  schema: string | null,
  identifier: string | null,
): Relation | null | undefined {
  if (identifier === null || !scope.runtime.cache.knowsSchema(database, schema)) return undefined
  const cached = scope.runtime.cache.find(database, schema, identifier)
  if (cached === undefined) return null
  return cached.matches(searched(scope, database, schema, identifier)) ? cached : null
}

interface Search {
  database?: string
  schema?: string
  identifier?: string
}

/** A name as relations are matched by it: in lower case where it is not quoted. */
function searched(scope: Scope, database: string | null, schema: string | null, identifier: string | null): Search {
  const quoting = scope.runtime.relations.create({ database, schema, identifier }).quotePolicy
  const search: Search = {}
  if (database !== null) search.database = quoting.database ? database : database.toLowerCase()
  if (schema !== null) search.schema = quoting.schema ? schema : schema.toLowerCase()
  if (identifier !== null) search.identifier = quoting.identifier ? identifier : identifier.toLowerCase()
  return search
}

/** The relation of exactly that name, or null. Throws T3004 when only one of another case is there, as dbt does. */
export function* getRelation(
  scope: Scope,
  database: string | null,
  schema: string | null,
  identifier: string | null,
): Resumable<Relation | null> {
  const known = knownRelation(scope, database, schema, identifier)
  if (known !== undefined) return known
  const search = searched(scope, database, schema, identifier)
  const all = yield* listRelations(scope, database, schema)
  const matches = all.filter((relation) => relation.matches(search))
  if (matches.length > 1) {
    throw new TdbtError(
      'T3004',
      `get_relation returned more than one relation with the given args. Please specify a database or schema to narrow down the result set.\n${JSON.stringify(search)}\n\n${matches.map((relation) => relation.render()).join('\n')}`,
    )
  }
  return matches[0] ?? null
}

/** Methods about relations and schemas; the cache is told of every change. */
export function relationMethods(scope: Scope): AdapterMethods {
  const { runtime, connection } = scope
  const { cache, relations } = runtime
  const triple = [{ name: 'database' }, { name: 'schema' }, { name: 'identifier' }]
  const dropped = (relation: Relation): void => noteDropped(scope, relation)
  const renamed = (from: Relation, to: Relation): void => noteRenamed(scope, from, to)
  return {
    get_relation: {
      parameters: triple,
      run: (args) => {
        const [database, schema, identifier] = [text(args['database']), text(args['schema']), text(args['identifier'])]
        const known = knownRelation(scope, database, schema, identifier)
        return known === undefined ? new Pending(() => getRelation(scope, database, schema, identifier)) : known
      },
    },
    load_relation: {
      parameters: [{ name: 'relation' }],
      run: (args) => {
        const relation = relationArgument(args, 'load_relation', 'relation')
        const { database, schema, identifier } = relation
        const known = knownRelation(scope, database, schema, identifier)
        return known === undefined ? new Pending(() => getRelation(scope, database, schema, identifier)) : known
      },
    },
    already_exists: {
      parameters: [{ name: 'schema' }, { name: 'name' }],
      run: (args) =>
        new Pending(function* () {
          const found = yield* getRelation(
            scope,
            runtime.project.target.database,
            text(args['schema']),
            text(args['name']),
          )
          return found !== null
        }),
    },
    list_relations: {
      parameters: [{ name: 'database' }, { name: 'schema' }],
      run: (args) =>
        new Pending(function* () {
          return [...(yield* listRelations(scope, text(args['database']), text(args['schema'])))]
        }),
    },
    list_relations_without_caching: {
      parameters: [{ name: 'schema_relation' }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'list_relations_without_caching', 'schema_relation')
          const table = yield* scope.executeMacro('list_relations_without_caching', { schema_relation: relation })
          return relationsOfRows(scope, table)
        }),
    },
    list_schemas: {
      parameters: [{ name: 'database' }],
      run: (args) =>
        new Pending(function* () {
          const table = yield* scope.executeMacro('list_schemas', { database: args['database'] ?? null })
          return table instanceof Table ? table.rows.map((row) => [...row][0] ?? null) : []
        }),
    },
    check_schema_exists: {
      parameters: [{ name: 'database' }, { name: 'schema' }],
      run: (args) =>
        new Pending(function* () {
          const database = text(args['database'])
          const schema = text(args['schema'])
          const information = relations
            .create({ database, schema, identifier: 'INFORMATION_SCHEMA' })
            .informationSchema(null)
          const table = yield* scope.executeMacro('check_schema_exists', {
            information_schema: information,
            schema: args['schema'] ?? null,
          })
          const count = table instanceof Table ? toHost([...(table.rows[0] ?? [])][0] ?? 0) : 0
          return Number(count) > 0
        }),
    },
    create_schema: {
      parameters: [{ name: 'relation' }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'create_schema', 'relation').withoutIdentifier()
          yield* scope.executeMacro('create_schema', { relation })
          yield* wait(connection.commit())
          return null
        }),
    },
    drop_schema: {
      parameters: [{ name: 'relation' }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'drop_schema', 'relation').withoutIdentifier()
          yield* scope.executeMacro('drop_schema', { relation })
          yield* wait(connection.commit())
          cache.dropSchema(relation.database, relation.schema)
          return null
        }),
    },
    drop_relation: {
      parameters: [{ name: 'relation' }],
      run: (args) =>
        new Pending(function* () {
          const relation = relationArgument(args, 'drop_relation', 'relation')
          if (relation.type === null) {
            throw new TdbtError('T4001', `Tried to drop relation ${relation.render()}, but its type is null.`)
          }
          dropped(relation)
          yield* scope.executeMacro('drop_relation', { relation })
          return null
        }),
    },
    truncate_relation: {
      parameters: [{ name: 'relation' }],
      run: (args) =>
        new Pending(function* () {
          yield* scope.executeMacro('truncate_relation', {
            relation: relationArgument(args, 'truncate_relation', 'relation'),
          })
          return null
        }),
    },
    rename_relation: {
      parameters: [{ name: 'from_relation' }, { name: 'to_relation' }],
      run: (args) =>
        new Pending(function* () {
          const from = relationArgument(args, 'rename_relation', 'from_relation')
          const to = relationArgument(args, 'rename_relation', 'to_relation')
          renamed(from, to)
          yield* scope.executeMacro('rename_relation', { from_relation: from, to_relation: to })
          return null
        }),
    },
    cache_added: {
      parameters: [{ name: 'relation' }],
      run: (args) => {
        cache.add(relationArgument(args, 'cache_added', 'relation'))
        return ''
      },
    },
    cache_dropped: {
      parameters: [{ name: 'relation' }],
      run: (args) => {
        dropped(relationArgument(args, 'cache_dropped', 'relation'))
        return ''
      },
    },
    cache_renamed: {
      parameters: [{ name: 'from_relation' }, { name: 'to_relation' }],
      run: (args) => {
        renamed(
          relationArgument(args, 'cache_renamed', 'from_relation'),
          relationArgument(args, 'cache_renamed', 'to_relation'),
        )
        return ''
      },
    },
    verify_database: {
      parameters: [{ name: 'database' }],
      run: (args) => {
        const written = pyStr(args['database'] ?? null).replace(/^"+|"+$/g, '')
        const expected = runtime.project.target.database
        if (written.toLowerCase() === expected.toLowerCase()) return ''
        throw new TdbtError(
          'T5007',
          `Cross-db references not allowed in ${runtime.project.adapter.type} (${written} vs ${expected})`,
          { hint: `Use relations of the database ${expected}, which the profile names.` },
        )
      },
    },
    standardize_grants_dict: {
      parameters: [{ name: 'grants_table' }],
      run: (args) => {
        const grants: Record<string, string[]> = {}
        const table = args['grants_table']
        if (table instanceof Table) {
          const grantee = table.columnNames.indexOf('grantee')
          const privilege = table.columnNames.indexOf('privilege_type')
          for (const row of table.rows) {
            const cells = [...row]
            const key = pyStr(cells[privilege] ?? null)
            grants[key] = [...(grants[key] ?? []), pyStr(cells[grantee] ?? null)]
          }
        }
        return toPython(grants)
      },
    },
    build_catalog_relation: { parameters: [{ name: 'config' }], run: () => null },
  }
}
