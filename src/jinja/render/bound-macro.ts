import { type CallResult, type Kwargs, Pending, PyObject, type PyValue, type Resumable } from '../runtime/values.ts'
import { bindMacroArguments, type MacroFunction, type MacroSpec } from './macro-object.ts'
import { ReturnSignal } from './return-signal.ts'

/** A macro bound to the globals it sees, as the macro library hands it out: here `return()` ends. */
export class BoundMacro extends PyObject {
  readonly $type: string = 'MacroGenerator'
  private readonly spec: MacroSpec
  private readonly fn: MacroFunction

  constructor(spec: MacroSpec, fn: MacroFunction) {
    super()
    this.spec = spec
    this.fn = fn
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    const { fn, spec } = this
    const values = bindMacroArguments(spec, args, kwargs)
    if (spec.suspends) return new Pending(() => untilReturn(fn(...values) as Resumable<PyValue>))
    try {
      return fn(...values) as PyValue
    } catch (thrown) {
      if (thrown instanceof ReturnSignal) return thrown.value
      throw thrown
    }
  }
}

function* untilReturn(work: Resumable<PyValue>): Resumable<PyValue> {
  try {
    return yield* work
  } catch (thrown) {
    if (thrown instanceof ReturnSignal) return thrown.value
    throw thrown
  }
}
