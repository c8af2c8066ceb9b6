/**
 * The text with comments, string literals, quoted names and dollar-quoted bodies blanked out, of the same length: what is left are
 * the words of the statements themselves.
 */
export function blankQuoted(sql: string): string {
  let out = ''
  let at = 0
  const blank = (end: number): void => {
    out += ' '.repeat(Math.max(0, Math.min(end, sql.length) - at))
    at = Math.min(end, sql.length)
  }
  while (at < sql.length) {
    const two = sql.slice(at, at + 2)
    const char = sql[at] ?? ''
    if (two === '--') blank(lineEnd(sql, at))
    else if (two === '/*') blank(commentEnd(sql, at))
    else if (char === "'") blank(quotedEnd(sql, at, "'", /e$/i.test(out) && !/\w\w$/.test(out)))
    else if (char === '"') blank(quotedEnd(sql, at, '"', false))
    else {
      const tag =
        char === '$' && !/[\w$]$/.test(out)
          ? /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(sql.slice(at, at + 80))?.[0]
          : undefined
      if (tag === undefined) {
        out += char
        at++
      } else {
        const end = sql.indexOf(tag, at + tag.length)
        blank(end < 0 ? sql.length : end + tag.length)
      }
    }
  }
  return out
}

function lineEnd(sql: string, from: number): number {
  const end = sql.indexOf('\n', from)
  return end < 0 ? sql.length : end
}

/** Block comments nest in Postgres. */
function commentEnd(sql: string, from: number): number {
  let depth = 0
  for (let at = from; at < sql.length; at++) {
    const two = sql.slice(at, at + 2)
    if (two === '/*') {
      depth++
      at++
    } else if (two === '*/') {
      at++
      if (--depth === 0) return at + 1
    }
  }
  return sql.length
}

function quotedEnd(sql: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from + 1; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at++
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1
      at++
    }
  }
  return sql.length
}

const COPY_FROM_STDIN = /\bcopy\b[^;]*?\bfrom\s+stdin\b/i

/** Whether a text holds a COPY … FROM STDIN, which PGlite never comes back from. */
export function hasCopyFromStdin(sql: string): boolean {
  if (!/\bcopy\b/i.test(sql) || !/\bstdin\b/i.test(sql)) return false
  return COPY_FROM_STDIN.test(blankQuoted(sql))
}

/** The same COPY statement reading from PGlite's blob instead of STDIN; null when it is no COPY … FROM STDIN. */
export function copyFromBlob(sql: string): string | null {
  const found = COPY_FROM_STDIN.exec(blankQuoted(sql))
  if (found === null) return null
  const end = found.index + found[0].length
  return `${sql.slice(0, end - 'stdin'.length)}'/dev/blob'${sql.slice(end)}`
}
