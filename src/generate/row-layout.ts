import { cumulate, pickByWeight, randomStream } from './random.ts'
import type { RowCount, TableSpec } from './spec.ts'

/** Which rows a table has. For tables counted per parent row: the parent's row of a row, and the first row of a parent's row. */
export interface RowLayout {
  /** Rows before duplicates. */
  readonly rowCount: number
  parentRow(row: number): number
  firstRowOf(parentRow: number): number
}

/** Parents between two places that are remembered: what lies between is counted again when it is asked for. */
const BLOCK = 64

/** `parentRows` is the number of rows of the table that `table` is counted by, when it is. */
export function rowLayout(table: TableSpec, seed: number, scale: number, parentRows: number): RowLayout {
  const { rows } = table
  if (rows.kind === 'fixed') {
    const rowCount = rows.scaled ? Math.max(1, Math.round(rows.count * scale)) : rows.count
    return { rowCount, parentRow: (row) => row, firstRowOf: (row) => row }
  }
  return countedLayout(childCounter(rows, `${table.name}#rows`, seed, scale, parentRows), parentRows)
}

/** A running number from which the first row of each parent follows: what a parent adds to it, and what it means. */
interface ChildCounter {
  step(parentRow: number): number
  /** The first row of a parent whose running number is `running`. */
  firstRow(parentRow: number, running: number): number
}

function childCounter(
  rows: Exclude<RowCount, { kind: 'fixed' }>,
  label: string,
  seed: number,
  scale: number,
  parentRows: number,
): ChildCounter {
  const stream = randomStream(seed, label)
  if (rows.kind === 'per') {
    const cumulative = cumulate(rows.weights)
    return {
      step: (parentRow) => rows.min + pickByWeight(stream.at(parentRow), cumulative),
      firstRow: (_, running) => running,
    }
  }
  // What is above the minimum goes to the parents in proportion to a random share each; rounding the running sum keeps the total exact.
  const step = (parentRow: number): number => stream.at(parentRow).next()
  let shares = 0
  for (let row = 0; row < parentRows; row++) shares += step(row)
  const above = Math.max(0, Math.round(rows.total * scale) - rows.min * parentRows)
  return {
    step,
    firstRow: (parentRow, running) => rows.min * parentRow + Math.round((running / (shares || 1)) * above),
  }
}

/** Remembers the running number at each block of parents: 8 bytes for 64 of them, whatever the table's size. */
function countedLayout(counter: ChildCounter, parentRows: number): RowLayout {
  const blocks = Math.ceil((parentRows + 1) / BLOCK)
  const runningAt = new Float64Array(blocks)
  let running = 0
  for (let row = 0; row < parentRows; row++) {
    if (row % BLOCK === 0) runningAt[row / BLOCK] = running
    running += counter.step(row)
  }
  if (parentRows % BLOCK === 0) runningAt[parentRows / BLOCK] = running

  // Rows are mostly asked for one after the other: the block last counted is kept.
  const firstRows = new Float64Array(BLOCK + 1)
  let counted = -1
  const countBlock = (block: number): void => {
    if (block === counted) return
    let at = runningAt[block] ?? 0
    for (let index = 0; index <= BLOCK; index++) {
      const row = block * BLOCK + index
      if (row > parentRows) break
      firstRows[index] = counter.firstRow(row, at)
      if (row < parentRows) at += counter.step(row)
    }
    counted = block
  }
  const firstOfBlock = (block: number): number => counter.firstRow(block * BLOCK, runningAt[block] ?? 0)
  return {
    rowCount: counter.firstRow(parentRows, running),
    firstRowOf(parentRow) {
      countBlock(Math.floor(parentRow / BLOCK))
      return firstRows[parentRow % BLOCK] ?? 0
    },
    parentRow(row) {
      let low = 0
      let high = blocks - 1
      // Mostly it is the block that was counted last.
      if (counted >= 0 && (firstRows[0] ?? 0) <= row && counted < blocks - 1 && row < (firstRows[BLOCK] ?? 0)) {
        low = counted
        high = counted
      }
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (firstOfBlock(middle) <= row) low = middle
        else high = middle - 1
      }
      countBlock(low)
      let from = 0
      let to = Math.min(BLOCK, parentRows - low * BLOCK) - 1
      while (from < to) {
        const middle = (from + to + 1) >> 1
        if ((firstRows[middle] ?? 0) <= row) from = middle
        else to = middle - 1
      }
      return low * BLOCK + from
    },
  }
}
