import { TdbtError } from '../core/index.ts'
import {
  bindArguments,
  type CallResult,
  fromJson,
  fromYaml,
  JinjaError,
  type Kwargs,
  Pending,
  PyDict,
  PyFunction,
  PySet,
  PyTuple,
  type PyValue,
  pyIterate,
  pyStr,
  setAdd,
  toJson,
  toYaml,
  truthy,
} from '../jinja/index.ts'

/** Gives `fallback` where Python would raise the exception that dbt catches there. */
function orDefault(classes: readonly string[], fallback: PyValue, work: () => PyValue): PyValue {
  try {
    return work()
  } catch (error) {
    if (error instanceof JinjaError && classes.includes(error.pythonClass)) return fallback
    throw error
  }
}

/** The Python exception in `work` as a compilation error of dbt, for the strict variants. */
function strictly(work: () => PyValue): PyValue {
  try {
    return work()
  } catch (error) {
    if (error instanceof JinjaError && error.pythonClass === 'TypeError') {
      throw new TdbtError('T4001', error.message, { cause: error })
    }
    throw error
  }
}

function setOf(value: PyValue): PySet {
  const set = new PySet()
  for (const item of pyIterate(value)) setAdd(set, item)
  return set
}

/** Python's zip, as a list: as long as the shortest. */
function zipped(lists: readonly PyValue[]): PyValue[] {
  const columns = lists.map((list) => [...pyIterate(list)])
  const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length))
  return Array.from({ length }, (_, row) => new PyTuple(columns.map((column) => column[row] ?? null)))
}

const VALUE_ERRORS = ['ValueError', 'JSONDecodeError', 'YAMLError', 'AttributeError']
const value = { name: 'value' }
const none = (name: string) => ({ name, default: null })

/** fromjson, tojson, fromyaml, toyaml, set, set_strict, zip, zip_strict, diff_of_two_dicts, try_or_compiler_error. */
export const COLLECTION_FUNCTIONS: ReadonlyMap<string, PyFunction> = new Map(
  [
    new PyFunction('fromjson', (args, kwargs) => {
      const bound = bindArguments('fromjson', [{ name: 'string' }, none('default')], args, kwargs)
      return orDefault(VALUE_ERRORS, bound['default'] ?? null, () => fromJson(pyStr(bound['string'] ?? null)))
    }),
    new PyFunction('tojson', (args, kwargs) => {
      const spec = [value, none('default'), { name: 'sort_keys', default: false }]
      const bound = bindArguments('tojson', spec, args, kwargs)
      const sortKeys = truthy(bound['sort_keys'] ?? false)
      return orDefault(VALUE_ERRORS, bound['default'] ?? null, () => toJson(bound['value'] ?? null, { sortKeys }))
    }),
    new PyFunction('fromyaml', (args, kwargs) => {
      const bound = bindArguments('fromyaml', [value, none('default')], args, kwargs)
      return orDefault(VALUE_ERRORS, bound['default'] ?? null, () => fromYaml(pyStr(bound['value'] ?? null)))
    }),
    new PyFunction('toyaml', (args, kwargs) => {
      const spec = [value, none('default'), { name: 'sort_keys', default: false }]
      const bound = bindArguments('toyaml', spec, args, kwargs)
      const sortKeys = truthy(bound['sort_keys'] ?? false)
      return orDefault(VALUE_ERRORS, bound['default'] ?? null, () => toYaml(bound['value'] ?? null, { sortKeys }))
    }),
    new PyFunction('set', (args, kwargs) => {
      const bound = bindArguments('set', [value, none('default')], args, kwargs)
      return orDefault(['TypeError'], bound['default'] ?? null, () => setOf(bound['value'] ?? null))
    }),
    new PyFunction('set_strict', (args, kwargs) => {
      const bound = bindArguments('set_strict', [value], args, kwargs)
      return strictly(() => setOf(bound['value'] ?? null))
    }),
    new PyFunction('zip', (args, kwargs) =>
      orDefault(['TypeError'], kwargs.get('default') ?? null, () => zipped(args)),
    ),
    new PyFunction('zip_strict', (args) => strictly(() => zipped(args))),
    new PyFunction('diff_of_two_dicts', (args, kwargs) => {
      const bound = bindArguments('diff_of_two_dicts', [{ name: 'dict_a' }, { name: 'dict_b' }], args, kwargs)
      return difference(bound['dict_a'] ?? null, bound['dict_b'] ?? null)
    }),
    new PyFunction('try_or_compiler_error', tryOrCompilerError),
  ].map((each) => [each.name, each] as const),
)

/** Lists of the first dict without what the second has under the same key; keys and items compare in any case. Keys left with nothing go. */
function difference(a: PyValue, b: PyValue): PyDict {
  const lowered = new Map<string, Set<string>>()
  for (const [key, list] of pairsOf(b)) {
    lowered.set(key.toLowerCase(), new Set(list.map((item) => pyStr(item).toLowerCase())))
  }
  const left = new PyDict()
  for (const [key, list] of pairsOf(a)) {
    const known = lowered.get(key.toLowerCase())
    const rest = known === undefined ? list : list.filter((item) => !known.has(pyStr(item).toLowerCase()))
    if (known === undefined || rest.length > 0) left.setString(key, rest)
  }
  return left
}

function pairsOf(dict: PyValue): readonly (readonly [string, PyValue[]])[] {
  if (!(dict instanceof PyDict)) return []
  return [...dict.entries.values()].map(([key, list]) => [pyStr(key), [...pyIterate(list)]])
}

/** `try_or_compiler_error(message, function, *args, **kwargs)`: what the function gives, or a compilation error with the message. */
function tryOrCompilerError(args: readonly PyValue[], kwargs: Kwargs): CallResult {
  const [message, callee, ...rest] = args
  const failed = (cause: unknown): TdbtError => new TdbtError('T4001', pyStr(message ?? null), { cause })
  const call = callee !== null && typeof callee === 'object' && '$call' in callee ? callee.$call : undefined
  if (call === undefined) throw failed(undefined)
  let result: CallResult
  try {
    result = call.call(callee, rest, kwargs)
  } catch (error) {
    throw failed(error)
  }
  if (!(result instanceof Pending)) return result
  const pending = result
  return new Pending(function* () {
    try {
      return yield* pending.run()
    } catch (error) {
      throw failed(error)
    }
  })
}
