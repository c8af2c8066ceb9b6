/** Whether a path below the project's root (with `/`) is left out by `.dbtignore`. */
export type IgnoreTest = (path: string) => boolean

interface Rule {
  readonly pattern: RegExp
  readonly negated: boolean
}

/** Reads the patterns of `.dbtignore`, which are those of `.gitignore`: the last one that matches decides. */
export function parseIgnoreFile(text: string): IgnoreTest {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?<!\\)\s+$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseRule)
  return (path) => {
    let ignored = false
    for (const rule of rules) if (rule.pattern.test(path)) ignored = !rule.negated
    return ignored
  }
}

function parseRule(line: string): Rule {
  const negated = line.startsWith('!')
  let glob = negated ? line.slice(1) : line.replace(/^\\(?=[!#])/, '')
  const directoryOnly = glob.endsWith('/')
  if (directoryOnly) glob = glob.slice(0, -1)
  const anchored = glob.includes('/')
  if (glob.startsWith('/')) glob = glob.slice(1)
  const body = globToRegex(glob)
  const start = anchored ? '^' : '(?:^|.*/)'
  // A pattern that names a folder covers all that is in it.
  const end = directoryOnly ? '/.*$' : '(?:/.*)?$'
  return { pattern: new RegExp(`${start}${body}${end}`), negated }
}

function globToRegex(glob: string): string {
  let out = ''
  for (let index = 0; index < glob.length; index++) {
    const char = glob[index] ?? ''
    if (glob.startsWith('**/', index)) {
      out += '(?:.*/)?'
      index += 2
    } else if (glob.startsWith('/**', index) && index + 3 === glob.length) {
      out += '/.*'
      index += 2
    } else if (char === '*') {
      if (glob[index + 1] === '*') index++
      out += '[^/]*'
    } else if (char === '?') out += '[^/]'
    else if (char === '[') {
      const close = glob.indexOf(']', index + 2)
      if (close < 0) out += '\\['
      else {
        out += `[${glob
          .slice(index + 1, close)
          .replace(/^!/, '^')
          .replaceAll('\\', '\\\\')}]`
        index = close
      }
    } else if (char === '\\') {
      index++
      out += literalPattern(glob[index] ?? '')
    } else out += literalPattern(char)
  }
  return out
}

function literalPattern(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
