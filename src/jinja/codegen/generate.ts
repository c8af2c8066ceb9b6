import type { MacroNode, RootNode } from '../ast/nodes.ts'
import type { MacroSpec } from '../render/macro-object.ts'
import { SUPPORT } from '../render/support.ts'
import { Scope, undeclaredNames } from './scope.ts'
import { macroFunction, statements, temporaries } from './statements.ts'
import { type Flavour, type Frame, FunctionState, Unit } from './unit.ts'

/** Generated JavaScript: the body of a function of R (the runtime's functions), S (specs), D (texts) and X (what wraps errors). */
export interface GeneratedCode {
  readonly code: string
  readonly specs: readonly MacroSpec[]
  readonly texts: readonly string[]
  /** Line and column, from 1, by place index: line, column, line, column… */
  readonly places: readonly number[]
}

/** The names that depend on how undefined values behave in the render at hand; members of K. */
const SCOPE_NAMES = ['getAttr', 'getItem', 'callValue', 'callMethod', 'applyFilter', 'loopContext']

/** A function of K that gives the template's render function: text, a generator that returns text, or a list of values. */
export function generateRoot(root: RootNode, flavour: Flavour | 'native', firstLine: number): GeneratedCode {
  const native = flavour === 'native'
  const unit = new Unit(native ? 'plain' : flavour, firstLine)
  const scope = new Scope(null)
  const self = undeclaredNames(root.children, ['self']).has('self')
  if (self) scope.parameter('self')
  scope.visitBody(root.children)
  const fn = new FunctionState(flavour === 'resumable')
  const frame: Frame = { scope, fn, out: 'o', native, soft: false, inLoop: false }
  const body = statements(unit, root.children, frame)
  const variables = scope.variables().map(({ id, origin }) => (origin.kind === 'parameter' ? `${id}=K.self` : id))
  const names = ['p=0', ...variables, `o=${native ? '[]' : '""'}`].join(',')
  const code = `function${fn.suspends ? '*' : ''}(){let ${names},${temporaries(fn)};try{
${body}
return o}catch(e){throw X(e,p)}}`
  return assemble(unit, code)
}

/** A function of K that gives the function that renders one macro; its description is the last of `specs`. */
export function generateMacro(node: MacroNode, flavour: Flavour, firstLine: number): GeneratedCode {
  const unit = new Unit(flavour, firstLine)
  return assemble(unit, macroFunction(unit, node, node.binding, null).code)
}

const SUPPORT_NAMES = Object.keys(SUPPORT)

function assemble(unit: Unit, result: string): GeneratedCode {
  const constants = unit.constants.length === 0 ? '' : `const ${unit.constants.join(',')};`
  const used = (names: readonly string[]): string =>
    names.filter((name) => result.includes(name) || constants.includes(name)).join(',')
  // The parentheses make V8 compile the functions at once, instead of skimming them first.
  const code = `"use strict";const {${used(SUPPORT_NAMES)}}=R;${constants}return(function(K){const {${used(SCOPE_NAMES)}}=K;return(${result})})`
  return { code, specs: unit.specs, texts: unit.texts, places: unit.places }
}
