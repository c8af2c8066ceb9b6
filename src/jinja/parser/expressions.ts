import {
  type ArgumentsNode,
  type CallNode,
  type CompareNode,
  type CompareOperandNode,
  type ComparisonOperator,
  type ConstantValue,
  type ExpressionNode,
  type FilterNode,
  type KeywordNode,
  type LookupNode,
  type NamespaceTargetNode,
  node,
  type Place,
  type SliceNode,
  type TestNode,
} from '../ast/nodes.ts'
import { describeToken, type Token, type TokenType } from '../lexer/tokens.ts'
import type { JinjaParser } from './parser.ts'

// Jinja2's grammar of expressions, loosest binding first:
// inline-if, or, and, not, comparison, + -, ~, * / // %, **, unary, postfix, filters and tests.

const COMPARISONS: ReadonlySet<TokenType> = new Set<TokenType>(['eq', 'ne', 'lt', 'lteq', 'gt', 'gteq'])
const SUMS = { add: 'Add', sub: 'Sub' } as const
const PRODUCTS = { mul: 'Mul', div: 'Div', floordiv: 'FloorDiv', mod: 'Mod' } as const
const TEST_ARGUMENT: ReadonlySet<TokenType> = new Set<TokenType>([
  'name',
  'string',
  'integer',
  'float',
  'lbracket',
  'lbrace',
])
const NO_TEST_ARGUMENT: ReadonlySet<string> = new Set(['else', 'or', 'and'])
const CONSTANTS: ReadonlyMap<string, ConstantValue> = new Map<string, ConstantValue>([
  ['true', { kind: 'bool', value: true }],
  ['True', { kind: 'bool', value: true }],
  ['false', { kind: 'bool', value: false }],
  ['False', { kind: 'bool', value: false }],
  ['none', { kind: 'none' }],
  ['None', { kind: 'none' }],
])

export function parseInlineIf(p: JinjaParser): ExpressionNode {
  let place: Place = p.current
  let result = p.parseOr()
  while (p.skipSymbol('if')) {
    const condition = p.parseOr()
    const otherwise = p.skipSymbol('else') ? parseInlineIf(p) : null
    result = node('InlineIf', place, condition, result, otherwise)
    place = p.current
  }
  return result
}

/** `not` and comparisons, chained ones too. */
export function parseCompare(p: JinjaParser): ExpressionNode {
  const place = p.current
  if (p.skipSymbol('not')) return node('Not', place, parseCompare(p))
  const left = parseSum(p)
  const operands: CompareOperandNode[] = []
  for (;;) {
    const { current } = p
    let operator: ComparisonOperator
    if (COMPARISONS.has(current.type)) {
      operator = current.type as ComparisonOperator
    } else if (p.isName('in')) {
      operator = 'in'
    } else if (p.isName('not') && p.look().type === 'name' && p.look().value === 'in') {
      p.advance()
      operator = 'notin'
    } else break
    p.advance()
    operands.push(node('CompareOperand', current, parseSum(p), operator))
  }
  return operands.length === 0 ? left : node<CompareNode>('Compare', place, left, operands)
}

function parseSum(p: JinjaParser): ExpressionNode {
  let left = parseConcat(p)
  for (;;) {
    const { current } = p
    if (current.type !== 'add' && current.type !== 'sub') return left
    p.advance()
    left = node(SUMS[current.type], current, left, parseConcat(p))
  }
}

function parseConcat(p: JinjaParser): ExpressionNode {
  const place = p.current
  const parts = [parseProduct(p)]
  while (p.skip('tilde')) parts.push(parseProduct(p))
  return parts.length === 1 && parts[0] ? parts[0] : node('Concat', place, parts)
}

function parseProduct(p: JinjaParser): ExpressionNode {
  let left = parsePower(p)
  for (;;) {
    const { current } = p
    const { type } = current
    if (type !== 'mul' && type !== 'div' && type !== 'floordiv' && type !== 'mod') return left
    p.advance()
    left = node(PRODUCTS[type], current, left, parsePower(p))
  }
}

function parsePower(p: JinjaParser): ExpressionNode {
  let left = parseUnary(p, true)
  for (;;) {
    const { current } = p
    if (!p.skip('pow')) return left
    left = node('Pow', current, left, parseUnary(p, true))
  }
}

function parseUnary(p: JinjaParser, withFilters: boolean): ExpressionNode {
  const place = p.current
  let result: ExpressionNode
  if (p.skip('sub')) result = node('Neg', place, parseUnary(p, false))
  else if (p.skip('add')) result = node('Pos', place, parseUnary(p, false))
  else result = parsePrimary(p)
  result = parsePostfix(p, result)
  return withFilters ? parseFiltersAndTests(p, result) : result
}

