import type {
  ArgumentsNode,
  CallNode,
  DataNode,
  ExpressionNode,
  FilterNode,
  ForNode,
  LiteralNode,
  MacroNode,
  OutputNode,
} from './ast/nodes.ts'
import { constant } from './render/tree-walker.ts'
import type { PyValue } from './runtime/values.ts'

/**
 * A macro that puts a text together and does nothing else: from texts, its parameters as they are given, lists of them joined, and what
 * macros print that `adapter.dispatch` finds. Calling it has no effect and asks nobody, so whoever finds those macros can make its text without a name space.
 */
export interface PrintedMacro {
  /** In order; `preset` is the default, undefined without one. */
  readonly parameters: readonly { readonly name: string; readonly preset: PyValue | undefined }[]
  readonly parts: readonly PrintedPart[]
}

export type PrintedPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: PrintedValue }
  /** One or the other, by the truth of a call without arguments. */
  | { readonly kind: 'choice'; readonly call: string; readonly yes: PrintedValue; readonly no: PrintedValue }
  /** The items of a list, each printed so, with a text between. */
  | { readonly kind: 'joined'; readonly list: PrintedValue; readonly item: PrintedItem; readonly separator: string }
  /** What the macro that `adapter.dispatch(name, namespace)` finds prints. */
  | {
      readonly kind: 'dispatched'
      readonly name: string
      readonly namespace: string | null
      readonly positional: readonly PrintedValue[]
      readonly keywords: readonly (readonly [name: string, value: PrintedValue])[]
    }

/** An item among texts: null is its place. By the truth of a value where there is one, else always `yes`. */
export interface PrintedItem {
  readonly by: PrintedValue | null
  readonly yes: readonly (string | null)[]
  readonly no: readonly (string | null)[]
}

export type PrintedValue = { readonly parameter: string } | { readonly constant: PyValue }

type Dispatch = Pick<Extract<PrintedPart, { kind: 'dispatched' }>, 'name' | 'namespace'>

/** Names that mean what they mean to every template, as long as no macro and no parameter is called so. */
export const NAMES_OF_PRINTED_MACROS = ['adapter', 'return'] as const

/** What a macro prints; null where it does, or may do, anything else. */
export function printedMacro(node: MacroNode): PrintedMacro | null {
  return new Reader(node).read()
}

class Reader {
  readonly #node: MacroNode
  readonly #own: ReadonlySet<string>
  readonly #dispatches = new Map<string, Dispatch>()
  readonly #choices = new Map<string, Extract<PrintedPart, { kind: 'choice' }>>()
  readonly #joined = new Map<string, Extract<PrintedPart, { kind: 'joined' }>>()
  /** Lists that a loop fills, with what it puts there. */
  readonly #filled = new Map<string, { readonly list: PrintedValue; readonly item: PrintedItem } | null>()
  readonly #unused = new Set<string>()

  constructor(node: MacroNode) {
    this.#node = node
    this.#own = new Set(node.parameters.map(({ name }) => name))
  }

