import type { MutableGlobals } from '../context/index.ts'
import { type CallResult, type Kwargs, Pending, PyObject, type PyValue } from '../jinja/index.ts'

const CALL = /\s*([A-Za-z_]\w*)\s*\(/y
const STRING = /\s*(?:'([^'\\]*)'|"([^"\\]*)")/y
const COMMA = /\s*,/y
const CLOSE = /\s*\)/y
const OPEN_BRACES = /^\{\{(?![-+])/
const END = /\s*\}\}$/y

const NO_KWARGS: Kwargs = new Map()

/** A call whose arguments are texts and such calls: `get_where_subquery(ref('orders'))`. */
interface PlainCall {
  readonly name: string
  readonly args: readonly (string | PlainCall)[]
}

/**
 * The value of a text that is nothing but such a call in braces, as arguments of generic tests are; undefined for any other text, for a name that cannot be
 * called and for a result that needs Jinja's own look at it: then the template engine does it. The same names are called with the same values either way.
 */
export function plainCallValue(text: string, globals: MutableGlobals): PyValue | undefined {
  const call = parse(text)
  if (call === null) return undefined
  let value: CallResult | undefined
  try {
    value = evaluate(call, globals)
  } catch {
    // It fails again in the template, which knows the place.
    return undefined
  }
  return typeof value === 'string' || value instanceof Pending ? undefined : value
}

function parse(text: string): PlainCall | null {
  if (!OPEN_BRACES.test(text)) return null
  let at = 2
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  const call = (): PlainCall | null => {
    const name = take(CALL)?.[1]
    if (name === undefined) return null
    const args: (string | PlainCall)[] = []
    if (take(CLOSE) !== null) return { name, args }
    for (;;) {
      const string = take(STRING)
      const argument = string === null ? call() : (string[1] ?? string[2] ?? '')
      if (argument === null) return null
      args.push(argument)
      if (take(CLOSE) !== null) return { name, args }
      if (take(COMMA) === null) return null
    }
  }
  const parsed = call()
  return parsed !== null && take(END) !== null && at === text.length ? parsed : null
}

function evaluate(call: PlainCall, globals: MutableGlobals): CallResult | undefined {
  const callee = globals.get(call.name)
  if (!(callee instanceof PyObject) || callee.$call === undefined) return undefined
  const args: PyValue[] = []
  for (const each of call.args) {
    const value = typeof each === 'string' ? each : evaluate(each, globals)
    if (value === undefined || value instanceof Pending) return undefined
    args.push(value)
  }
  return callee.$call(args, NO_KWARGS)
}