export function parsePrimary(p: JinjaParser): ExpressionNode {
  const token = p.current
  switch (token.type) {
    case 'name': {
      p.advance()
      const constant = CONSTANTS.get(token.value)
      return constant ? node('Literal', token, constant) : node('Symbol', token, token.value)
    }
    case 'string': {
      let text = ''
      while (p.at('string')) text += p.advance().value
      return constant(token, { kind: 'string', value: text })
    }
    case 'integer':
      p.advance()
      return constant(token, { kind: 'int', value: BigInt(token.value) })
    case 'float':
      p.advance()
      return constant(token, { kind: 'float', value: Number(token.value) })
    case 'lparen': {
      p.advance()
      const inside = parseTuple(p, { explicit: true })
      p.expect('rparen')
      return inside
    }
    case 'lbracket':
      return parseList(p)
    case 'lbrace':
      return parseDict(p)
    default:
      return p.failAt(`unexpected '${describeToken(token)}'`)
  }
}

/** As parsePrimary, and `name.attribute` for what is set. */
export function parseTargetPrimary(p: JinjaParser): ExpressionNode | NamespaceTargetNode {
  const token = p.current
  const result = parsePrimary(p)
  if (result.typename !== 'Symbol' || !p.skip('dot')) return result
  return node('NSRef', token, token.value, p.expect('name').value)
}

export interface TupleOptions {
  /** False where an `if` behind the expression belongs to the statement. */
  readonly inlineIf?: boolean
  /** In parentheses, where nothing at all is the empty tuple. */
  readonly explicit?: boolean
}

/** One expression, or a tuple when commas follow; ends at the tag's end or a closing parenthesis. */
export function parseTuple(p: JinjaParser, options: TupleOptions = {}): ExpressionNode {
  const parse = options.inlineIf === false ? () => p.parseOr() : () => parseInlineIf(p)
  return parseTupleOf<ExpressionNode>(p, parse, options)
}

export function parseTupleOf<Item extends ExpressionNode | NamespaceTargetNode>(
  p: JinjaParser,
  parse: () => Item,
  options: TupleOptions,
): Item | ExpressionNode {
  let place: Place = p.current
  const items: Item[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) p.expect('comma')
    if (atTupleEnd(p)) break
    items.push(parse())
    if (!p.at('comma')) break
    isTuple = true
    place = p.current
  }
  const [first] = items
  if (!isTuple) {
    if (first) return first
    if (!options.explicit) p.failAt(`Expected an expression, got '${describeToken(p.current)}'`)
  }
  return node('Tuple', place, items)
}

function atTupleEnd(p: JinjaParser): boolean {
  return p.at('variable_end') || p.at('block_end') || p.at('rparen')
}

function parseList(p: JinjaParser): ExpressionNode {
  const place = p.expect('lbracket')
  const items: ExpressionNode[] = []
  while (!p.at('rbracket')) {
    if (items.length > 0) p.expect('comma')
    if (p.at('rbracket')) break
    items.push(parseInlineIf(p))
  }
  p.expect('rbracket')
  return node('Array', place, items)
}

function parseDict(p: JinjaParser): ExpressionNode {
  const place = p.expect('lbrace')
  const pairs: ExpressionNode[] = []
  while (!p.at('rbrace')) {
    if (pairs.length > 0) p.expect('comma')
    if (p.at('rbrace')) break
    const key = parseInlineIf(p)
    p.expect('colon')
    pairs.push(node('Pair', key, key, parseInlineIf(p)))
  }
  p.expect('rbrace')
  return node('Dict', place, pairs)
}

function parsePostfix(p: JinjaParser, start: ExpressionNode): ExpressionNode {
  let result = start
  for (;;) {
    const { type } = p.current
    if (type === 'dot' || type === 'lbracket') result = parseLookup(p, result)
    else if (type === 'lparen') result = parseCall(p, result)
    else return result
  }
}

function parseFiltersAndTests(p: JinjaParser, start: ExpressionNode): ExpressionNode {
  let result = start
  for (;;) {
    if (p.at('pipe')) result = parseFilters(p, result)
    else if (p.isName('is')) result = parseTest(p, result)
    else if (p.at('lparen')) result = parseCall(p, result)
    else return result
  }
}

function parseLookup(p: JinjaParser, target: ExpressionNode): LookupNode {
  const token = p.advance()
  if (token.type === 'dot') {
    const name = p.advance()
    if (name.type === 'name') {
      return node('LookupVal', token, target, constant(name, { kind: 'string', value: name.value }), true)
    }
    if (name.type !== 'integer') p.failAt('expected name or number', name)
    return node('LookupVal', token, target, constant(name, { kind: 'int', value: BigInt(name.value) }), false)
  }
  const keys: (ExpressionNode | SliceNode)[] = []
  while (!p.at('rbracket')) {
    if (keys.length > 0) p.expect('comma')
    keys.push(parseKey(p))
  }
  p.expect('rbracket')
  const key = keys.length === 1 && keys[0] ? keys[0] : node<ExpressionNode>('Tuple', token, keys)
  return node('LookupVal', token, target, key, false)
}

