import { PyFunction, type PyValue } from '../runtime/values.ts'

/** What `return()` throws: it ends the innermost macro that was called through the macro library, call blocks between or not. */
export class ReturnSignal {
  readonly value: PyValue

  constructor(value: PyValue) {
    this.value = value
  }
}

/** The value for the context name `return`: ends the macro that is running, which then gives the argument (None without one). */
export const returnFunction = new PyFunction('return', (args, kwargs) => {
  throw new ReturnSignal(args[0] ?? kwargs.get('data') ?? null)
})