  read(): PrintedMacro | null {
    const parameters: { name: string; preset: PyValue | undefined }[] = []
    for (const { name, default: preset } of this.#node.parameters) {
      if (preset !== null && preset.typename !== 'Literal') return null
      parameters.push({ name, preset: preset === null ? undefined : literal(preset) })
    }
    if (NAMES_OF_PRINTED_MACROS.some((name) => this.#own.has(name))) return null
    const parts: PrintedPart[] = []
    let returned: PrintedPart | null = null
    for (const statement of this.#node.body.children) {
      // What stands behind a return is not reached, what is before is dropped.
      if (returned !== null) break
      if (statement.typename === 'Set') {
        if (statement.target.typename !== 'Symbol' || !this.#define(statement.target.value, statement.value))
          return null
      } else if (statement.typename === 'Output') {
        for (const child of statement.children) {
          const argument = returnArgument(child)
          const part = this.#part(argument ?? child)
          if (part === null) return null
          // A value keeps its type when it is returned: only of texts it makes no difference.
          if (argument !== null && part.kind !== 'dispatched') return null
          if (argument !== null) {
            returned = part
            break
          }
          parts.push(part)
        }
      } else if (statement.typename !== 'For' || !this.#fill(statement)) {
        return null
      }
    }
    if (this.#unused.size > 0) return null
    return { parameters, parts: returned === null ? parts : [returned] }
  }

  /** A name for a dispatched macro or for a choice; nothing else is known. */
  #define(name: string, value: ExpressionNode): boolean {
    if (this.#isTaken(name)) return false
    this.#unused.add(name)
    if (value.typename === 'Array' && value.children.length === 0) {
      this.#filled.set(name, null)
      return true
    }
    const joined = value.typename === 'Filter' ? this.#join(value) : null
    if (joined !== null) {
      this.#joined.set(name, joined)
      return true
    }
    const dispatch = value.typename === 'FunCall' ? dispatchOf(value) : null
    if (dispatch !== null) {
      this.#dispatches.set(name, dispatch)
      return true
    }
    if (value.typename !== 'InlineIf' || value.else_ === null) return false
    const { cond } = value
    if (cond.typename !== 'FunCall' || cond.name.typename !== 'Symbol' || !isEmpty(cond.args)) return false
    const call = cond.name.value
    const yes = this.#value(value.body)
    const no = this.#value(value.else_)
    if (yes === null || no === null || this.#isTaken(call)) return false
    this.#choices.set(name, { kind: 'choice', call, yes, no })
    return true
  }

  #isTaken(name: string): boolean {
    const known = [this.#own, this.#dispatches, this.#choices, this.#joined, this.#filled]
    return known.some((each) => each.has(name)) || NAMES_OF_PRINTED_MACROS.some((each) => each === name)
  }

  /** `for item in parameter`, where all that is done is `do list.append(…)`. */
  #fill({ target, arr, test, recursive, body, else_ }: ForNode): boolean {
    if (target.typename !== 'Symbol' || this.#isTaken(target.value) || test !== null || recursive || else_ !== null) {
      return false
    }
    const steps = body.children.filter((step) => step.typename !== 'Output' || !isEmptyText(step))
    const [step] = steps
    const list = this.#value(arr)
    if (list === null || !('parameter' in list) || steps.length !== 1 || step?.typename !== 'Do') return false
    const { expr } = step
    if (expr.typename !== 'FunCall' || expr.name.typename !== 'LookupVal' || !expr.name.attribute) return false
    const filled = expr.name.target
    if (filled.typename !== 'Symbol' || textOf(expr.name.val) !== 'append') return false
    const argument = onlyArgument(expr.args)
    const item = argument === null ? null : this.#item(argument, target.value)
    // Filled once, before it is printed.
    if (item === null || this.#filled.get(filled.value) !== null) return false
    this.#filled.set(filled.value, { list, item })
    return true
  }

  #item(node: ExpressionNode, name: string): PrintedItem | null {
    if (node.typename !== 'InlineIf') {
      const yes = itemTexts(node, name)
      return yes === null ? null : { by: null, yes, no: [] }
    }
    const by = this.#value(node.cond)
    const yes = itemTexts(node.body, name)
    const no = node.else_ === null ? null : itemTexts(node.else_, name)
    return by === null || yes === null || no === null ? null : { by, yes, no }
  }

  /** `list | join('text')` of a parameter, or of a list that was filled. */
  #join({ name, args, target }: FilterNode): Extract<PrintedPart, { kind: 'joined' }> | null {
    const argument = onlyArgument(args)
    const separator = argument === null ? null : textOf(argument)
    if (name !== 'join' || separator === null || target?.typename !== 'Symbol') return null
    const filled = this.#filled.get(target.value)
    if (filled) {
      this.#unused.delete(target.value)
      return { kind: 'joined', ...filled, separator }
    }
    const list = this.#value(target)
    return list === null ? null : { kind: 'joined', list, item: { by: null, yes: [null], no: [] }, separator }
  }

  #part(node: DataNode | ExpressionNode): PrintedPart | null {
    if (node.typename === 'TemplateData') return { kind: 'text', text: node.value }
    if (node.typename === 'FunCall') return this.#dispatched(node)
    if (node.typename === 'Filter') return this.#join(node)
    if (node.typename === 'Symbol') {
      const named = this.#choices.get(node.value) ?? this.#joined.get(node.value)
      if (named !== undefined) {
        this.#unused.delete(node.value)
        return named
      }
    }
    const value = this.#value(node)
    return value === null ? null : { kind: 'value', value }
  }

  #dispatched({ name, args }: CallNode): PrintedPart | null {
    let dispatch: Dispatch | null = null
    if (name.typename === 'Symbol') {
      dispatch = this.#dispatches.get(name.value) ?? null
      this.#unused.delete(name.value)
    } else if (name.typename === 'FunCall') {
      dispatch = dispatchOf(name)
    }
    if (dispatch === null || args.rest !== null || args.keywordRest !== null) return null
    const positional: PrintedValue[] = []
    for (const each of args.positional) {
      const value = this.#value(each)
      if (value === null) return null
      positional.push(value)
    }
    const keywords: (readonly [string, PrintedValue])[] = []
    for (const { key, value: written } of args.keywords) {
      const value = this.#value(written)
      if (value === null) return null
      keywords.push([key, value])
    }
    return { kind: 'dispatched', ...dispatch, positional, keywords }
  }

  #value(node: ExpressionNode): PrintedValue | null {
    if (node.typename === 'Literal') return { constant: literal(node) }
    return node.typename === 'Symbol' && this.#own.has(node.value) ? { parameter: node.value } : null
  }
}

