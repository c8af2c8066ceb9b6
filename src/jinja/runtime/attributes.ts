import { callValue } from './call.ts'
import {
  DICT_METHODS,
  FLOAT_METHODS,
  INT_METHODS,
  LIST_METHODS,
  SET_METHODS,
  TUPLE_METHODS,
} from './collection-methods.ts'
import { dictGet } from './compare.ts'
import { raise, raiseCall } from './errors.ts'
import { formatValue } from './format-spec.ts'
import { isHashable } from './hash.ts'
import { iterate } from './iterate.ts'
import { escapeText, Markup } from './markup.ts'
import { MARKUP_METHODS } from './markup-methods.ts'
import { type Method, NO_KWARGS } from './method.ts'
import { PyNamedTuple } from './named-tuple.ts'
import { intOf } from './numbers.ts'
import { PySlice, slice } from './slice.ts'
import { textOf } from './str.ts'
import { formatFields, missingKeyword } from './str-format.ts'
import { STR_METHODS } from './str-methods.ts'
import { codePoints, hasSurrogates } from './text.ts'
import { typeName } from './type-name.ts'
import { missingFrom, Undefined, unsafeAttribute } from './undefined.ts'
import { type CallResult, int, type Kwargs, PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** A method of a built-in value, bound to it. */
class BoundMethod<T extends PyValue> extends PyObject {
  readonly $type = 'builtin_function_or_method'
  private readonly self: T
  private readonly name: string
  private readonly method: Method<T>

  constructor(self: T, name: string, method: Method<T>) {
    super()
    this.self = self
    this.name = name
    this.method = method
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    return this.method(this.self, args, kwargs)
  }

  override $repr(): string {
    return `<built-in method ${this.name} of ${typeName(this.self)} object>`
  }
}

function bind<T extends PyValue>(self: T, name: string, method: Method<T> | undefined): PyValue | undefined {
  return method && new BoundMethod(self, name, method)
}

/** The method of a built-in value, as a function of the call's arguments; undefined when its type has none of that name. */
function builtinMethod(value: PyValue, name: string): Method<PyValue> | undefined {
  const table = tableOf(value)
  return table?.get(name) as Method<PyValue> | undefined
}

function tableOf(value: PyValue): ReadonlyMap<string, unknown> | undefined {
  switch (typeof value) {
    case 'string':
      return TEXT_METHODS
    case 'number':
      return Number.isInteger(value) ? INT_METHODS : FLOAT_METHODS
    case 'bigint':
    case 'boolean':
      return INT_METHODS
  }
  if (value === null) return undefined
  if (Array.isArray(value)) return LIST_METHODS
  if (value instanceof PyDict) return DICT_METHODS
  if (value instanceof PyTuple) return TUPLE_METHODS
  if (value instanceof PySet) return SET_METHODS
  if (value instanceof PyFloat) return FLOAT_METHODS
  return value instanceof Markup ? MARKUP_FORMAT_METHODS : undefined
}

/** A real attribute, without the fallback to items; undefined when there is none. */
function ownAttribute(value: PyValue, name: string): PyValue | undefined {
  if (value instanceof PyObject && !(value instanceof Markup)) {
    if (name.startsWith('_') && !(value instanceof Undefined)) return undefined
    return value.$attr?.(name)
  }
  const method = builtinMethod(value, name)
  if (method) return bind(value, name, method)
  if (value instanceof PyNamedTuple) return value.attribute(name)
  return numberAttribute(value, name)
}

function numberAttribute(value: PyValue, name: string): PyValue | undefined {
  const integer = intOf(value)
  if (integer !== undefined) {
    if (name === 'real' || name === 'numerator') return int(integer)
    return name === 'imag' ? 0 : name === 'denominator' ? 1 : undefined
  }
  if (typeof value !== 'number' && !(value instanceof PyFloat)) return undefined
  return name === 'real' ? value : name === 'imag' ? new PyFloat(0) : undefined
}

const PYTHON_INTERNALS = /^__(?:class|dict|doc|init|str|repr|len|eq|hash|getattribute|subclasshook|mro|globals)__$/

/** Jinja's `value.name`: the attribute, else the item of that name, else an Undefined. */
export function getAttr(value: PyValue, name: string): PyValue {
  const attribute = ownAttribute(value, name)
  if (attribute !== undefined) return attribute
  if (value instanceof PyDict) {
    const item = value.getString(name)
    if (item !== undefined) return item
  } else if (value instanceof PyObject && value.$item) {
    const item = value.$item(name)
    if (item !== undefined) return item
  }
  return PYTHON_INTERNALS.test(name) ? unsafeAttribute(typeName(value), name) : missingFrom(value, name)
}

/** The attribute that a value has, or undefined: `|attr`, and Python's hasattr. */
export function pyAttribute(value: PyValue, name: string): PyValue | undefined {
  return ownAttribute(value, name)
}

/** Jinja's `value[key]`: the item, else the attribute of that name, else an Undefined. */
export function getItem(value: PyValue, key: PyValue): PyValue {
  const item = key instanceof PySlice ? slice(value, key.start, key.stop, key.step) : ownItem(value, key)
  if (item !== undefined) return item
  const name = textOf(key)
  if (name === undefined) return missingFrom(value, key)
  const attribute = ownAttribute(value, name)
  if (attribute !== undefined) return attribute
  return PYTHON_INTERNALS.test(name) ? unsafeAttribute(typeName(value), name) : missingFrom(value, key)
}

function ownItem(value: PyValue, key: PyValue): PyValue | undefined {
  if (value instanceof PyDict) return isHashable(key) ? dictGet(value, key) : undefined
  if (value instanceof PyObject) {
    if (value.$item) return value.$item(key)
    const text = textOf(value)
    return text === undefined ? undefined : characterAt(text, key, value instanceof Markup)
  }
  if (Array.isArray(value)) return at(value, key)
  if (typeof value === 'string') return characterAt(value, key, false)
  return value instanceof PyTuple ? at(value.items, key) : undefined
}

function at(items: readonly PyValue[], key: PyValue): PyValue | undefined {
  const index = intOf(key)
  return index === undefined ? undefined : items.at(Number(index))
}

function characterAt(text: string, key: PyValue, markup: boolean): PyValue | undefined {
  const index = intOf(key)
  if (index === undefined) return undefined
  const character = hasSurrogates(text) ? codePoints(text).at(Number(index)) : text.at(Number(index))
  return character !== undefined && markup ? new Markup(character) : character
}

/** `value.name(...)`, without making the bound method where the value is of a built-in type. */
export function callMethod(
  value: PyValue,
  name: string,
  args: readonly PyValue[],
  kwargs: Kwargs = NO_KWARGS,
): CallResult {
  if (value instanceof PyObject && !(value instanceof Markup)) return callValue(getAttr(value, name), args, kwargs)
  const method = builtinMethod(value, name)
  return method ? method(value, args, kwargs) : callValue(getAttr(value, name), args, kwargs)
}

function formatSource(args: readonly PyValue[], keyword: (name: string) => PyValue) {
  return {
    position: (index: number): PyValue =>
      args[index] ?? (index < args.length ? null : raise('IndexError', 'tuple index out of range')),
    keyword,
    attribute: getAttr,
    item: getItem,
  }
}

function keywordFrom(kwargs: Kwargs): (name: string) => PyValue {
  return (name) => kwargs.get(name) ?? (kwargs.has(name) ? null : missingKeyword(name))
}

function mappingFrom(args: readonly PyValue[], kwargs: Kwargs): (name: string) => PyValue {
  const count = args.length + kwargs.size
  if (count !== 1 || args[0] === undefined) raiseCall(`format_map() takes exactly one argument ${count} given`)
  const mapping = args[0]
  return (name) => {
    if (mapping instanceof PyDict) return mapping.getString(name) ?? missingKeyword(name)
    return getItem(mapping, name)
  }
}

const escapeField = (value: PyValue, spec: string): string =>
  value instanceof Markup ? value.text : escapeText(formatValue(value, spec))

const TEXT_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ...STR_METHODS,
  ['format', (text, args, kwargs) => formatFields(text, formatSource(args, keywordFrom(kwargs)))],
  ['format_map', (text, args, kwargs) => formatFields(text, formatSource([], mappingFrom(args, kwargs)))],
])

const MARKUP_FORMAT_METHODS: ReadonlyMap<string, Method<Markup>> = new Map<string, Method<Markup>>([
  ...MARKUP_METHODS,
  [
    'format',
    ({ text }, args, kwargs) => new Markup(formatFields(text, formatSource(args, keywordFrom(kwargs)), escapeField)),
  ],
  [
    'format_map',
    ({ text }, args, kwargs) =>
      new Markup(formatFields(text, formatSource([], mappingFrom(args, kwargs)), escapeField)),
  ],
])

/** The items of an iterable as a list. */
export function listOf(value: PyValue): PyValue[] {
  return [...iterate(value)]
}
