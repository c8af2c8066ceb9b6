import { make } from '../ast/make.ts'
import type {
  ArgumentsNode,
  CallNode,
  CompareOperandNode,
  ComparisonOperator,
  ConstantValue,
  ExpressionNode,
  FilterNode,
  KeywordNode,
  LookupNode,
  NamespaceTargetNode,
  PairNode,
  Place,
  SliceNode,
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

/** What ends an expression wherever it stands: what is read by then is all of it. */
const ENDS: ReadonlySet<TokenType> = new Set<TokenType>([
  'rparen',
  'comma',
  'variable_end',
  'block_end',
  'rbracket',
  'rbrace',
  'colon',
])

export function parseInlineIf(p: JinjaParser): ExpressionNode {
  let place: Place = p.current
  let result = parseLogic(p)
  while (p.skipSymbol('if')) {
    const condition = parseLogic(p)
    const otherwise = p.skipSymbol('else') ? parseInlineIf(p) : null
    result = make.InlineIf(place, condition, result, otherwise)
    place = p.current
  }
  return result
}

/**
 * `or` and all that binds tighter. Most expressions are one operand: it is read first, and where its end follows nothing else is asked.
 * Otherwise it waits in the parser for parseUnary, far down, to take it.
 */
function parseLogic(p: JinjaParser): ExpressionNode {
  const start = p.current
  if (start.type !== 'name' || start.value !== 'not') {
    const operand = parseUnary(p, true)
    if (ENDS.has(p.current.type)) return operand
    p.operand = operand
    p.operandStart = start
  }
  return p.parseOr()
}

/** `not` and comparisons, chained ones too. */
export function parseCompare(p: JinjaParser): ExpressionNode {
  const place = p.operandStart ?? p.current
  if (p.operand === null && p.skipSymbol('not')) return make.unary('Not', place, parseCompare(p))
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
    operands.push(make.CompareOperand(current, parseSum(p), operator))
  }
  return operands.length === 0 ? left : make.Compare(place, left, operands)
}

function parseSum(p: JinjaParser): ExpressionNode {
  let left = parseConcat(p)
  for (;;) {
    const { current } = p
    if (current.type !== 'add' && current.type !== 'sub') return left
    p.advance()
    left = make.binary(SUMS[current.type], current, left, parseConcat(p))
  }
}

function parseConcat(p: JinjaParser): ExpressionNode {
  const place = p.operandStart ?? p.current
  const first = parseProduct(p)
  if (!p.at('tilde')) return first
  const parts = [first]
  while (p.skip('tilde')) parts.push(parseProduct(p))
  return make.Concat(place, parts)
}

function parseProduct(p: JinjaParser): ExpressionNode {
  let left = parsePower(p)
  for (;;) {
    const { current } = p
    const { type } = current
    if (type !== 'mul' && type !== 'div' && type !== 'floordiv' && type !== 'mod') return left
    p.advance()
    left = make.binary(PRODUCTS[type], current, left, parsePower(p))
  }
}

function parsePower(p: JinjaParser): ExpressionNode {
  let left = parseUnary(p, true)
  for (;;) {
    const { current } = p
    if (!p.skip('pow')) return left
    left = make.binary('Pow', current, left, parseUnary(p, true))
  }
}

function parseUnary(p: JinjaParser, withFilters: boolean): ExpressionNode {
  const waiting = p.operand
  if (waiting !== null) {
    p.operand = null
    p.operandStart = null
    return waiting
  }
  const place = p.current
  let result: ExpressionNode
  if (p.skip('sub')) result = make.unary('Neg', place, parseUnary(p, false))
  else if (p.skip('add')) result = make.unary('Pos', place, parseUnary(p, false))
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
      if (token.value === 'self') p.walk.fits = false
      else if (token.value === 'loop') p.namesLoop = true
      return constant ? make.Literal(token, constant) : make.Symbol(token, token.value)
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
  p.walk.fits = false
  return make.NSRef(token, token.value, p.expect('name').value)
}

export interface TupleOptions {
  /** False where an `if` behind the expression belongs to the statement. */
  readonly inlineIf?: boolean
  /** In parentheses, where nothing at all is the empty tuple. */
  readonly explicit?: boolean
}

