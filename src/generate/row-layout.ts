import { cumulate, pickByWeight, randomStream } from './random.ts'
import type { TableSpec } from './spec.ts'

/** Which rows a table has. For tables counted per parent row: the parent's row of a row, and the first row of a parent's row. */
export interface RowLayout {
  /** Rows before duplicates. */
  readonly rowCount: number
  parentRow(row: number): number
  firstRowOf(parentRow: number): number
}

/** `parentRows` is the number of rows of the table that `table` is counted by, when it is. */
export function rowLayout(table: TableSpec, seed: number, scale: number, parentRows: number): RowLayout {
  const { rows } = table
  switch (rows.kind) {
    case 'fixed': {
      const rowCount = rows.scaled ? Math.max(1, Math.round(rows.count * scale)) : rows.count
      return { rowCount, parentRow: (row) => row, firstRowOf: (row) => row }
    }
    case 'per': {
      const stream = randomStream(seed, `${table.name}#rows`)
      const cumulative = cumulate(rows.weights)
      const offsets = new Float64Array(parentRows + 1)
      for (let row = 0; row < parentRows; row++) {
        offsets[row + 1] = (offsets[row] ?? 0) + rows.min + pickByWeight(stream.at(row), cumulative)
      }
      return byOffsets(offsets, parentRows)
    }
    case 'shared': {
      // What is above the minimum goes to the parents in proportion to a random share each; rounding the running sum keeps the total exact.
      const stream = randomStream(seed, `${table.name}#rows`)
      const offsets = new Float64Array(parentRows + 1)
      for (let row = 0; row < parentRows; row++) offsets[row + 1] = (offsets[row] ?? 0) + stream.at(row).next()
      const shares = offsets[parentRows] || 1
      const above = Math.max(0, Math.round(rows.total * scale) - rows.min * parentRows)
      for (let row = 0; row <= parentRows; row++) {
        offsets[row] = rows.min * row + Math.round(((offsets[row] ?? 0) / shares) * above)
      }
      return byOffsets(offsets, parentRows)
    }
  }
}

function byOffsets(offsets: Float64Array, parentRows: number): RowLayout {
  const parentRow = (row: number): number => {
    let low = 0
    let high = parentRows - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((offsets[middle] ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }
  return { rowCount: offsets[parentRows] ?? 0, parentRow, firstRowOf: (row) => offsets[row] ?? 0 }
}
