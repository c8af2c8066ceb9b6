import { expect, test } from 'vitest'
import { bindArguments, parameter } from './arguments.ts'
import { callMethod, getAttr, getItem } from './attributes.ts'
import { callNow } from './call.ts'
import { lazyDict, toHost, toPython } from './convert.ts'
import { drive } from './drive.ts'
import { JinjaError } from './errors.ts'
import { iterate } from './iterate.ts'
import { NO_KWARGS } from './method.ts'
import { pyRepr, pyStr } from './str.ts'
import { makeUndefined } from './undefined.ts'
import { Pending, PyDict, PyFloat, PyFunction, PyTuple, type PyValue, type Resumable } from './values.ts'

function errorOf(work: () => unknown): readonly [string, string, string] {
  try {
    work()
  } catch (error) {
    if (error instanceof JinjaError) return [error.code, error.pythonClass, error.message]
    throw error
  }
  throw new Error('nothing was raised')
}

test('host data becomes Python data and comes back', () => {
  const host = { a: 1, b: [1.5, null, 'x'], c: { d: true }, e: undefined }
  expect(pyRepr(toPython(host))).toBe("{'a': 1, 'b': [1.5, None, 'x'], 'c': {'d': True}}")
  expect(toHost(toPython(host))).toEqual({ a: 1, b: [1.5, null, 'x'], c: { d: true } })
  expect(
    pyRepr(
      toPython(
        new Map<unknown, unknown>([
          [1, 'a'],
          ['k', new Set([2])],
        ]),
      ),
    ),
  ).toBe("{1: 'a', 'k': {2}}")
  expect(pyRepr(toPython(1e20))).toBe('1e+20')
  expect(toHost(new PyFloat(2))).toBe(2)
  expect(toHost(new PyTuple([1, 'a']))).toEqual([1, 'a'])
  expect(toHost(makeUndefined('x'))).toBeUndefined()
  expect(() => toPython(() => 1)).toThrow('a function cannot enter a template')
})

test('a lazy dict converts what is read, keeps the order of its keys and never writes to its source', () => {
  let reads = 0
  const source = {
    first: 1,
    get second(): unknown {
      reads++
      return { deep: [{ x: 1 }] }
    },
    third: 3,
  }
  const dict = lazyDict(source)
  expect(getItem(dict, 'third')).toBe(3)
  expect(reads).toBe(0)
  const second = getAttr(dict, 'second')
  expect(getAttr(dict, 'second')).toBe(second)
  expect([...iterate(dict)]).toEqual(['first', 'second', 'third'])
  callMethod(dict, 'update', [PyDict.ofStrings({ first: 9, fourth: 4 })])
  expect(pyStr(dict)).toBe("{'first': 9, 'second': {'deep': [{'x': 1}]}, 'third': 3, 'fourth': 4}")
  expect(source.first).toBe(1)
  expect(getAttr(lazyDict({ a: 1 }), 'constructor')).toMatchObject({
    message: "'dict object' has no attribute 'constructor'",
  })
})

test('arguments bind as in Python', () => {
  const spec = [parameter('a'), parameter('b', 2), { name: 'rest', kind: 'keywords' } as const]
  expect(bindArguments('f', spec, [1], new Map<string, PyValue>([['c', 3]]))).toEqual({
    a: 1,
    b: 2,
    rest: PyDict.ofStrings({ c: 3 }),
  })
  const plain = [parameter('a'), parameter('b', 2)]
  expect(errorOf(() => bindArguments('f', plain, [], NO_KWARGS))).toEqual([
    'T2004',
    'TypeError',
    "f() missing 1 required positional argument: 'a'",
  ])
  expect(errorOf(() => bindArguments('f', plain, [1, 2, 3], NO_KWARGS))[2]).toBe(
    'f() takes from 1 to 2 positional arguments but 3 were given',
  )
  expect(errorOf(() => bindArguments('f', plain, [1], new Map([['a', 2]])))[2]).toBe(
    "f() got multiple values for argument 'a'",
  )
  expect(errorOf(() => bindArguments('f', plain, [1], new Map([['z', 2]])))[2]).toBe(
    "f() got an unexpected keyword argument 'z'",
  )
})

test('an undefined of parse time gives itself on every use but arithmetic', () => {
  const nothing = makeUndefined('x', 'capture')
  expect(pyStr(getAttr(getItem(nothing, 0), 'y'))).toBe('')
  expect(pyStr(callMethod(nothing, 'anything', []) as PyValue)).toBe('')
  expect(errorOf(() => getAttr(makeUndefined('x'), 'y'))).toEqual(['T2002', 'UndefinedError', "'x' is undefined"])
})

test('a resumable computation waits for its promises and sees their failures', async () => {
  const pending = Pending.of(async () => 'row')
  function* work(): Resumable<string> {
    const value = yield* pending.run()
    try {
      yield Promise.reject(new Error('refused'))
    } catch (error) {
      return `${pyStr(value)}, ${error instanceof Error ? error.message : ''}`
    }
    return 'not reached'
  }
  expect(await drive(work())).toBe('row, refused')
  function* failing(): Resumable<never> {
    yield Promise.reject(new Error('refused'))
    throw new Error('not reached')
  }
  await expect(drive(failing())).rejects.toThrow('refused')
})

test('a callback that would have to wait raises', () => {
  const query = new PyFunction('run_query', () => Pending.of(async () => 1))
  expect(errorOf(() => callNow(query, []))).toEqual(['T2003', 'RuntimeError', 'a callback cannot wait for a query'])
  expect(callNow(new PyFunction('one', () => 1), [])).toBe(1)
})