/** One expression, or a tuple when commas follow; ends at the tag's end or a closing parenthesis. */
export function parseTuple(p: JinjaParser, options: TupleOptions = {}): ExpressionNode {
  const parse = options.inlineIf === false ? parseLogic : parseInlineIf
  return parseTupleOf<ExpressionNode>(p, parse, options)
}

export function parseTupleOf<Item extends ExpressionNode | NamespaceTargetNode>(
  p: JinjaParser,
  parse: (p: JinjaParser) => Item,
  options: TupleOptions,
): Item | ExpressionNode {
  let place: Place = p.current
  const items: Item[] = []
  let isTuple = false
  for (;;) {
    if (items.length > 0) p.expect('comma')
    if (atTupleEnd(p)) break
    items.push(parse(p))
    if (!p.at('comma')) break
    isTuple = true
    place = p.current
  }
  const [first] = items
  if (!isTuple) {
    if (first) return first
    if (!options.explicit) p.failAt(`Expected an expression, got '${describeToken(p.current)}'`)
  }
  return make.Tuple(place, items)
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
  return make.Array(place, items)
}

function parseDict(p: JinjaParser): ExpressionNode {
  const place = p.expect('lbrace')
  const pairs: PairNode[] = []
  while (!p.at('rbrace')) {
    if (pairs.length > 0) p.expect('comma')
    if (p.at('rbrace')) break
    const key = parseInlineIf(p)
    p.expect('colon')
    pairs.push(make.Pair(key, key, parseInlineIf(p)))
  }
  p.expect('rbrace')
  return make.Dict(place, pairs)
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
      return make.LookupVal(token, target, constant(name, { kind: 'string', value: name.value }), true)
    }
    if (name.type !== 'integer') p.failAt('expected name or number', name)
    return make.LookupVal(token, target, constant(name, { kind: 'int', value: BigInt(name.value) }), false)
  }
  const keys: (ExpressionNode | SliceNode)[] = []
  while (!p.at('rbracket')) {
    if (keys.length > 0) p.expect('comma')
    keys.push(parseKey(p))
  }
  p.expect('rbracket')
  const key = keys.length === 1 && keys[0] ? keys[0] : make.Tuple(token, keys)
  return make.LookupVal(token, target, key, false)
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
  p.walk.fits = false
  return make.Slice(place, start, stop, step)
}

function atSlicePart(p: JinjaParser): boolean {
  const { type } = p.current
  return type !== 'colon' && type !== 'rbracket' && type !== 'comma'
}

function parseCall(p: JinjaParser, callee: ExpressionNode): CallNode {
  const place = p.current
  return make.FunCall(place, callee, parseArguments(p))
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
      keywords.push(make.Keyword(current, current.value, value))
    } else {
      ensure(rest === null && keywordRest === null && keywords.length === 0)
      positional.push(parseInlineIf(p))
      positionalRanges.push([current.start, p.lastEnd])
    }
  }
  p.expect('rparen')
  if (rest !== null || keywordRest !== null || hasTwins(keywords)) p.walk.fits = false
  return make.Arguments(open, positional, keywords, rest, keywordRest, [...positionalRanges, ...keywordRanges])
}

function hasTwins(keywords: readonly KeywordNode[]): boolean {
  return keywords.length > 1 && new Set(keywords.map(({ key }) => key)).size < keywords.length
}

function noArguments(place: Place): ArgumentsNode {
  return make.Arguments(place, [], [], null, null, [])
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
  p.walk.filters.push(name)
  const args = p.at('lparen') ? parseArguments(p) : noArguments(p.current)
  return make.Filter(place, name, args, target)
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
  p.walk.tests.push(name)
  let args: ArgumentsNode
  if (p.at('lparen')) {
    args = parseArguments(p)
  } else if (TEST_ARGUMENT.has(p.current.type) && !endsTest(p.current)) {
    if (p.isName('is')) p.failAt('You cannot chain multiple tests with is')
    const argument = p.current
    const value = parsePostfix(p, parsePrimary(p))
    args = make.Arguments(argument, [value], [], null, null, [[argument.start, p.lastEnd]])
  } else {
    args = noArguments(p.current)
  }
  const test = make.Test(place, name, args, target)
  return negated ? make.unary('Not', place, test) : test
}

function endsTest(token: Token): boolean {
  return token.type === 'name' && NO_TEST_ARGUMENT.has(token.value)
}

function constant(place: Place, value: ConstantValue): ExpressionNode {
  return make.Literal(place, value)
}
