/**
 * The syntax tree, in nunjucks' names where it has them and others where Jinja2 knows more; `typename` tells the members of the union
 * apart. `make.ts` makes nodes; those that nunjucks' own parser makes (Root, NodeList, And, Or) are of its classes and have the same shape.
 */
import type { NunjucksNode } from '../nunjucks.ts'

interface Base extends NunjucksNode {
  readonly lineno: number
  readonly colno: number
}

interface NodeOf<Name extends string> extends Base {
  readonly typename: Name
}

// Expressions ------------------------------------------------------------------------------------------------

export interface NameNode extends NodeOf<'Symbol'> {
  readonly value: string
}

export type ConstantValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }

export interface LiteralNode extends NodeOf<'Literal'> {
  readonly value: ConstantValue
}

export interface TupleNode extends NodeOf<'Tuple'> {
  readonly children: readonly ExpressionNode[]
}

export interface ListNode extends NodeOf<'Array'> {
  readonly children: readonly ExpressionNode[]
}

export interface PairNode extends NodeOf<'Pair'> {
  readonly key: ExpressionNode
  readonly value: ExpressionNode
}

export interface DictNode extends NodeOf<'Dict'> {
  readonly children: readonly PairNode[]
}

/** `target.name` (`attribute` true, val a string literal) or `target[val]`. */
export interface LookupNode extends NodeOf<'LookupVal'> {
  readonly target: ExpressionNode
  readonly val: ExpressionNode | SliceNode
  readonly attribute: boolean
}

export interface SliceNode extends NodeOf<'Slice'> {
  readonly start: ExpressionNode | null
  readonly stop: ExpressionNode | null
  readonly step: ExpressionNode | null
}

export interface ArgumentsNode extends NodeOf<'Arguments'> {
  readonly positional: readonly ExpressionNode[]
  readonly keywords: readonly KeywordNode[]
  readonly rest: ExpressionNode | null
  readonly keywordRest: ExpressionNode | null
  /** Offsets of the source text of each positional argument, then of each keyword's value. */
  readonly ranges: readonly (readonly [start: number, end: number])[]
}

export interface KeywordNode extends NodeOf<'Keyword'> {
  readonly key: string
  readonly value: ExpressionNode
}

export interface CallNode extends NodeOf<'FunCall'> {
  readonly name: ExpressionNode
  readonly args: ArgumentsNode
}

/** `target|name(args)`; target is null in filter blocks and filtered set blocks, where the body stands for it. */
export interface FilterNode extends NodeOf<'Filter'> {
  readonly name: string
  readonly args: ArgumentsNode
  readonly target: ExpressionNode | null
}

export interface TestNode extends NodeOf<'Test'> {
  readonly name: string
  readonly args: ArgumentsNode
  readonly target: ExpressionNode
}

export type BinaryType = 'Add' | 'Sub' | 'Mul' | 'Div' | 'FloorDiv' | 'Mod' | 'Pow'

export interface BinaryNode extends NodeOf<BinaryType> {
  readonly left: ExpressionNode
  readonly right: ExpressionNode
}

export interface LogicNode extends NodeOf<'And' | 'Or'> {
  readonly left: ExpressionNode
  readonly right: ExpressionNode
}

export interface UnaryNode extends NodeOf<'Not' | 'Neg' | 'Pos'> {
  readonly target: ExpressionNode
}

export interface ConcatNode extends NodeOf<'Concat'> {
  readonly children: readonly ExpressionNode[]
}

export type ComparisonOperator = 'eq' | 'ne' | 'lt' | 'lteq' | 'gt' | 'gteq' | 'in' | 'notin'

export interface CompareOperandNode extends NodeOf<'CompareOperand'> {
  readonly expr: ExpressionNode
  readonly type: ComparisonOperator
}

export interface CompareNode extends NodeOf<'Compare'> {
  readonly expr: ExpressionNode
  readonly ops: readonly CompareOperandNode[]
}

export interface InlineIfNode extends NodeOf<'InlineIf'> {
  readonly cond: ExpressionNode
  readonly body: ExpressionNode
  readonly else_: ExpressionNode | null
}

