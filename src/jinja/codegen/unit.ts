import type { Place } from '../ast/nodes.ts'
import { templateError } from '../nunjucks.ts'
import type { MacroSpec } from '../render/macro-object.ts'
import type { Scope } from './scope.ts'

/** How the generated code runs: at once, or as a generator that stops where a call gives a Pending. */
export type Flavour = 'plain' | 'resumable'

const LONG_TEXT = 16

/** What is gathered while one piece of JavaScript is generated. */
export class Unit {
  readonly flavour: Flavour
  /** Line and column (from 1) of each place that the code mentions by index: line, column, line, column… */
  readonly places: number[] = []
  readonly specs: MacroSpec[] = []
  /** Long texts of the template, which the code names by index: SQL is not JavaScript for V8 to read. */
  readonly texts: string[] = []
  readonly constants: string[] = []
  private readonly firstLine: number
  private counter = 0

  constructor(flavour: Flavour, firstLine: number) {
    this.flavour = flavour
    this.firstLine = firstLine
  }

  /** The index of a node's place. */
  place(node: Place): number {
    const line = this.lineOf(node)
    const { places } = this
    const column = node.colno + 1
    const last = places.length
    if (last === 0 || places[last - 2] !== line || places[last - 1] !== column) places.push(line, column)
    return places.length / 2 - 1
  }

  lineOf(node: Place): number {
    return node.lineno + this.firstLine
  }

  /** A JavaScript name that nothing else has. */
  fresh(prefix: string): string {
    this.counter++
    return `${prefix}${this.counter}`
  }

  /** JavaScript text of a string. */
  text(value: string): string {
    if (value.length < LONG_TEXT) return JSON.stringify(value)
    return `D[${this.texts.push(value) - 1}]`
  }

  constant(code: string): string {
    const name = this.fresh('k')
    this.constants.push(`${name}=${code}`)
    return name
  }

  fail(message: string, node: Place): never {
    throw templateError(message, node.lineno + 1, node.colno + 1)
  }
}

/** One JavaScript function being generated. */
export class FunctionState {
  /** Whether it is a generator function. */
  readonly suspends: boolean
  readonly temporaries: string[] = ['t']

  constructor(suspends: boolean) {
    this.suspends = suspends
  }

  temporary(unit: Unit): string {
    const name = unit.fresh('q')
    this.temporaries.push(name)
    return name
  }
}

/** Where code is being generated: in which scope and function, and where its output goes. */
export interface Frame {
  readonly scope: Scope
  readonly fn: FunctionState
  /** The variable that collects output. */
  readonly out: string
  /** Whether `out` is a list of values (native rendering) rather than a string. */
  readonly native: boolean
  /** Inside an expression of native rendering: what is marked there is a plain string, only whole values keep their mark. */
  readonly inner?: boolean
  /** Inside an `if`: unknown filters and tests fail when reached instead of when compiled. */
  readonly soft: boolean
  /** Inside a loop of the same function, where `break` and `continue` may stand. */
  readonly inLoop: boolean
  /** Parameters that have no value yet, where a macro's defaults are evaluated. */
  readonly unsetParameters?: ReadonlySet<string>
}
