import { PyDict, PyObject, type PyValue, pyGetAttr, pyIterate, pyStr, toHost } from '../jinja/index.ts'
import { Table } from './table.ts'

/** One index as far as two of them can differ; the order of columns does not count. */
interface Index {
  readonly name: string
  readonly columns: readonly string[]
  readonly unique: boolean
  readonly method: string
}

/**
 * dbt's comparison of a materialized view in the database (`relation_results`: tables of its name, query and indexes) with what the model's config asks for:
 * None when they agree, else an object whose `indexes` are drops, then creates.
 */
export function indexConfigChanges(results: PyValue, relationConfig: PyValue): PyValue {
  const existing = existingIndexes(results)
  const wanted = wantedIndexes(relationConfig)
  const has = (indexes: readonly Index[], index: Index): boolean => indexes.some((each) => keyOf(each) === keyOf(index))
  const changes = [
    ...existing.filter((index) => !has(wanted, index)).map((index) => change('drop', index)),
    ...wanted.filter((index) => !has(existing, index)).map((index) => change('create', index)),
  ]
  return changes.length === 0 ? null : new ChangeCollection(changes)
}

function keyOf(index: Index): string {
  return JSON.stringify([[...index.columns].sort(), index.unique, index.method])
}

function existingIndexes(results: PyValue): readonly Index[] {
  const table = results instanceof PyDict ? results.getString('indexes') : null
  if (!(table instanceof Table)) return []
  return table.rows.map((row) => {
    const cell = (name: string): PyValue => row[table.columnNames.indexOf(name)] ?? null
    return {
      name: pyStr(cell('name') ?? ''),
      columns: unique(pyStr(cell('column_names') ?? '').split(',')),
      unique: cell('unique') === true,
      method: pyStr(cell('method') ?? 'btree'),
    }
  })
}

function wantedIndexes(relationConfig: PyValue): readonly Index[] {
  const config =
    relationConfig instanceof PyDict ? relationConfig.getString('config') : pyGetAttr(relationConfig, 'config')
  const indexes = toHost(config ?? null) as { readonly indexes?: unknown } | null
  const list = Array.isArray(indexes?.indexes) ? (indexes.indexes as readonly Record<string, unknown>[]) : []
  const seen = new Map<string, Index>()
  for (const each of list) {
    const columns = Array.isArray(each['columns']) ? each['columns'].map(String) : []
    const index = {
      name: '',
      columns: unique(columns.map((column) => column.toLowerCase())),
      unique: each['unique'] === true,
      method: typeof each['type'] === 'string' ? each['type'] : 'btree',
    }
    if (!seen.has(keyOf(index))) seen.set(keyOf(index), index)
  }
  return [...seen.values()]
}

function unique(columns: readonly string[]): readonly string[] {
  return [...new Set(columns.map((column) => column.toLowerCase()))]
}

function change(action: 'create' | 'drop', index: Index): PyValue {
  const context = PyDict.ofStrings({
    name: index.name,
    column_names: [...index.columns],
    unique: index.unique,
    method: index.method,
    as_node_config: PyDict.ofStrings({ columns: [...index.columns], unique: index.unique, type: index.method }),
  })
  return PyDict.ofStrings({ action, context, requires_full_refresh: false })
}

/** dbt's PostgresMaterializedViewConfigChangeCollection. */
class ChangeCollection extends PyObject {
  readonly $type = 'PostgresMaterializedViewConfigChangeCollection'
  readonly indexes: PyValue[]

  constructor(indexes: PyValue[]) {
    super()
    this.indexes = indexes
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'indexes':
        return this.indexes
      case 'has_changes':
        return [...pyIterate(this.indexes)].length > 0
      case 'requires_full_refresh':
        return false
      default:
        return undefined
    }
  }
}
