import { raise } from './errors.ts'
import { NO_KWARGS } from './method.ts'
import { typeName } from './type-name.ts'
import { type CallResult, type Kwargs, Pending, PyObject, type PyValue } from './values.ts'

/** Calls a value. Raises TypeError for what is not callable. */
export function callValue(callee: PyValue, args: readonly PyValue[], kwargs: Kwargs = NO_KWARGS): CallResult {
  if (callee instanceof PyObject && callee.$call) return callee.$call(args, kwargs)
  return raise('TypeError', `'${typeName(callee)}' object is not callable`)
}

/** Calls a value where nothing may wait: a sort key, a replacement of re.sub. Raises RuntimeError (T2003) if it would. */
export function callNow(callee: PyValue, args: readonly PyValue[], kwargs: Kwargs = NO_KWARGS): PyValue {
  const result = callValue(callee, args, kwargs)
  if (result instanceof Pending) raise('RuntimeError', 'a callback cannot wait for a query')
  return result
}
