import type { Json } from '../../core/index.ts'
import type { ExpressionNode } from './nodes.ts'

/** The plain value of a literal, or of lists, tuples and dicts of literals; undefined for all that has to be evaluated. */
export function constantValue(node: ExpressionNode): Json | undefined {
  switch (node.typename) {
    case 'Literal': {
      const { value } = node
      return value.kind === 'none' ? null : value.kind === 'int' ? Number(value.value) : value.value
    }
    case 'Array':
    case 'Tuple': {
      const items = node.children.map(constantValue)
      return items.every((item) => item !== undefined) ? items : undefined
    }
    case 'Dict': {
      const out: Record<string, Json> = {}
      for (const { key, value } of node.children) {
        const name = constantValue(key)
        const item = constantValue(value)
        if (typeof name !== 'string' || item === undefined) return undefined
        out[name] = item
      }
      return out
    }
    case 'Neg': {
      const value = constantValue(node.target)
      return typeof value === 'number' ? -value : undefined
    }
    default:
      return undefined
  }
}
