import {
  bindArguments,
  type Kwargs,
  type ParameterSpec,
  Pending,
  PyDict,
  PyFunction,
  PyObject,
  PyTuple,
  type PyValue,
  pyEquals,
  pyIterate,
  pyStr,
  raise,
  toJson,
  truthy,
} from '../jinja/index.ts'
import { compareCells } from './compare-cells.ts'
import { joinTables } from './join-tables.ts'
import { MappedSequence } from './mapped-sequence.ts'
import { mergeTables } from './merge-tables.ts'
import type { Row, Table } from './table.ts'
import { printedTable } from './table-print.ts'

type Bound = Readonly<Record<string, PyValue>>

interface Method {
  readonly parameters: readonly ParameterSpec[]
  run(table: Table, args: Bound): PyValue
}

const optional = (name: string, value: PyValue = null): ParameterSpec => ({ name, default: value })

/** agate's methods of a table that templates have a use for. */
const METHODS: Readonly<Record<string, Method>> = {
  print_table: {
    parameters: [
      optional('max_rows', 20),
      optional('max_columns', 6),
      optional('output'),
      optional('max_column_width', 20),
      optional('locale'),
      optional('max_precision', 3),
    ],
    run: (table, args) => {
      table.options.print?.(
        printedTable(table, {
          maxRows: limitOf(args['max_rows']),
          maxColumns: limitOf(args['max_columns']),
          maxColumnWidth: limitOf(args['max_column_width']),
          maxPrecision: limitOf(args['max_precision']),
        }).trimEnd(),
      )
      return null
    },
  },
  print_structure: {
    parameters: [optional('output'), optional('max_rows')],
    run: (table) => {
      table.options.print?.(table.$str().trimEnd())
      return null
    },
  },
  print_csv: {
    parameters: [],
    run: (table) => {
      table.options.print?.([table.columnNames, ...table.rows].map(csvLine).join('\n'))
      return null
    },
  },
  print_json: {
    parameters: [],
    run: (table) => {
      const rows = table.rows.map((row) => namedRow(table, row))
      table.options.print?.(toJson(rows))
      return null
    },
  },
  select: {
    parameters: [{ name: 'key' }],
    run: (table, args) => selectColumns(table, namesOf(args['key'])),
  },
  exclude: {
    parameters: [{ name: 'key' }],
    run: (table, args) => {
      const dropped = namesOf(args['key'])
      return selectColumns(
        table,
        table.columnNames.filter((name) => !dropped.includes(name)),
      )
    },
  },
  where: {
    parameters: [{ name: 'test' }],
    run: (table, args) =>
      table.withRows(table.rows.filter((_, index) => truthy(callWithRow(args['test'], rowObject(table, index))))),
  },
  find: {
    parameters: [{ name: 'test' }],
    run: (table, args) => table.rowSequence.values.find((row) => truthy(callWithRow(args['test'], row))) ?? null,
  },
  order_by: {
    parameters: [{ name: 'key' }, optional('reverse', false)],
    run: (table, args) => orderBy(table, args['key'] ?? null, truthy(args['reverse'] ?? false)),
  },
  limit: {
    parameters: [optional('start_or_stop'), optional('stop'), optional('step')],
    run: (table, args) => {
      const [first, stop, step] = [args['start_or_stop'], args['stop'], args['step']].map((each) => limitOf(each))
      const ranged = stop || step
      const start = ranged ? (first ?? 0) : 0
      const end = (ranged ? stop : first) ?? table.rows.length
      const rows = table.rows.slice(start, end).filter((_, index) => index % (step || 1) === 0)
      return table.withRows(rows)
    },
  },
  distinct: {
    parameters: [optional('key')],
    run: (table, args) => distinctRows(table, args['key'] ?? null),
  },
  rename: {
    parameters: [
      optional('column_names'),
      optional('row_names'),
      optional('slug_columns', false),
      optional('slug_rows', false),
    ],
    run: (table, args) => renameColumns(table, args['column_names'] ?? null, truthy(args['slug_columns'] ?? false)),
  },
  group_by: {
    parameters: [{ name: 'key' }, optional('key_name'), optional('key_type')],
    run: (table, args) => groupBy(table, args['key'] ?? null),
  },
  join: {
    parameters: [
      { name: 'right_table' },
      optional('left_key'),
      optional('right_key'),
      optional('inner', false),
      optional('full_outer', false),
      optional('require_match', false),
      optional('columns'),
    ],
    run: (table, args) => {
      const right = table.asTable(args['right_table'])
      if (right === undefined) return raise('TypeError', 'join() takes a Table')
      const leftKey = args['left_key'] ?? null
      return joinTables(table, right, {
        leftKey: leftKey === null ? null : pyStr(leftKey),
        rightKey: pyStr(args['right_key'] ?? leftKey),
        inner: truthy(args['inner'] ?? false),
        fullOuter: truthy(args['full_outer'] ?? false),
        requireMatch: truthy(args['require_match'] ?? false),
        columns: args['columns'] === null || args['columns'] === undefined ? null : namesOf(args['columns']),
      })
    },
  },
  merge: {
    parameters: [{ name: 'tables' }, optional('row_names'), optional('column_names')],
    run: (table, args) =>
      mergeTables(
        table,
        [...pyIterate(args['tables'] ?? [])].flatMap((each) => table.asTable(each) ?? []),
      ),
  },
}

