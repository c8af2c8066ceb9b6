const NEEDS_QUOTES = /[",\r\n]/

/**
 * A row as a line of CSV (RFC 4180), in the form that COPY of Postgres reads: a null is nothing at all, an empty text is `""`.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  let line = ''
  for (let index = 0; index < cells.length; index++) {
    if (index > 0) line += ','
    const cell = cells[index]
    if (cell === null || cell === undefined) continue
    // A backslash at the front goes into quotes too: COPY takes a line of `\.` for the end.
    line += cell === '' || cell.startsWith('\\') || NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  }
  return `${line}\n`
}
