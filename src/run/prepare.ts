import { type Runtime, relationsOfRows, type Scope, storesFailures, wait } from '../compile/index.ts'
import { Table } from '../context/index.ts'
import type { ManifestNode } from '../core/index.ts'
import { drive, type PyValue, pyStr, type Resumable } from '../jinja/index.ts'
import { isEphemeral, type PlannedNode } from './plan.ts'
import { withConnection } from './run-state.ts'

interface Schema {
  readonly database: string | null
  readonly schema: string
}

function key({ database, schema }: Schema): string {
  return JSON.stringify([database?.toLowerCase() ?? null, schema.toLowerCase()])
}

function unique(schemas: readonly Schema[]): readonly Schema[] {
  return [...new Map(schemas.map((schema) => [key(schema), schema])).values()]
}

/** True for nodes that leave something in the database. */
function isRelational(runtime: Runtime, node: ManifestNode): boolean {
  switch (node.resource_type) {
    case 'model':
    case 'seed':
    case 'snapshot':
    case 'function':
      return !isEphemeral(node)
    case 'test':
      return storesFailures(runtime, node.config.store_failures)
    default:
      return false
  }
}

function schemaOf(node: Pick<ManifestNode, 'database' | 'schema'>): Schema {
  return { database: node.database, schema: node.schema }
}

/** Where the planned loads write. */
function loadedSchemas(runtime: Runtime, planned: readonly PlannedNode[]): readonly Schema[] {
  return planned.flatMap(({ node, action }) =>
    action === 'load' && node.resource_type === 'source'
      ? [{ database: node.database ?? runtime.project.target.database, schema: node.schema }]
      : [],
  )
}

/** Makes the schemas that the planned nodes write to, those that are not there yet. */
export async function createSchemas(runtime: Runtime, planned: readonly PlannedNode[]): Promise<void> {
  const needed: Schema[] = []
  for (const { id } of planned) {
    const node = runtime.manifest.nodes[id] ?? runtime.manifest.functions[id]
    if (node !== undefined && isRelational(runtime, node)) needed.push(schemaOf(node))
  }
  needed.push(...loadedSchemas(runtime, planned))
  const required = unique(needed)
  if (required.length === 0) return
  await withConnection(runtime, { name: 'master', packageName: runtime.rootPackage, node: null }, async (scope) => {
    await drive(createMissing(scope, required))
  })
}

function* createMissing(scope: Scope, required: readonly Schema[]): Resumable<void> {
  const { relations } = scope.runtime
  const databases = new Set(required.map((schema) => schema.database))
  const existing = new Set<string>()
  for (const database of databases) {
    const quoted = relations.create({ database, schema: null, identifier: null }).render()
    const table = yield* scope.executeMacro('list_schemas', { database: quoted })
    const rows = table instanceof Table ? table.rows : []
    for (const row of rows) {
      const name: PyValue = [...row][0] ?? null
      if (name !== null) existing.add(key({ database, schema: pyStr(name) }))
    }
  }
  for (const schema of required) {
    if (existing.has(key(schema))) continue
    existing.add(key(schema))
    const relation = relations.create({ ...schema, identifier: '' }).withoutIdentifier()
    yield* scope.executeMacro('create_schema', { relation })
    if (scope.connection.transactionOpen) yield* wait(scope.connection.commit())
  }
}

/** Schemas of all nodes that leave something in the database (of the planned ones, with --cache-selected-only). */
function cacheSchemas(runtime: Runtime, planned: readonly PlannedNode[]): readonly Schema[] {
  const schemas: Schema[] = [...loadedSchemas(runtime, planned)]
  const only = runtime.invocation.flags.cacheSelectedOnly ? new Set(planned.map((each) => each.id)) : null
  for (const node of [...Object.values(runtime.manifest.nodes), ...Object.values(runtime.manifest.functions)]) {
    if (only !== null && !only.has(node.unique_id)) continue
    if (isRelational(runtime, node)) schemas.push(schemaOf(node))
  }
  if (runtime.previous !== undefined && runtime.invocation.flags.which === 'clone') {
    for (const { id } of planned) {
      const other = runtime.previous.nodes[id]
      if (other !== undefined) schemas.push(schemaOf(other))
    }
  }
  return unique(schemas)
}

