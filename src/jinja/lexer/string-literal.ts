const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/**
 * The value of a string literal's inside, with Python's `unicode-escape` rules as Jinja2 applies them: unknown escapes keep their
 * backslash. Calls `fail` with Python's message for broken `\x`, `\u`, `\U` and for `\N{…}` (names of characters are not known here).
 */
export function unescapeString(inside: string, fail: (message: string) => never): string {
  let out = ''
  let from = 0
  for (;;) {
    const at = inside.indexOf('\\', from)
    if (at < 0) return out + inside.slice(from)
    out += inside.slice(from, at)
    const next = inside[at + 1] ?? ''
    const simple = SIMPLE[next]
    const hexLength = HEX_LENGTH[next]
    from = at + 2
    if (simple !== undefined) out += simple
    else if (next >= '0' && next <= '7') {
      const digits = /^[0-7]{1,3}/.exec(inside.slice(at + 1))?.[0] ?? next
      out += String.fromCodePoint(Number.parseInt(digits, 8))
      from = at + 1 + digits.length
    } else if (hexLength !== undefined) {
      const digits = inside.slice(at + 2, at + 2 + hexLength)
      if (digits.length < hexLength || !/^[0-9a-fA-F]+$/.test(digits)) {
        fail(`truncated \\${next}${'X'.repeat(hexLength)} escape`)
      }
      const code = Number.parseInt(digits, 16)
      if (code > 0x10ffff) fail('illegal Unicode character')
      out += String.fromCodePoint(code)
      from += hexLength
    } else if (next === 'N') {
      fail(
        /^\{[^}]+\}/.test(inside.slice(at + 2)) ? 'unknown Unicode character name' : 'malformed \\N character escape',
      )
    } else if (next > '\x7f') {
      // Jinja2 first writes non-ASCII characters as escapes, so a backslash before one escapes that escape's own backslash.
      const code = inside.codePointAt(at + 1) ?? 0
      out += `\\${asciiEscape(code)}`
      from = at + 1 + (code > 0xffff ? 2 : 1)
    } else {
      out += `\\${next}`
    }
  }
}

function asciiEscape(code: number): string {
  if (code <= 0xff) return `x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `u${code.toString(16).padStart(4, '0')}`
  return `U${code.toString(16).padStart(8, '0')}`
}
