import { type ErrorCode, type ErrorDetails, TdbtError } from '../../core/index.ts'

/** A Python exception raised by a template: its class as Python names it, its message as Python words it. */
export class JinjaError extends TdbtError {
  readonly pythonClass: string

  constructor(pythonClass: string, message: string, details: ErrorDetails = {}, code: ErrorCode = 'T2003') {
    super(code, message, details)
    this.pythonClass = pythonClass
  }
}

/** Raises a Python exception: T2002 for an UndefinedError, T2003 for all others. */
export function raise(pythonClass: string, message: string): never {
  throw new JinjaError(pythonClass, message, {}, pythonClass === 'UndefinedError' ? 'T2002' : 'T2003')
}

/** Raises the TypeError of a call whose arguments do not fit (T2004). */
export function raiseCall(message: string): never {
  throw new JinjaError('TypeError', message, {}, 'T2004')
}
