import { raise } from '../runtime/errors.ts'
import { PyIterator } from '../runtime/iterate.ts'
import { pyRepr, pyStr } from '../runtime/str.ts'
import { codePointOffset } from '../runtime/text.ts'
import { typeName } from '../runtime/type-name.ts'
import { Pending, PyDict, PyObject, PyTuple, type PyValue } from '../runtime/values.ts'
import { integer, method, named, PyNamespace, required, text } from './arguments.ts'
import { RE_FLAGS, translatePattern } from './regex-syntax.ts'

/** A compiled pattern (re.Pattern). */
class PyPattern extends PyObject {
  readonly $type = 're.Pattern'
  readonly regex: RegExp
  private readonly pythonFlags: number

  constructor(
    readonly pattern: string,
    flags: number,
  ) {
    super()
    const js = translatePattern(pattern, flags)
    try {
      this.regex = new RegExp(js.source, js.flags)
    } catch (cause) {
      raise('error', `${cause instanceof Error ? cause.message : String(cause)}`)
    }
    this.pythonFlags = js.pythonFlags
  }

  /** The match at or after `from`; anchored there (`match`) and to the end (`fullmatch`) when asked. */
  find(subject: string, from: number, mode: 'search' | 'match' | 'fullmatch'): PyMatch | null {
    const source = mode === 'fullmatch' ? `(?:${this.regex.source})(?![\\s\\S])` : this.regex.source
    const regex = new RegExp(source, `${this.regex.flags}${mode === 'search' ? 'g' : 'y'}`)
    regex.lastIndex = from
    const found = regex.exec(subject)
    return found ? new PyMatch(found, this) : null
  }

  all(subject: string): PyMatch[] {
    return [...subject.matchAll(new RegExp(this.regex.source, `${this.regex.flags}g`))].map(
      (found) => new PyMatch(found, this),
    )
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'pattern') return this.pattern
    if (name === 'flags') return this.pythonFlags
    if (name === 'groups') return (new RegExp(`${this.regex.source}|`, this.regex.flags).exec('')?.length ?? 1) - 1
    const run = OPERATIONS[name]
    return run ? method(name, (args, kwargs) => run(this, args, kwargs)) : undefined
  }

  override $eq(other: PyValue): boolean {
    return other instanceof PyPattern && other.pattern === this.pattern && other.pythonFlags === this.pythonFlags
  }

  override $hash(): string {
    return `re:${this.pythonFlags}:${this.pattern}`
  }

  override $repr(): string {
    const flags = this.pythonFlags & RE_FLAGS.I ? ', re.IGNORECASE' : ''
    return `re.compile(${pyRepr(this.pattern)}${flags})`
  }
}

/** re.Match. */
class PyMatch extends PyObject {
  readonly $type = 're.Match'

  constructor(
    readonly found: RegExpExecArray,
    private readonly pattern: PyPattern,
  ) {
    super()
  }

  group(key: PyValue): string | null {
    if (typeof key === 'string') {
      if (!this.found.groups || !Object.hasOwn(this.found.groups, key)) raise('IndexError', 'no such group')
      return this.found.groups[key] ?? null
    }
    const index = integer(key)
    if (index < 0 || index >= this.found.length) raise('IndexError', 'no such group')
    return this.found[index] ?? null
  }

  get groups(): (string | null)[] {
    return this.found.slice(1).map((group) => group ?? null)
  }