function parseKey(p: JinjaParser): ExpressionNode | SliceNode {
  const place = p.current
  let start: ExpressionNode | null = null
  if (!p.at('colon')) {
    start = parseInlineIf(p)
    if (!p.at('colon')) return start
  }
  p.advance()
  const stop = atSlicePart(p) ? parseInlineIf(p) : null
  let step: ExpressionNode | null = null
  if (p.skip('colon') && atSlicePart(p)) step = parseInlineIf(p)
  return node('Slice', place, start, stop, step)
}

function atSlicePart(p: JinjaParser): boolean {
  const { type } = p.current
  return type !== 'colon' && type !== 'rbracket' && type !== 'comma'
}

function parseCall(p: JinjaParser, callee: ExpressionNode): CallNode {
  const place = p.current
  return node('FunCall', place, callee, parseArguments(p))
}

function parseArguments(p: JinjaParser): ArgumentsNode {
  const open = p.expect('lparen')
  const positional: ExpressionNode[] = []
  const keywords: KeywordNode[] = []
  const positionalRanges: (readonly [number, number])[] = []
  const keywordRanges: (readonly [number, number])[] = []
  let rest: ExpressionNode | null = null
  let keywordRest: ExpressionNode | null = null
  let some = false
  const ensure = (valid: boolean): void => {
    if (!valid) p.failAt('invalid syntax for function call expression', open)
  }
  while (!p.at('rparen')) {
    if (some) p.expect('comma')
    // A comma may trail.
    if (p.at('rparen')) break
    some = true
    const { current } = p
    if (current.type === 'mul') {
      ensure(rest === null && keywordRest === null)
      p.advance()
      rest = parseInlineIf(p)
    } else if (current.type === 'pow') {
      ensure(keywordRest === null)
      p.advance()
      keywordRest = parseInlineIf(p)
    } else if (current.type === 'name' && p.look().type === 'assign') {
      ensure(keywordRest === null)
      p.advance()
      p.advance()
      const { start } = p.current
      const value = parseInlineIf(p)
      keywordRanges.push([start, p.lastEnd])
      keywords.push(node('Keyword', current, current.value, value))
    } else {
      ensure(rest === null && keywordRest === null && keywords.length === 0)
      positional.push(parseInlineIf(p))
      positionalRanges.push([current.start, p.lastEnd])
    }
  }
  p.expect('rparen')
  return node('Arguments', open, positional, keywords, rest, keywordRest, [...positionalRanges, ...keywordRanges])
}

function noArguments(place: Place): ArgumentsNode {
  return node('Arguments', place, [], [], null, null, [])
}

/** `|name(args)|…` from the pipe on. */
function parseFilters(p: JinjaParser, start: ExpressionNode): ExpressionNode {
  let result = start
  while (p.skip('pipe')) result = parseFilter(p, result)
  return result
}

/** A filter's name and arguments, and more filters behind pipes. */
export function parseFilterChain(p: JinjaParser): FilterNode {
  let result = parseFilter(p, null)
  while (p.skip('pipe')) result = parseFilter(p, result)
  return result
}

function parseFilter(p: JinjaParser, target: ExpressionNode | null): FilterNode {
  const place = p.current
  const name = parseDottedName(p)
  const args = p.at('lparen') ? parseArguments(p) : noArguments(p.current)
  return node('Filter', place, name, args, target)
}

function parseDottedName(p: JinjaParser): string {
  let name = p.expect('name').value
  while (p.skip('dot')) name += `.${p.expect('name').value}`
  return name
}

function parseTest(p: JinjaParser, target: ExpressionNode): ExpressionNode {
  const place = p.advance()
  const negated = p.skipSymbol('not')
  const name = parseDottedName(p)
  let args: ArgumentsNode
  if (p.at('lparen')) {
    args = parseArguments(p)
  } else if (TEST_ARGUMENT.has(p.current.type) && !endsTest(p.current)) {
    if (p.isName('is')) p.failAt('You cannot chain multiple tests with is')
    const argument = p.current
    const value = parsePostfix(p, parsePrimary(p))
    args = node('Arguments', argument, [value], [], null, null, [[argument.start, p.lastEnd]])
  } else {
    args = noArguments(p.current)
  }
  const test = node<TestNode>('Test', place, name, args, target)
  return negated ? node('Not', place, test) : test
}

function endsTest(token: Token): boolean {
  return token.type === 'name' && NO_TEST_ARGUMENT.has(token.value)
}

function constant(place: Place, value: ConstantValue): ExpressionNode {
  return node('Literal', place, value)
}
