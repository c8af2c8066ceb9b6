/**
 * Whether a key is one that the pattern means: `*` any run within one part, `**` any run of parts, `?` one character, `[a-c]` or `[!a-c]`
 * one of (not) these, `{a,b}` either. A pattern without wildcards means itself. A part that begins with `.` needs a pattern that says so.
 */
export function matchesPattern(pattern: string, key: string): boolean {
  return patternRegExp(pattern).test(key)
}

function patternRegExp(pattern: string): RegExp {
  let source = ''
  let depth = 0
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? ''
    const starts = at === 0 || pattern[at - 1] === '/'
    if (char === '*' && pattern[at + 1] === '*') {
      const slash = pattern[at + 2] === '/'
      source += slash ? '(?:(?!\\.)[^/]+/)*' : '(?:(?!\\.)[^/]+(?:/|$))*'
      at += slash ? 2 : 1
    } else if (char === '*') source += `${starts ? '(?!\\.)' : ''}[^/]*`
    else if (char === '?') source += `${starts ? '(?!\\.)' : ''}[^/]`
    else if (char === '[' && pattern.indexOf(']', at + 2) > 0) {
      const end = pattern.indexOf(']', at + 2)
      const body = pattern.slice(at + 1, end).replace(/\\/g, '\\\\')
      source += `(?!/)[${/^[!^]/.test(body) ? `^${body.slice(1)}` : body}]`
      at = end
    } else if (char === '{') {
      source += '(?:'
      depth++
    } else if (char === '}' && depth > 0) {
      source += ')'
      depth--
    } else if (char === ',' && depth > 0) source += '|'
    else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  return new RegExp(`^${source}${')'.repeat(depth)}$`, 'su')
}