function literal({ value }: LiteralNode): PyValue {
  return constant(value)
}

/** `adapter.dispatch('name', 'namespace')`. */
function dispatchOf({ name, args }: CallNode): Dispatch | null {
  if (name.typename !== 'LookupVal' || !name.attribute || name.target.typename !== 'Symbol') return null
  if (name.target.value !== 'adapter' || textOf(name.val) !== 'dispatch') return null
  if (args.rest !== null || args.keywordRest !== null) return null
  const given = args.positional.map(textOf)
  for (const { key, value } of args.keywords) {
    if (key !== 'macro_namespace' || given.length !== 1) return null
    given.push(textOf(value))
  }
  const [macro, namespace = null, ...more] = given
  if (macro === undefined || macro === null || given.includes(null) || more.length > 0 || macro.includes('.'))
    return null
  return { name: macro, namespace }
}

function textOf(node: { readonly typename: string }): string | null {
  const { value } = node as Partial<LiteralNode>
  return node.typename === 'Literal' && value?.kind === 'string' ? value.value : null
}

/** Texts and the item between them, as `~` puts them together. */
function itemTexts(node: ExpressionNode, item: string): readonly (string | null)[] | null {
  const texts: (string | null)[] = []
  for (const each of node.typename === 'Concat' ? node.children : [node]) {
    const text = textOf(each)
    if (text === null && (each.typename !== 'Symbol' || each.value !== item)) return null
    texts.push(text)
  }
  return texts
}

function isEmptyText({ children }: OutputNode): boolean {
  return children.every((child) => child.typename === 'TemplateData' && child.value === '')
}

/** What a call of `return` is given. */
function returnArgument(node: DataNode | ExpressionNode): ExpressionNode | null {
  if (node.typename !== 'FunCall' || node.name.typename !== 'Symbol' || node.name.value !== 'return') return null
  return onlyArgument(node.args)
}

function onlyArgument({ positional, keywords, rest, keywordRest }: ArgumentsNode): ExpressionNode | null {
  const isPlain = positional.length === 1 && keywords.length === 0 && rest === null && keywordRest === null
  return isPlain ? (positional[0] ?? null) : null
}

function isEmpty({ positional, keywords, rest, keywordRest }: ArgumentsNode): boolean {
  return positional.length === 0 && keywords.length === 0 && rest === null && keywordRest === null
}