  private span(key: PyValue): readonly [number, number] {
    const indices = this.found.indices
    const at = typeof key === 'string' ? indices?.groups?.[key] : indices?.[integer(key)]
    if (!at) {
      this.group(key)
      return [-1, -1]
    }
    return [codePointOffset(this.found.input, at[0]), codePointOffset(this.found.input, at[1])]
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'group':
        return method(name, (args) => {
          if (args.length <= 1) return this.group(args[0] ?? 0)
          return new PyTuple(args.map((key) => this.group(key)))
        })
      case 'groups':
        return method(name, (args, kwargs) => {
          const fallback = named(name, ['default'], args, kwargs)['default'] ?? null
          return new PyTuple(this.groups.map((group) => group ?? fallback))
        })
      case 'groupdict':
        return method(name, (args, kwargs) => {
          const fallback = named(name, ['default'], args, kwargs)['default'] ?? null
          return PyDict.ofStrings(
            Object.entries(this.found.groups ?? {}).map(([key, value]) => [key, value ?? fallback] as const),
          )
        })
      case 'start':
        return method(name, (args) => this.span(args[0] ?? 0)[0])
      case 'end':
        return method(name, (args) => this.span(args[0] ?? 0)[1])
      case 'span':
        return method(name, (args) => new PyTuple([...this.span(args[0] ?? 0)]))
      case 'string':
        return this.found.input
      case 're':
        return this.pattern
      case 'expand':
        return method(name, (args) => expandTemplate(text(args[0], 'template'), this))
      default:
        return undefined
    }
  }

  override $item(key: PyValue): PyValue {
    return this.group(key)
  }

  override $repr(): string {
    const [start, end] = this.span(0)
    return `<re.Match object; span=(${start}, ${end}), match=${pyRepr(this.found[0])}>`
  }
}

/** A replacement text with \1, \g<1>, \g<name> and Python's escapes filled in. */
function expandTemplate(template: string, match: PyMatch): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g,
    (_, name: string | undefined, index: string | undefined, char: string | undefined) => {
      if (name !== undefined) return match.group(/^\d+$/.test(name) ? Number(name) : name) ?? ''
      if (index !== undefined) return match.group(Number(index)) ?? ''
      const escapes: Readonly<Record<string, string>> = {
        n: '\n',
        t: '\t',
        r: '\r',
        f: '\f',
        v: '\v',
        a: '\x07',
        b: '\b',
        '\\': '\\',
      }
      const found = escapes[char ?? '']
      if (found !== undefined) return found
      return /[a-zA-Z]/.test(char ?? '') ? raise('error', `bad escape \\${char}`) : `\\${char}`
    },
  )
}

function substitute(
  pattern: PyPattern,
  replacement: PyValue,
  subject: string,
  count: number,
): readonly [string, number] {
  let out = ''
  let at = 0
  let done = 0
  for (const match of pattern.all(subject)) {
    if (count > 0 && done >= count) break
    out += subject.slice(at, match.found.index)
    if (typeof replacement === 'string') out += expandTemplate(replacement, match)
    else if (replacement instanceof PyObject && replacement.$call) {
      const made = replacement.$call([match], new Map())
      if (made instanceof Pending) raise('TypeError', 'a replacement function may not query the database')
      out += made === null ? '' : pyStr(made)
    } else raise('TypeError', `expected str or a function, not ${typeName(replacement)}`)
    at = match.found.index + match.found[0].length
    done++
  }
  return [out + subject.slice(at), done]
}

function splitText(pattern: PyPattern, subject: string, limit: number): PyValue[] {
  const out: PyValue[] = []
  let at = 0
  let done = 0
  for (const match of pattern.all(subject)) {
    if (limit > 0 && done >= limit) break
    out.push(subject.slice(at, match.found.index), ...match.groups)
    at = match.found.index + match.found[0].length
    done++
  }
  out.push(subject.slice(at))
  return out
}

/** What findall gives for a match: the group, a tuple of the groups, or the whole. */
function foundValue(match: PyMatch): PyValue {
  const groups = match.groups.map((group) => group ?? '')
  if (groups.length === 0) return match.found[0]
  return groups.length === 1 ? (groups[0] ?? '') : new PyTuple(groups)
}

type Operation = (pattern: PyPattern, args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>) => PyValue