export type ExpressionNode =
  | NameNode
  | LiteralNode
  | TupleNode
  | ListNode
  | DictNode
  | LookupNode
  | CallNode
  | FilterNode
  | TestNode
  | BinaryNode
  | LogicNode
  | UnaryNode
  | ConcatNode
  | CompareNode
  | InlineIfNode

// Statements -------------------------------------------------------------------------------------------------

export interface DataNode extends NodeOf<'TemplateData'> {
  readonly value: string
}

export interface OutputNode extends NodeOf<'Output'> {
  readonly children: readonly (DataNode | ExpressionNode)[]
}

export interface BodyNode extends NodeOf<'NodeList'> {
  readonly children: readonly StatementNode[]
}

export interface RootNode extends NodeOf<'Root'> {
  readonly children: readonly StatementNode[]
}

/** `a.b` on the left of a set. */
export interface NamespaceTargetNode extends NodeOf<'NSRef'> {
  readonly name: string
  readonly attribute: string
}

export interface TargetTupleNode extends NodeOf<'Tuple'> {
  readonly children: readonly TargetNode[]
}

export type TargetNode = NameNode | NamespaceTargetNode | TargetTupleNode

export interface SetNode extends NodeOf<'Set'> {
  readonly target: TargetNode
  readonly value: ExpressionNode
}

export interface SetBlockNode extends NodeOf<'SetBlock'> {
  readonly target: TargetNode
  readonly filter: FilterNode | null
  readonly body: BodyNode
}

export interface IfNode extends NodeOf<'If'> {
  readonly cond: ExpressionNode
  readonly body: BodyNode
  readonly else_: IfNode | BodyNode | null
}

export interface ForNode extends NodeOf<'For'> {
  readonly target: TargetNode
  readonly arr: ExpressionNode
  readonly test: ExpressionNode | null
  readonly recursive: boolean
  /** The body, or that of a loop within it, names `loop`. */
  readonly usesLoop: boolean
  readonly body: BodyNode
  readonly else_: BodyNode | null
}

export interface ParameterNode {
  readonly name: string
  /** Source text of the annotation `name: type`, null without one. */
  readonly type: string | null
  readonly default: ExpressionNode | null
  readonly lineno: number
}

export type MacroKind = 'macro' | 'test' | 'materialization' | 'docs'

/** A macro, test, materialization or docs block. */
export interface MacroNode extends NodeOf<'Macro'> {
  readonly kind: MacroKind
  /** As dbt keys it: `x`, `test_x`, `materialization_x_postgres`. */
  readonly name: string
  /** The name that the template binds: `dbt_macro__x`, `dbt_docs__x`. */
  readonly binding: string
  readonly parameters: readonly ParameterNode[]
  readonly body: BodyNode
}

export interface CallBlockNode extends NodeOf<'CallBlock'> {
  readonly call: CallNode
  readonly parameters: readonly ParameterNode[]
  readonly body: BodyNode
}

export interface FilterBlockNode extends NodeOf<'FilterBlock'> {
  readonly filter: FilterNode
  readonly body: BodyNode
}

export interface WithNode extends NodeOf<'With'> {
  readonly targets: readonly TargetNode[]
  readonly values: readonly ExpressionNode[]
  readonly body: BodyNode
}

/** A body with names of its own: `{% block %}` and `{% autoescape %}`, which dbt projects have no other use for. */
export interface ScopeNode extends NodeOf<'Scope'> {
  readonly body: BodyNode
}

export interface DoNode extends NodeOf<'Do'> {
  readonly expr: ExpressionNode
}

export interface JumpNode extends NodeOf<'Break' | 'Continue'> {}

/** `include`, `import`, `from` and `extends`: dbt gives Jinja no loader, so they parse and fail when reached. */
export interface LoadNode extends NodeOf<'Load'> {
  readonly targets: readonly string[]
}

export type StatementNode =
  | OutputNode
  | SetNode
  | SetBlockNode
  | IfNode
  | ForNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | WithNode
  | ScopeNode
  | DoNode
  | JumpNode
  | LoadNode

export interface Place {
  readonly lineno: number
  readonly colno: number
}
