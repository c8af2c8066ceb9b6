import { type PyValue, pyEquals, raise } from '../jinja/index.ts'
import type { Row, Table } from './table.ts'

export interface JoinOptions {
  /** null joins rows by their places. */
  readonly leftKey: string | null
  readonly rightKey: string
  readonly inner: boolean
  readonly fullOuter: boolean
  readonly requireMatch: boolean
  /** Columns of the right table to keep; null keeps all but its key. */
  readonly columns: readonly string[] | null
}

/** agate's join: left outer unless told otherwise. A right column whose name is taken gets a `2` behind it. */
export function joinTables(left: Table, right: Table, options: JoinOptions): Table {
  const { leftKey, rightKey, inner, fullOuter, requireMatch, columns } = options
  if (inner && fullOuter) return raise('ValueError', 'A join can not be both "inner" and "full_outer".')
  const kept = right.columnNames.flatMap((name, place) => {
    if (fullOuter) return [place]
    if (columns !== null) return columns.includes(name) ? [place] : []
    return leftKey !== null && name === rightKey ? [] : [place]
  })
  if (leftKey !== null) {
    for (const [table, key] of [
      [left, leftKey],
      [right, rightKey],
    ] as const) {
      if (!table.columnNames.includes(key)) return raise('KeyError', `'${key}'`)
    }
  }
  const keyOf = (table: Table, key: string | null, row: Row, index: number): PyValue =>
    key === null ? index : (row[table.columnNames.indexOf(key)] ?? null)
  const rightKeys = right.rows.map((row, index) => keyOf(right, leftKey === null ? null : rightKey, row, index))
  const rows: Row[] = []
  const matched = new Set<number>()
  for (const [index, row] of left.rows.entries()) {
    const key = keyOf(left, leftKey, row, index)
    const matches = right.rows.flatMap((_, place) => (pyEquals(rightKeys[place] ?? null, key) ? [place] : []))
    if (matches.length === 0 && requireMatch) {
      return raise('ValueError', `Left key "${String(key)}" does not have a matching right key.`)
    }
    for (const place of matches) {
      matched.add(place)
      rows.push([...row, ...kept.map((column) => right.rows[place]?.[column] ?? null)])
    }
    if (matches.length === 0 && !inner) rows.push([...row, ...kept.map(() => null)])
  }
  if (fullOuter) {
    for (const [place, row] of right.rows.entries()) {
      if (!matched.has(place)) rows.push([...left.columnNames.map(() => null), ...row])
    }
  }
  const names = kept.map((place) => right.columnNames[place] ?? '')
  return left.withColumns(
    [...left.columnNames, ...names.map((name) => (left.columnNames.includes(name) ? `${name}2` : name))],
    [...left.types, ...kept.map((place) => right.types[place] ?? 'Text')],
    rows,
  )
}
