import type {
  ArgumentsNode,
  BodyNode,
  CompareOperandNode,
  DataNode,
  ExpressionNode,
  KeywordNode,
  NamespaceTargetNode,
  PairNode,
  ParameterNode,
  RootNode,
  SliceNode,
  StatementNode,
  TargetTupleNode,
} from './nodes.ts'

export type AnyNode =
  | ExpressionNode
  | StatementNode
  | BodyNode
  | RootNode
  | DataNode
  | ArgumentsNode
  | KeywordNode
  | PairNode
  | SliceNode
  | CompareOperandNode
  | NamespaceTargetNode
  | TargetTupleNode

const NONE: readonly AnyNode[] = []

/** The nodes directly below one, in the order in which Jinja2 visits them. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  switch (node.typename) {
    case 'Symbol':
    case 'Literal':
    case 'TemplateData':
    case 'NSRef':
    case 'Break':
    case 'Continue':
    case 'Load':
      return NONE
    case 'Tuple':
    case 'Array':
    case 'Dict':
    case 'Concat':
    case 'Output':
    case 'NodeList':
    case 'Root':
      return node.children
    case 'Pair':
      return [node.key, node.value]
    case 'Keyword':
      return [node.value]
    case 'LookupVal':
      return node.attribute ? [node.target] : [node.target, node.val]
    case 'Slice':
      return present(node.start, node.stop, node.step)
    case 'Arguments':
      return [...node.positional, ...node.keywords, ...present(node.rest, node.keywordRest)]
    case 'FunCall':
      return [node.name, node.args]
    case 'Filter':
      return node.target ? [node.target, node.args] : [node.args]
    case 'Test':
      return [node.target, node.args]
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'FloorDiv':
    case 'Mod':
    case 'Pow':
    case 'And':
    case 'Or':
      return [node.left, node.right]
    case 'Not':
    case 'Neg':
    case 'Pos':
      return [node.target]
    case 'Compare':
      return [node.expr, ...node.ops]
    case 'CompareOperand':
    case 'Do':
      return [node.expr]
    case 'InlineIf':
      return present(node.cond, node.body, node.else_)
    case 'Set':
      return [node.target, node.value]
    case 'SetBlock':
      return present(node.target, node.filter, node.body)
    case 'If':
      return present(node.cond, node.body, node.else_)
    case 'For':
      return present(node.target, node.arr, node.body, node.else_, node.test)
    case 'Macro':
      return [...defaultsOf(node.parameters), node.body]
    case 'CallBlock':
      return [node.call, ...defaultsOf(node.parameters), node.body]
    case 'FilterBlock':
      return [node.body, node.filter]
    case 'With':
      return [...node.targets, ...node.values, node.body]
    case 'Scope':
      return [node.body]
  }
}

export function defaultsOf(parameters: readonly ParameterNode[]): ExpressionNode[] {
  return parameters.flatMap((parameter) => (parameter.default ? [parameter.default] : []))
}

function present(...nodes: readonly (AnyNode | null)[]): AnyNode[] {
  return nodes.filter((node) => node !== null)
}

/** Calls `visit` for the node and all below it, until it gives true; says whether it did. */
export function someNode(node: AnyNode, visit: (node: AnyNode) => boolean): boolean {
  return visit(node) || childrenOf(node).some((child) => someNode(child, visit))
}

/** Whether anything below may call a function: only calls can suspend a resumable render. */
export function containsCall(node: AnyNode): boolean {
  return someNode(node, ({ typename }) => typename === 'FunCall')
}