/** `table.<name>`; undefined when agate's tables have no such method. */
export function tableMethod(table: Table, name: string): PyValue | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (method === undefined) return undefined
  return new PyFunction(name, (args: readonly PyValue[], kwargs: Kwargs) =>
    method.run(table, bindArguments(name, method.parameters, args, kwargs)),
  )
}

function limitOf(value: PyValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function namesOf(key: PyValue | undefined): readonly string[] {
  if (key === undefined || key === null) return []
  return typeof key === 'string' ? [key] : [...pyIterate(key)].map((each) => pyStr(each))
}

function rowObject(table: Table, index: number): PyValue {
  return table.rowSequence.values[index] ?? null
}

function namedRow(table: Table, row: Row): PyDict {
  return PyDict.ofStrings(table.columnNames.map((name, index) => [name, row[index] ?? null] as const))
}

/** What a template's function says of a row. It may not wait for a query here. */
function callWithRow(callee: PyValue | undefined, row: PyValue): PyValue {
  const result = callee instanceof PyObject ? callee.$call?.([row], new Map()) : undefined
  if (result === undefined) return raise('TypeError', `'${pyStr(callee ?? null)}' is not callable`)
  if (!(result instanceof Pending)) return result
  const step = result.run().next()
  if (step.done) return step.value
  return raise('RuntimeError', 'a function given to a table method may not run queries')
}

function placeOf(table: Table, name: string): number {
  const place = table.columnNames.indexOf(name)
  return place >= 0 ? place : raise('ValueError', `tuple.index(x): x not in tuple: ${name}`)
}

function selectColumns(table: Table, names: readonly string[]): Table {
  const places = names.map((name) => placeOf(table, name))
  const types = places.map((place) => table.types[place] ?? 'Text')
  const rows = table.rows.map((row) => places.map((place) => row[place] ?? null))
  return table.withColumns(names, types, rows)
}

/** The value that a row is sorted, grouped or compared by: of a function, of a column, or of several. */
function keysOf(table: Table, key: PyValue): PyValue[] {
  if (table.rows.length === 0) return []
  if (key instanceof PyObject && key.$call !== undefined)
    return table.rowSequence.values.map((row) => callWithRow(key, row))
  const places = namesOf(key).map((name) => placeOf(table, name))
  const single = typeof key === 'string' ? places[0] : undefined
  return table.rows.map((row) =>
    single === undefined ? new PyTuple(places.map((place) => row[place] ?? null)) : (row[single] ?? null),
  )
}

function orderBy(table: Table, key: PyValue, reverse: boolean): Table {
  const keyed = keysOf(table, key).map((value, index) => ({ value, row: table.rows[index] ?? [] }))
  if (reverse) keyed.reverse()
  keyed.sort((a, b) => compareCells(a.value, b.value))
  if (reverse) keyed.reverse()
  return table.withRows(keyed.map(({ row }) => row))
}

function distinctRows(table: Table, key: PyValue): Table {
  const keys = key === null ? table.rows.map((row) => new PyTuple(row)) : keysOf(table, key)
  const seen: PyValue[] = []
  const rows = table.rows.filter((_, index) => {
    const value = keys[index] ?? null
    if (seen.some((each) => pyEquals(each, value))) return false
    seen.push(value)
    return true
  })
  return table.withRows(rows)
}

function renameColumns(table: Table, names: PyValue, slug: boolean): Table {
  const renamed =
    names === null
      ? table.columnNames
      : names instanceof PyDict
        ? table.columnNames.map((name) => pyStr(names.getString(name) ?? name))
        : namesOf(names)
  if (renamed.length !== table.columnNames.length) {
    return raise('ValueError', 'column_names and column_types must be the same length.')
  }
  const slugged = slug
    ? renamed.map((name) =>
        name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '_')
          .replace(/^_+|_+$/g, ''),
      )
    : renamed
  return table.withColumns(slugged, table.types, table.rows)
}

/** Tables by the value of a column, in the order in which the values come: agate's TableSet, a sequence with names. */
function groupBy(table: Table, key: PyValue): MappedSequence {
  if (typeof key === 'string' && !table.columnNames.includes(key)) return raise('KeyError', `'${key}'`)
  const groups: { readonly key: PyValue; readonly rows: Row[] }[] = []
  for (const [index, value] of keysOf(table, key).entries()) {
    const row = table.rows[index] ?? []
    const known = groups.find((group) => pyEquals(group.key, value))
    if (known === undefined) groups.push({ key: value, rows: [row] })
    else known.rows.push(row)
  }
  return new MappedSequence(
    'MappedSequence',
    groups.map((group) => table.withRows(group.rows)),
    groups.map((group) => group.key),
  )
}

function csvLine(cells: readonly PyValue[]): string {
  return cells
    .map((cell) => {
      const text = cell === null ? '' : pyStr(cell)
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(',')
}
