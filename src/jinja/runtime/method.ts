import { raiseCall } from './errors.ts'
import type { Kwargs, PyValue } from './values.ts'

export const NO_KWARGS: Kwargs = new Map()

/** Arguments by position; undefined where none was given. */
export type MethodArguments = readonly (PyValue | undefined)[]

/** A method of a built-in type. `run` checks the number of arguments with Python's messages, then does the work. */
export type Method<T> = (self: T, args: readonly PyValue[], kwargs: Kwargs) => PyValue

export type MethodTable<T> = ReadonlyMap<string, Method<T>>

type Body<T> = (self: T, args: MethodArguments) => PyValue

/** Builds the methods of a type. */
export class MethodTableBuilder<T> {
  readonly table = new Map<string, Method<T>>()
  private readonly type: string

  constructor(type: string) {
    this.type = type
  }

  /** A method without arguments. */
  none(name: string, body: (self: T) => PyValue): this {
    return this.between(name, 0, 0, body)
  }

  /** A method of exactly one argument. */
  one(name: string, body: (self: T, argument: PyValue) => PyValue): this {
    return this.between(name, 1, 1, (self, [argument = null]) => body(self, argument))
  }

  /** A method of `least` to `most` positional arguments. */
  between(name: string, least: number, most: number, body: Body<T>): this {
    const full = `${this.type}.${name}`
    this.table.set(name, (self, args, kwargs) => {
      if (kwargs.size > 0) raiseCall(`${full}() takes no keyword arguments`)
      if (args.length < least || args.length > most) wrongCount(full, name, least, most, args.length)
      return body(self, args)
    })
    return this
  }

  /** A method whose parameters, all optional, may be given by name. */
  named(name: string, parameters: readonly string[], body: Body<T>): this {
    this.table.set(name, (self, args, kwargs) => {
      if (args.length + kwargs.size > parameters.length) {
        const count = args.length + kwargs.size
        raiseCall(
          `${name}() takes at most ${parameters.length} argument${parameters.length === 1 ? '' : 's'} (${count} given)`,
        )
      }
      if (kwargs.size === 0) return body(self, args)
      const values: (PyValue | undefined)[] = [...args]
      for (const [key, value] of kwargs) {
        const index = parameters.indexOf(key)
        if (index < 0) raiseCall(`'${key}' is an invalid keyword argument for ${name}()`)
        if (index < args.length) {
          raiseCall(`argument for ${name}() given by name ('${key}') and position (${index + 1})`)
        }
        values[index] = value
      }
      return body(self, values)
    })
    return this
  }

  /** A method that takes whatever it is given. */
  any(name: string, body: Method<T>): this {
    this.table.set(name, body)
    return this
  }
}

function wrongCount(full: string, name: string, least: number, most: number, given: number): never {
  if (most === 0) raiseCall(`${full}() takes no arguments (${given} given)`)
  if (least === 1 && most === 1) raiseCall(`${full}() takes exactly one argument (${given} given)`)
  const bound = least === most ? '' : given < least ? 'at least ' : 'at most '
  const limit = given < least ? least : most
  raiseCall(`${name} expected ${bound}${limit} argument${limit === 1 ? '' : 's'}, got ${given}`)
}
