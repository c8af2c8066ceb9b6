import { expect, test } from 'vitest'
import { rowLayout } from './row-layout.ts'
import type { RowCount, TableSpec } from './spec.ts'

function table(rows: RowCount): TableSpec {
  const location = { file: 'spec.yml', line: 1, column: 1 }
  return { name: 't', rows, columns: [], duplicateRate: 0, byDay: null, hidden: false, location }
}

const KINDS: readonly RowCount[] = [
  { kind: 'per', parent: 'p', min: 0, weights: [3, 0, 2, 1] },
  { kind: 'per', parent: 'p', min: 2, weights: [1] },
  { kind: 'shared', parent: 'p', min: 1, total: 700 },
  { kind: 'shared', parent: 'p', min: 0, total: 90 },
]

for (const [index, rows] of KINDS.entries()) {
  for (const parents of [1, 63, 64, 65, 128, 200]) {
    test(`children of kind ${index} and their ${parents} parents agree, in any order of asking`, () => {
      const layout = rowLayout(table(rows), 7, 1, parents)
      const firsts = Array.from({ length: parents + 1 }, (_, parent) => layout.firstRowOf(parent))
      expect(firsts[0]).toBe(0)
      expect(firsts[parents]).toBe(layout.rowCount)
      if (rows.kind === 'shared') expect(layout.rowCount).toBe(Math.max(rows.total, rows.min * parents))
      const asked = Array.from({ length: layout.rowCount }, (_, row) => (row * 37) % layout.rowCount)
      for (const row of [...asked, ...asked.toSorted((a, b) => a - b)]) {
        const parent = layout.parentRow(row)
        expect(firsts[parent]).toBeLessThanOrEqual(row)
        expect(firsts[parent + 1]).toBeGreaterThan(row)
      }
    })
  }
}
