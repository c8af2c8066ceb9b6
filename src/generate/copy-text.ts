const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Rows in the text form of Postgres' COPY: tab between cells, `\N` for null, backslash escapes. */
export function encodeCopyText(rows: readonly (readonly (string | null)[])[]): Uint8Array {
  let out = ''
  for (const row of rows) {
    for (let index = 0; index < row.length; index++) {
      if (index > 0) out += '\t'
      const cell = row[index]
      if (cell === null || cell === undefined) out += '\\N'
      else out += SPECIAL.test(cell) ? cell.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : cell
    }
    out += '\n'
  }
  return Buffer.from(out, 'utf8')
}
