import { bindPositional, type ParameterSpec, parameter } from './arguments.ts'
import { mod } from './arithmetic.ts'
import { pyCompare, pyEquals } from './compare.ts'
import { raise, raiseCall } from './errors.ts'
import { FILTER_NAMES } from './filter-names.ts'
import { hashKey } from './hash.ts'
import { contains, isIterable, lengthOf } from './iterate.ts'
import { Markup } from './markup.ts'
import { NO_KWARGS } from './method.ts'
import { intOf } from './numbers.ts'
import { pyStr, textOf } from './str.ts'
import { isLowerText, isUpperText } from './str-case.ts'
import { Undefined } from './undefined.ts'
import { type Kwargs, PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

interface Test {
  readonly functionName: string
  readonly spec: readonly ParameterSpec[]
  readonly builtin?: boolean
  readonly holds: (value: PyValue, argument: PyValue) => boolean
}

const one = (functionName: string, holds: (value: PyValue) => boolean): Test => ({
  functionName,
  spec: [parameter('value')],
  holds,
})
const two = (functionName: string, second: string, holds: Test['holds']): Test => ({
  functionName,
  spec: [parameter('value'), parameter(second)],
  holds,
})

/** One of Python's operator functions, which count their arguments in words of their own. */
const operator = (functionName: string, holds: Test['holds']): Test => ({
  functionName,
  spec: [parameter('a'), parameter('b')],
  builtin: true,
  holds,
})

/** `value in dict of names`: unhashable values raise. */
function isOneOf(value: PyValue, names: { has(name: string): boolean }): boolean {
  const key = hashKey(value)
  return typeof key === 'string' && names.has(key)
}

function isFloat(value: PyValue): boolean {
  return value instanceof PyFloat || (typeof value === 'number' && !Number.isInteger(value))
}

function isNumber(value: PyValue): boolean {
  if (intOf(value) !== undefined || isFloat(value)) return true
  return value instanceof PyObject && value.$number !== undefined
}

function isSequence(value: PyValue): boolean {
  if (value instanceof PySet) return false
  if (value instanceof PyObject && value.$text === undefined && value.$item === undefined) return false
  return lengthOf(value) !== undefined
}

/** Python's `is`, as far as values here have an identity: numbers and strings by type and value. */
function isSame(a: PyValue, b: PyValue): boolean {
  if (a instanceof PyFloat && b instanceof PyFloat) return a.value === b.value
  if (a instanceof PyTuple && b instanceof PyTuple) return a === b || (a.items.length === 0 && b.items.length === 0)
  return a === b
}

const less = operator('lt', (a, b) => pyCompare('<', a, b))
const lessEqual = operator('le', (a, b) => pyCompare('<=', a, b))
const greater = operator('gt', (a, b) => pyCompare('>', a, b))
const greaterEqual = operator('ge', (a, b) => pyCompare('>=', a, b))
const equal = operator('eq', pyEquals)
const unequal = operator('ne', (a, b) => !pyEquals(a, b))

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['odd', one('test_odd', (value) => pyEquals(mod(value, 2), 1))],
  ['even', one('test_even', (value) => pyEquals(mod(value, 2), 0))],
  ['divisibleby', two('test_divisibleby', 'num', (value, number) => pyEquals(mod(value, number), 0))],
  ['defined', one('test_defined', (value) => !(value instanceof Undefined))],
  ['undefined', one('test_undefined', (value) => value instanceof Undefined)],
  ['filter', one('test_filter', (value) => isOneOf(value, FILTER_NAMES))],
  ['test', one('test_test', (value) => isOneOf(value, TESTS))],
  ['none', one('test_none', (value) => value === null)],
  ['boolean', one('test_boolean', (value) => typeof value === 'boolean')],
  ['true', one('test_true', (value) => value === true)],
  ['false', one('test_false', (value) => value === false)],
  ['integer', one('test_integer', (value) => typeof value !== 'boolean' && intOf(value) !== undefined)],
  ['float', one('test_float', isFloat)],
  ['lower', one('test_lower', (value) => isLowerText(pyStr(value)))],
  ['upper', one('test_upper', (value) => isUpperText(pyStr(value)))],
  ['string', one('test_string', (value) => textOf(value) !== undefined)],
  [
    'mapping',
    one('test_mapping', (value) => value instanceof PyDict || (value instanceof PyObject && value.$mapping === true)),
  ],
  ['number', one('test_number', isNumber)],
  ['sequence', one('test_sequence', isSequence)],
  ['iterable', one('test_iterable', isIterable)],
  ['callable', one('callable', (value) => value instanceof PyObject && value.$call !== undefined)],
  ['sameas', two('test_sameas', 'other', isSame)],
  ['escaped', one('test_escaped', (value) => value instanceof Markup)],
  ['in', two('test_in', 'seq', contains)],
  ['==', equal],
  ['eq', equal],
  ['equalto', equal],
  ['!=', unequal],
  ['ne', unequal],
  ['>', greater],
  ['gt', greater],
  ['greaterthan', greater],
  ['>=', greaterEqual],
  ['ge', greaterEqual],
  ['<', less],
  ['lt', less],
  ['lessthan', less],
  ['<=', lessEqual],
  ['le', lessEqual],
])

/** True for the names of Jinja's tests. */
export function testExists(name: string): boolean {
  return TESTS.has(name)
}

/** `value is name(args)`. Raises TemplateRuntimeError for an unknown name. */
export function applyTest(
  name: string,
  value: PyValue,
  args: readonly PyValue[] = [],
  kwargs: Kwargs = NO_KWARGS,
): boolean {
  const test = TESTS.get(name)
  if (!test) raise('TemplateRuntimeError', `No test named '${name}'.`)
  if (kwargs.size === 0 && args.length + 1 === test.spec.length) return test.holds(value, args[0] ?? null)
  if (test.builtin) {
    if (kwargs.size > 0) raiseCall(`${test.functionName}() takes no keyword arguments`)
    raiseCall(`${test.functionName} expected 2 arguments, got ${args.length + 1}`)
  }
  const [, argument = null] = bindPositional(test.functionName, test.spec, [value, ...args], kwargs)
  return test.holds(value, argument)
}