function subjectOf(
  name: string,
  args: readonly PyValue[],
  kwargs: ReadonlyMap<string, PyValue>,
): { subject: string; from: number } {
  const given = named(name, ['string', 'pos', 'endpos'], args, kwargs)
  const end = given['endpos'] === undefined ? undefined : integer(given['endpos'])
  return {
    subject: text(required(name, 'string', given['string']), 'expected string').slice(0, end),
    from: integer(given['pos'], 0),
  }
}

function finder(mode: 'search' | 'match' | 'fullmatch'): Operation {
  return (pattern, args, kwargs) => {
    const { subject, from } = subjectOf(mode, args, kwargs)
    return pattern.find(subject, from, mode)
  }
}

/** Methods of a pattern; the module's functions are the same with the pattern first. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  search: finder('search'),
  match: finder('match'),
  fullmatch: finder('fullmatch'),
  findall: (pattern, args, kwargs) => pattern.all(subjectOf('findall', args, kwargs).subject).map(foundValue),
  finditer: (pattern, args, kwargs) =>
    new PyIterator(pattern.all(subjectOf('finditer', args, kwargs).subject), 'callable_iterator'),
  split: (pattern, args, kwargs) => {
    const given = named('split', ['string', 'maxsplit'], args, kwargs)
    return splitText(
      pattern,
      text(required('split', 'string', given['string']), 'expected string'),
      integer(given['maxsplit'], 0),
    )
  },
  sub: (pattern, args, kwargs) => substituteArguments(pattern, args, kwargs)[0],
  subn: (pattern, args, kwargs) => new PyTuple([...substituteArguments(pattern, args, kwargs)]),
}

function substituteArguments(
  pattern: PyPattern,
  args: readonly PyValue[],
  kwargs: ReadonlyMap<string, PyValue>,
): readonly [string, number] {
  const given = named('sub', ['repl', 'string', 'count'], args, kwargs)
  const subject = text(required('sub', 'string', given['string']), 'expected string')
  return substitute(pattern, required('sub', 'repl', given['repl']), subject, integer(given['count'], 0))
}

function patternOf(value: PyValue | undefined, flags: PyValue | undefined): PyPattern {
  if (value instanceof PyPattern) return value
  return new PyPattern(text(value, 'first argument'), integer(flags, 0))
}

/** What dbt shows of Python's re as `modules.re`. */
export function regexModule(): PyObject {
  const functions = Object.entries(OPERATIONS).map(([name, run]) => [
    name,
    method(name, (args, kwargs) => {
      const rest = new Map(kwargs)
      const pattern = rest.get('pattern') ?? args[0]
      let flags = rest.get('flags')
      rest.delete('pattern')
      rest.delete('flags')
      let others = kwargs.has('pattern') ? args : args.slice(1)
      // The functions take flags last: search(pattern, string, flags), sub(pattern, repl, string, count, flags).
      const most = name === 'sub' || name === 'subn' ? 3 : name === 'split' ? 2 : 1
      if (others.length > most) {
        flags = others[most]
        others = others.slice(0, most)
      }
      return run(patternOf(pattern, flags), others, rest)
    }),
  ])
  return new PyNamespace('re', {
    ...Object.fromEntries(functions),
    compile: method('compile', (args, kwargs) => {
      const given = named('compile', ['pattern', 'flags'], args, kwargs)
      return patternOf(given['pattern'], given['flags'])
    }),
    escape: method('escape', (args) => text(args[0], 'escape() argument').replace(/[-\\^$*+?.()|[\]{}&~#\s]/g, '\\$&')),
    I: RE_FLAGS.I,
    IGNORECASE: RE_FLAGS.I,
    M: RE_FLAGS.M,
    MULTILINE: RE_FLAGS.M,
    S: RE_FLAGS.S,
    DOTALL: RE_FLAGS.S,
    X: RE_FLAGS.X,
    VERBOSE: RE_FLAGS.X,
    A: RE_FLAGS.A,
    ASCII: RE_FLAGS.A,
    U: RE_FLAGS.U,
    UNICODE: RE_FLAGS.U,
  })
}
