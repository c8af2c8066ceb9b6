/**
 * Python's fnmatch on POSIX, which selectors use for names: `*` any run of characters (dots and slashes too), `?` one,
 * `[abc]`, `[a-z]`, `[!abc]` a set; an unclosed `[` is itself. Case counts.
 */
export function fnmatch(text: string, pattern: string): boolean {
  return globRegExp(pattern, '.*', '.').test(text)
}

/** The pattern as a RegExp over the whole text; `many` and `one` are what `*` and `?` stand for. */
export function globRegExp(pattern: string, many: string, one: string): RegExp {
  let source = ''
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index)
    if (char === '*') source += many
    else if (char === '?') source += one
    else if (char === '[') {
      let end = index + 1
      if (pattern[end] === '!') end++
      if (pattern[end] === ']') end++
      while (end < pattern.length && pattern[end] !== ']') end++
      if (end >= pattern.length) source += '\\['
      else {
        source += characterSet(pattern.slice(index + 1, end))
        index = end
      }
    } else source += char.replace(/[\\^$.|+(){}\]]/, '\\$&')
  }
  return new RegExp(`^(?:${source})$`, 'su')
}

function characterSet(body: string): string {
  const negated = body.startsWith('!')
  const members = (negated ? body.slice(1) : body).replace(/[\\[\]^]/g, '\\$&').replace(/^-|-$/g, '\\-')
  const descending = /([^\\])-([^\\])/.exec(members)
  // Python: a range that runs backwards is empty.
  if (descending?.[1] !== undefined && descending[2] !== undefined && descending[1] > descending[2]) {
    return negated ? '[^]' : '[]'
  }
  return `[${negated ? '^' : ''}${members}]`
}
