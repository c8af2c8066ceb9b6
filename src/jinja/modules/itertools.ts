import { add } from '../runtime/arithmetic.ts'
import { raise } from '../runtime/errors.ts'
import { iterate, PyIterator, truthy } from '../runtime/iterate.ts'
import { typeName } from '../runtime/type-name.ts'
import { type Kwargs, Pending, PyObject, PyTuple, type PyValue } from '../runtime/values.ts'
import { integer, method, named, PyNamespace, required } from './arguments.ts'

/** Calls a function argument; itertools cannot wait for a query. */
function call(callee: PyValue, args: readonly PyValue[]): PyValue {
  if (!(callee instanceof PyObject) || !callee.$call) raise('TypeError', `'${typeName(callee)}' object is not callable`)
  const result = callee.$call(args, new Map())
  if (result instanceof Pending) raise('TypeError', 'a function given to itertools may not query the database')
  return result
}

function* product(pools: readonly (readonly PyValue[])[]): Generator<PyValue> {
  const [first, ...rest] = pools
  if (first === undefined) {
    yield new PyTuple([])
    return
  }
  for (const item of first) {
    for (const tail of product(rest)) yield new PyTuple([item, ...(tail instanceof PyTuple ? tail.items : [])])
  }
}

function* indices(
  count: number,
  size: number,
  mode: 'combinations' | 'with_replacement' | 'permutations',
): Generator<readonly number[]> {
  const walk = function* (chosen: readonly number[]): Generator<readonly number[]> {
    if (chosen.length === size) {
      yield chosen
      return
    }
    const last = chosen[chosen.length - 1] ?? (mode === 'combinations' ? -1 : 0)
    const start = mode === 'permutations' ? 0 : mode === 'combinations' ? last + 1 : last
    for (let index = start; index < count; index++) {
      if (mode === 'permutations' && chosen.includes(index)) continue
      yield* walk([...chosen, index])
    }
  }
  yield* walk([])
}

function* choose(pool: readonly PyValue[], size: number, mode: Parameters<typeof indices>[2]): Generator<PyValue> {
  for (const chosen of indices(pool.length, size, mode)) yield new PyTuple(chosen.map((index) => pool[index] ?? null))
}

function* repeatForever(pool: readonly PyValue[]): Generator<PyValue> {
  if (pool.length === 0) return
  for (;;) yield* pool
}

function* slice(items: Iterable<PyValue>, start: number, stop: number, step: number): Generator<PyValue> {
  let at = 0
  let next = start
  if (next >= stop) return
  for (const item of items) {
    if (at === next) {
      yield item
      next += step
      if (next >= stop) return
    }
    at++
  }
}

function* accumulate(
  items: Iterable<PyValue>,
  combine: (a: PyValue, b: PyValue) => PyValue,
  initial: PyValue | undefined,
): Generator<PyValue> {
  let total = initial
  if (total !== undefined && total !== null) yield total
  else total = undefined
  for (const item of items) {
    total = total === undefined ? item : combine(total, item)
    yield total
  }
}

function* longest(iterables: readonly Iterable<PyValue>[], fill: PyValue): Generator<PyValue> {
  const all = iterables.map((items) => [...items])
  const length = Math.max(0, ...all.map((items) => items.length))
  for (let index = 0; index < length; index++) {
    yield new PyTuple(all.map((items) => (index < items.length ? (items[index] ?? null) : fill)))
  }
}

function* filtered(items: Iterable<PyValue>, keep: (item: PyValue, index: number) => boolean): Generator<PyValue> {
  let index = 0
  for (const item of items) if (keep(item, index++)) yield item
}

function* counting(start: PyValue, step: PyValue): Generator<PyValue> {
  for (let value = start; ; value = add(value, step)) yield value
}

function* chained(iterables: Iterable<PyValue>): Generator<PyValue> {
  for (const items of iterables) yield* iterate(items)
}

type Make = (args: readonly PyValue[], kwargs: Kwargs) => Iterable<PyValue> | PyTuple

const sized =
  (name: string, mode: Parameters<typeof indices>[2]): Make =>
  (args, kwargs) => {
    const given = named(name, ['iterable', 'r'], args, kwargs)
    const pool = [...iterate(required(name, 'iterable', given['iterable']))]
    const size = given['r'] === undefined || given['r'] === null ? pool.length : integer(given['r'])
    if (size < 0) raise('ValueError', 'r must be non-negative')
    return choose(pool, size, mode)
  }

const MAKERS: Readonly<Record<string, Make>> = {
  chain: (args) => chained(args),
  count: (args, kwargs) => {
    const given = named('count', ['start', 'step'], args, kwargs)
    return counting(given['start'] ?? 0, given['step'] ?? 1)
  },
  cycle: (args) => repeatForever([...iterate(args[0] ?? null)]),
  repeat: (args, kwargs) => {
    const given = named('repeat', ['object', 'times'], args, kwargs)
    const value = required('repeat', 'object', given['object'])
    return given['times'] === undefined
      ? repeatForever([value])
      : Array.from({ length: Math.max(0, integer(given['times'])) }, () => value)
  },
  accumulate: (args, kwargs) => {
    const given = named('accumulate', ['iterable', 'func', 'initial'], args, kwargs)
    const combine = given['func']
    return accumulate(
      iterate(required('accumulate', 'iterable', given['iterable'])),
      combine === undefined || combine === null ? add : (a, b) => call(combine, [a, b]),
      given['initial'],
    )
  },
  compress: (args) => {
    const selectors = [...iterate(args[1] ?? null)]
    return filtered(
      iterate(args[0] ?? null),
      (_, index) => index < selectors.length && truthy(selectors[index] ?? null),
    )
  },
  islice: (args) => {
    const [items, a, b, step] = args
    const bounds = args.length === 2 ? [0, a] : [a ?? 0, b]
    const stop = bounds[1] === null || bounds[1] === undefined ? Number.POSITIVE_INFINITY : integer(bounds[1])
    return slice(
      iterate(items ?? null),
      integer(bounds[0] ?? 0),
      stop,
      step === undefined || step === null ? 1 : integer(step),
    )
  },
  starmap: (args) => [...iterate(args[1] ?? null)].map((item) => call(args[0] ?? null, [...iterate(item)])),
  tee: (args) => {
    const items = [...iterate(args[0] ?? null)]
    return new PyTuple(Array.from({ length: integer(args[1], 2) }, () => new PyIterator([...items])))
  },
  zip_longest: (args, kwargs) => longest(args.map(iterate), kwargs.get('fillvalue') ?? null),
  product: (args, kwargs) => {
    const pools = args.map((items) => [...iterate(items)])
    const repeat = integer(kwargs.get('repeat'), 1)
    return product(Array.from({ length: repeat }, () => pools).flat())
  },
  permutations: sized('permutations', 'permutations'),
  combinations: sized('combinations', 'combinations'),
  combinations_with_replacement: sized('combinations_with_replacement', 'with_replacement'),
}

/** What dbt shows of Python's itertools as `modules.itertools`; results are one-shot iterators. */
export function itertoolsModule(): PyObject {
  return new PyNamespace('itertools', {
    ...Object.fromEntries(
      Object.entries(MAKERS).map(([name, make]) => [
        name,
        method(name, (args, kwargs) => {
          const made = make(args, kwargs)
          return made instanceof PyTuple ? made : new PyIterator(made, `itertools.${name}`)
        }),
      ]),
    ),
  })
}
