import type { Json } from '../core/index.ts'
import { constantValue } from './ast/constant-value.ts'
import type { ArgumentsNode, CallNode, ExpressionNode, RootNode } from './ast/nodes.ts'
import { type AnyNode, childrenOf } from './ast/walk.ts'

export interface StaticArg {
  /** The value where the argument is made of literals only. */
  readonly value: Json | undefined
  /** The argument's source text. */
  readonly text: string
}

export interface StaticCall {
  /** `ref`, `dbt_utils.star`, `adapter.dispatch`. */
  readonly name: string
  readonly args: readonly StaticArg[]
  readonly kwargs: Readonly<Record<string, StaticArg>>
  readonly line: number
}

/** Every call of a tree whose callee is a dotted name, in source order. `*args` and `**kwargs` are left out. */
export function staticCalls(root: RootNode, text: string, firstLine: number): readonly StaticCall[] {
  const found: { node: CallNode; name: string }[] = []
  const visit = (node: AnyNode): void => {
    if (node.typename === 'FunCall') {
      const name = dottedName(node.name)
      if (name !== null) found.push({ node, name })
    }
    childrenOf(node).forEach(visit)
  }
  visit(root)
  found.sort(({ node: a }, { node: b }) => a.lineno - b.lineno || a.colno - b.colno)
  return found.map(({ node, name }) => ({ name, line: node.lineno + firstLine, ...staticArguments(node.args, text) }))
}

function dottedName(node: ExpressionNode): string | null {
  if (node.typename === 'Symbol') return node.value
  if (node.typename !== 'LookupVal' || !node.attribute) return null
  const target = dottedName(node.target)
  const { val } = node
  if (target === null || val.typename !== 'Literal' || val.value.kind !== 'string') return null
  return `${target}.${val.value.value}`
}

function staticArguments(node: ArgumentsNode, text: string): Pick<StaticCall, 'args' | 'kwargs'> {
  const count = node.positional.length
  const argument = (value: ExpressionNode, index: number): StaticArg => ({
    value: constantValue(value),
    text: text.slice(...(node.ranges[index] ?? [0, 0])),
  })
  return {
    args: node.positional.map(argument),
    kwargs: Object.fromEntries(node.keywords.map(({ key, value }, index) => [key, argument(value, count + index)])),
  }
}
