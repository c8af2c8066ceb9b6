/** A cell as text: what is shown and compared; null for SQL's null. */
export type DiffCell = string | null

export interface DiffTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly DiffCell[])[]
}

type DiffRow =
  | { readonly kind: 'same' | 'missing' | 'extra'; readonly row: readonly DiffCell[] }
  | { readonly kind: 'changed'; readonly expected: readonly DiffCell[]; readonly actual: readonly DiffCell[] }

function compareCells(a: DiffCell, b: DiffCell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const x = Number(a)
  const y = Number(b)
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}

function sorted(rows: DiffTable['rows']): readonly (readonly DiffCell[])[] {
  return [...rows].sort((a, b) => {
    for (const [index, cell] of a.entries()) {
      const order = compareCells(cell, b[index] ?? null)
      if (order !== 0) return order
    }
    return 0
  })
}

function likeness(a: readonly DiffCell[], b: readonly DiffCell[]): number {
  return a.reduce((sum, cell, index) => sum + (cell === (b[index] ?? null) ? 1 : 0), 0)
}

/** Equal rows pair off first, whatever their order; the rest pair with the likest row that shares a cell. */
function diffRows(expected: DiffTable['rows'], actual: DiffTable['rows']): readonly DiffRow[] {
  const counts = new Map<string, number>()
  for (const row of actual) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 1)
  const result: DiffRow[] = []
  const unmatched: (readonly DiffCell[])[] = []
  for (const row of sorted(expected)) {
    const key = JSON.stringify(row)
    const count = counts.get(key) ?? 0
    if (count > 0) {
      counts.set(key, count - 1)
      result.push({ kind: 'same', row })
    } else unmatched.push(row)
  }
  const extra: (readonly DiffCell[])[] = []
  for (const row of sorted(actual)) {
    const key = JSON.stringify(row)
    const count = counts.get(key) ?? 0
    if (count > 0) {
      counts.set(key, count - 1)
      extra.push(row)
    }
  }
  for (const row of unmatched) {
    let best = -1
    for (const [index, candidate] of extra.entries()) {
      const score = likeness(row, candidate)
      if (score > 0 && (best < 0 || score > likeness(row, extra[best] ?? []))) best = index
    }
    const [partner] = best >= 0 ? extra.splice(best, 1) : []
    result.push(partner === undefined ? { kind: 'missing', row } : { kind: 'changed', expected: row, actual: partner })
  }
  for (const row of extra) result.push({ kind: 'extra', row })
  return result
}

const text = (cell: DiffCell): string => cell ?? 'NULL'

/**
 * How two tables differ, whatever the order of their rows and columns, or null when they do not: a small table with `+++` on rows that only `actual`
 * has, `---` on those that only `expected` has, and `expected→actual` in changed cells. Columns that one side lacks are named above it.
 */
export function tableDiff(expected: DiffTable, actual: DiffTable): string | null {
  const shared = expected.columns.filter((name) => actual.columns.includes(name))
  const notes = [
    ...expected.columns.filter((name) => !shared.includes(name)).map((name) => `--- column ${name}`),
    ...actual.columns.filter((name) => !shared.includes(name)).map((name) => `+++ column ${name}`),
  ]
  const pick = (table: DiffTable): DiffTable['rows'] => {
    const places = shared.map((name) => table.columns.indexOf(name))
    return table.rows.map((row) => places.map((place) => row[place] ?? null))
  }
  const rows = diffRows(pick(expected), pick(actual))
  if (notes.length === 0 && rows.every((row) => row.kind === 'same')) return null
  const lines = [['@@', ...shared]]
  for (const row of rows) {
    switch (row.kind) {
      case 'same':
        lines.push(['', ...row.row.map(text)])
        break
      case 'missing':
        lines.push(['---', ...row.row.map(text)])
        break
      case 'extra':
        lines.push(['+++', ...row.row.map(text)])
        break
      case 'changed':
        lines.push([
          '→',
          ...row.expected.map((cell, index) => {
            const now = row.actual[index] ?? null
            return cell === now ? text(cell) : `${text(cell)}→${text(now)}`
          }),
        ])
        break
    }
  }
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(',')
      .trimEnd(),
  )
  return [...notes, ...table].join('\n')
}
