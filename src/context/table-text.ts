export interface DrawnTable {
  readonly columns: readonly { readonly name: string; readonly left: boolean }[]
  readonly rows: readonly (readonly string[])[]
  readonly maxRows: number | null
  readonly maxColumns: number | null
  readonly maxColumnWidth: number | null
}

const ELLIPSIS = '...'

/** A table of texts in agate's form: bars, a rule under the names, long cells cut, `...` where rows or columns are left out. Ends in a line feed. */
export function drawTable({ columns, rows, maxRows, maxColumns, maxColumnWidth }: DrawnTable): string {
  const shownColumns = maxColumns === null ? columns : columns.slice(0, maxColumns)
  const columnsCut = shownColumns.length < columns.length
  const cut = (text: string): string => {
    const characters = [...text]
    if (maxColumnWidth === null || characters.length <= maxColumnWidth) return text
    return characters.slice(0, maxColumnWidth - ELLIPSIS.length).join('') + ELLIPSIS
  }
  const header = [...shownColumns.map((column) => cut(column.name)), ...(columnsCut ? [ELLIPSIS] : [])]
  const body = rows.slice(0, maxRows ?? rows.length).map((row) => {
    const cells = shownColumns.map((_, index) => cut(row[index] ?? ''))
    return columnsCut ? [...cells, ELLIPSIS] : cells
  })
  const widths = header.map((name, index) => Math.max(...[name, ...body.map((row) => row[index] ?? '')].map(width)))
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, index) => {
      const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)))
      return columns[index]?.left === true ? ` ${cell}${space} ` : ` ${space}${cell} `
    })
    return `|${padded.join('|')}|`
  }
  const lines = [line(header), `| ${widths.map((each) => '-'.repeat(each)).join(' | ')} |`, ...body.map(line)]
  if (body.length < rows.length) lines.push(line(header.map(() => ELLIPSIS)))
  return lines.map((each) => `${each}\n`).join('')
}

function width(text: string): number {
  return [...text].length
}