/** True when the project or a package has its own way to list relations, which is then asked schema by schema. */
function listsItsOwnWay(runtime: Runtime): boolean {
  const macro = runtime.project.library.dispatch('list_relations_without_caching', 'dbt', runtime.rootPackage)
  const users = [runtime.rootPackage, ...runtime.project.packages.map((each) => each.name)]
  return macro !== undefined && users.includes(macro.package_name)
}

/** Reads what is in the schemas of the project's nodes into the cache: one statement for all of them, and one for what depends on what. */
export async function fillCache(runtime: Runtime, planned: readonly PlannedNode[]): Promise<void> {
  const schemas = cacheSchemas(runtime, planned)
  if (schemas.length === 0) return
  await withConnection(runtime, { name: 'master', packageName: runtime.rootPackage, node: null }, async (scope) => {
    if (listsItsOwnWay(runtime)) await drive(listByMacro(scope, schemas))
    else await listAtOnce(scope, schemas)
    for (const { database, schema } of schemas) runtime.cache.addSchema(database, schema)
    const hasViews = schemas.some(({ database, schema }) =>
      runtime.cache.list(database, schema).some((relation) => relation.type !== 'table'),
    )
    if (hasViews) await drive(readLinks(scope))
  })
}

function* listByMacro(scope: Scope, schemas: readonly Schema[]): Resumable<void> {
  for (const schema of schemas) {
    const relation = scope.runtime.relations.create({ ...schema, identifier: '' }).withoutIdentifier()
    const table = yield* scope.executeMacro('list_relations_without_caching', { schema_relation: relation })
    for (const found of relationsOfRows(scope, table)) scope.runtime.cache.add(found)
  }
}

async function listAtOnce(scope: Scope, schemas: readonly Schema[]): Promise<void> {
  const { runtime, connection } = scope
  const { dialect } = runtime.project.adapter
  const byDatabase = new Map<string, string[]>()
  for (const { database, schema } of schemas) {
    const name = database ?? runtime.project.target.database
    byDatabase.set(name, [...(byDatabase.get(name) ?? []), schema])
  }
  for (const [database, names] of byDatabase) {
    const result = await connection.execute(dialect.listRelationsSql(database, names), { autoBegin: false })
    const place = (column: string) => result.columns.findIndex((each) => each.name === column)
    const [db, name, schema, type] = [place('database'), place('name'), place('schema'), place('type')]
    for (const row of result.rows) {
      runtime.cache.add(
        runtime.relations.fromCatalog({
          database: String(row[db] ?? database),
          schema: String(row[schema] ?? ''),
          identifier: String(row[name] ?? ''),
          type: row[type] === null || row[type] === undefined ? null : String(row[type]),
        }),
      )
    }
  }
}

/** Which views a cascading drop would take along, from the adapter's `<prefix>__get_relations` macro, where it has one. */
function* readLinks(scope: Scope): Resumable<void> {
  const { runtime } = scope
  const { library, adapter, target } = runtime.project
  const name = adapter.dispatchPrefixes
    .map((prefix) => `${prefix}__get_relations`)
    .find((each) => library.find(each, runtime.rootPackage) !== undefined)
  if (name === undefined) return
  const table = yield* scope.executeMacro(name, {})
  const rows = table instanceof Table ? table.rows : []
  for (const row of rows) {
    const [dependentSchema, dependent, schema, referenced] = [...row].map((cell) => (cell === null ? '' : pyStr(cell)))
    const relation = (schemaName: string | undefined, identifier: string | undefined) =>
      runtime.relations.fromCatalog({
        database: target.database,
        schema: schemaName ?? '',
        identifier: identifier ?? '',
        type: 'external',
      })
    runtime.cache.addLink(relation(schema, referenced), relation(dependentSchema, dependent))
  }
}
