import {
  add,
  applyTest,
  concat,
  contains,
  div,
  floordiv,
  hashKey,
  iterate,
  Markup,
  makeUndefined,
  mod,
  mul,
  Namespace,
  neg,
  pos,
  pow,
  pyCompare,
  pyEquals,
  pyStr,
  raise,
  slice,
  sub,
  truthy,
  typeName,
  Undefined,
  unpack,
} from '../runtime/runtime.ts'
import {
  type CallResult,
  float,
  type Kwargs,
  Pending,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
} from '../runtime/values.ts'
import { MacroObject } from './macro-object.ts'
import { type MarkerName, NativeMarker } from './native.ts'

const NONE: readonly PyValue[] = Object.freeze([])
const EMPTY: Kwargs = new Map()

/** The value of a call in code that cannot wait. */
function now(result: CallResult): PyValue {
  if (result instanceof Pending) {
    raise('RuntimeError', 'a query cannot be run while the project is parsed; guard it with {% if execute %}')
  }
  return result
}

function dict(...pairs: PyValue[]): PyDict {
  const result = new PyDict()
  for (let index = 0; index < pairs.length; index += 2) {
    const key = pairs[index] ?? null
    const value = pairs[index + 1] ?? null
    if (typeof key === 'string') result.setString(key, value)
    else {
      const hash = hashKey(key)
      const old = result.entries.get(hash)
      // As in Python, a second equal key replaces the value and keeps the first key.
      result.entries.set(hash, [old ? old[0] : key, value])
    }
  }
  return result
}

function keywords(...pairs: (string | PyValue)[]): Kwargs {
  const result = new Map<string, PyValue>()
  for (let index = 0; index < pairs.length; index += 2) result.set(pairs[index] as string, pairs[index + 1] ?? null)
  return result
}

/** `**mapping` behind other keywords. */
function keywordRest(before: Kwargs, mapping: PyValue): Kwargs {
  if (!(mapping instanceof PyDict)) {
    raise('TypeError', `argument after ** must be a mapping, not ${typeName(mapping)}`)
  }
  const result = new Map(before)
  for (const [key, value] of mapping.entries.values()) {
    if (typeof key !== 'string') raise('TypeError', 'keywords must be strings')
    if (result.has(key)) raise('TypeError', `got multiple values for keyword argument '${key}'`)
    result.set(key, value)
  }
  return result
}

/** `*values` in a call. */
function spread(values: PyValue): Iterable<PyValue> {
  if (values === null || typeof values === 'number' || typeof values === 'boolean' || values instanceof PyFloat) {
    raise('TypeError', `Value after * must be an iterable, not ${typeName(values)}`)
  }
  return iterate(values)
}

/** What a method is called on: a strict undefined has none. */
function live(value: PyValue): PyValue {
  if (value instanceof Undefined && value.mode === 'strict') value.fail()
  return value
}

function noFilter(name: string, _value: PyValue): never {
  raise('TemplateRuntimeError', `No filter named '${name}' found.`)
}

function noTest(name: string, _value: PyValue): never {
  raise('TemplateRuntimeError', `No test named '${name}' found.`)
}

/** What an inline-if without `else` gives when its condition is false. */
function noElse(line: number): PyValue {
  const hint = `the inline if-expression on line ${line} evaluated to false and no else section was defined.`
  return makeUndefined(null, 'strict', hint)
}

function noLoader(): never {
  raise('TypeError', 'no loader for this environment specified')
}

/** Output of call and filter blocks, which Jinja2 joins without str(). */
function joinable(value: PyValue): string {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return pyStr(value)
  return raise('TypeError', `sequence item 0: expected str instance, ${typeName(value)} found`)
}

/** A constant of native rendering: text where Jinja2 would have folded it, else the value (or its error) itself. */
function constantText(evaluate: () => PyValue): PyValue {
  const value = evaluate()
  return isFoldable(value) ? pyStr(value) : value
}

function isFoldable(value: PyValue): boolean {
  if (Array.isArray(value)) return value.every(isFoldable)
  if (value instanceof PyTuple) return value.items.every(isFoldable)
  if (value instanceof PySet) return [...value.entries.values()].every(isFoldable)
  if (value instanceof PyDict) {
    return [...value.entries.values()].every(([key, item]) => isFoldable(key) && isFoldable(item))
  }
  return !(value instanceof PyObject) || value instanceof Markup
}

function mustBeNamespace(value: PyValue | undefined): void {
  if (!(value instanceof Namespace)) {
    raise('TemplateRuntimeError', 'cannot assign attribute on non-namespace object')
  }
}

function setNamespace(namespace: Namespace, name: string, value: PyValue): void {
  namespace.$setattr(name, value)
}

/** A JavaScript generator as a Python iterator. */
class GeneratedItems extends PyObject {
  readonly $type = 'generator'
  private readonly items: Iterator<PyValue>

  constructor(items: Iterator<PyValue>) {
    super()
    this.items = items
  }

  override $iter(): Iterator<PyValue> {
    return this.items
  }
}

/** All that generated code calls and that does not depend on the render at hand. */
export const SUPPORT = {
  truthy,
  pyStr,
  pyEquals,
  pyCompare,
  add,
  sub,
  mul,
  div,
  floordiv,
  mod,
  pow,
  neg,
  pos,
  concat,
  contains,
  slice,
  iterate,
  unpack,
  float,
  applyTest,
  PyTuple,
  Pending,
  Undefined,
  NONE,
  EMPTY,
  dict,
  keywords,
  keywordRest,
  spread,
  live,
  now,
  noFilter,
  noTest,
  noElse,
  noLoader,
  joinable,
  constantText,
  marker: (kind: MarkerName, value: PyValue): PyValue => new NativeMarker(kind, pyStr(value)),
  mustBeNamespace,
  setNamespace,
  generated: (items: Iterator<PyValue>): PyObject => new GeneratedItems(items),
  macro: (...[spec, fn]: ConstructorParameters<typeof MacroObject>): MacroObject => new MacroObject(spec, fn),
} as const
