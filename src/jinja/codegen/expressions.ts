import type {
  ArgumentsNode,
  CallNode,
  CompareNode,
  ComparisonOperator,
  ConstantValue,
  ExpressionNode,
  FilterNode,
  LookupNode,
  NameNode,
  SliceNode,
  TestNode,
} from '../ast/nodes.ts'
import type { AnyNode } from '../ast/walk.ts'
import { filterExists, testExists } from '../runtime/runtime.ts'
import type { Variable } from './scope.ts'
import type { Frame, Unit } from './unit.ts'

const BINARY = { Add: 'add', Sub: 'sub', Mul: 'mul', Div: 'div', FloorDiv: 'floordiv', Mod: 'mod', Pow: 'pow' } as const

/** dbt's filters that say how native rendering reads a string. */
const MARKERS: ReadonlySet<string> = new Set(['as_text', 'as_native', 'as_bool', 'as_number'])

/** JavaScript text that gives the value of a call; in a function that can suspend, one that waits for it. */
function awaited(frame: Frame, call: string): string {
  return frame.fn.suspends ? `((t=${call})instanceof Pending?yield*t.run():t)` : `now(${call})`
}

/** An expression as JavaScript text. It is evaluated left to right, each part once, as Python would. */
export function expression(unit: Unit, node: ExpressionNode, frame: Frame): string {
  const inside = frame.native && !frame.inner ? { ...frame, inner: true } : frame
  const visit = (child: ExpressionNode): string => expression(unit, child, inside)
  switch (node.typename) {
    case 'Symbol':
      return nameValue(node, frame)
    case 'Literal':
      return constantCode(unit, node.value)
    case 'Tuple':
      return `new PyTuple([${node.children.map(visit).join(',')}])`
    case 'Array':
      return `[${node.children.map(visit).join(',')}]`
    case 'Dict':
      return `dict(${node.children.map(({ key, value }) => `${visit(key)},${visit(value)}`).join(',')})`
    case 'LookupVal':
      return lookup(unit, node, inside)
    case 'FunCall':
      return call(unit, node, inside, null)
    case 'Filter':
      return filter(unit, node, node.target ? visit(node.target) : '""', frame)
    case 'Test':
      return test(unit, node, inside)
    case 'And':
      return `(truthy(t=${expression(unit, node.left, frame)})?${expression(unit, node.right, rightOf(node, frame))}:t)`
    case 'Or':
      return `(truthy(t=${expression(unit, node.left, frame)})?t:${expression(unit, node.right, rightOf(node, frame))})`
    case 'Not':
      return `!${condition(unit, node.target, inside)}`
    case 'Neg':
      return `neg(${visit(node.target)})`
    case 'Pos':
      return `pos(${visit(node.target)})`
    case 'Concat':
      return `concat([${node.children.map(visit).join(',')}])`
    case 'Compare':
      return comparison(unit, node, inside)
    case 'InlineIf': {
      const soft = { ...frame, soft: true }
      const otherwise = node.else_ ? expression(unit, node.else_, soft) : `noElse(${unit.lineOf(node)})`
      return `(${condition(unit, node.cond, { ...inside, soft: true })}?${expression(unit, node.body, soft)}:${otherwise})`
    }
    default:
      return `${BINARY[node.typename]}(${visit(node.left)},${visit(node.right)})`
  }
}

/** An expression's truth, as JavaScript text of a boolean. */
export function condition(unit: Unit, node: ExpressionNode, frame: Frame): string {
  switch (node.typename) {
    case 'And':
      return `(${condition(unit, node.left, frame)}&&${condition(unit, node.right, rightOf(node, frame))})`
    case 'Or':
      return `(${condition(unit, node.left, frame)}||${condition(unit, node.right, rightOf(node, frame))})`
    case 'Not':
    case 'Compare':
    case 'Test':
      return expression(unit, node, frame)
    default:
      return `truthy(${expression(unit, node, frame)})`
  }
}

/** Jinja2 folds `1 or x` before it looks at `x`: what is wrong there is not seen. */
function rightOf(node: ExpressionNode & { typename: 'And' | 'Or' }, frame: Frame): Frame {
  const left = constantTruth(node.left)
  return left === (node.typename === 'Or') ? { ...frame, soft: true } : frame
}

/** Whether a constant is true; undefined for what is known only when it is evaluated. */
function constantTruth(node: ExpressionNode): boolean | undefined {
  switch (node.typename) {
    case 'Literal':
      return node.value.kind !== 'none' && Boolean(node.value.value)
    case 'Tuple':
    case 'Array':
      return node.children.every((child) => constantTruth(child) !== undefined) ? node.children.length > 0 : undefined
    case 'Dict':
      return node.children.every(({ key, value }) => [key, value].every((each) => constantTruth(each) !== undefined))
        ? node.children.length > 0
        : undefined
    case 'Neg':
    case 'Pos': {
      const { target } = node
      const isNumber = target.typename === 'Literal' && ['int', 'float', 'bool'].includes(target.value.kind)
      return isNumber || target.typename === 'Neg' || target.typename === 'Pos' ? constantTruth(target) : undefined
    }
    case 'Not': {
      const inner = constantTruth(node.target)
      return inner === undefined ? undefined : !inner
    }
    case 'And':
    case 'Or': {
      const left = constantTruth(node.left)
      if (left === undefined || left === (node.typename === 'Or')) return left
      return constantTruth(node.right)
    }
    default:
      return undefined
  }
}

/** A variable's value, which may be a global not looked up yet, or nothing. */
function nameValue(node: NameNode, frame: Frame): string {
  const variable = frame.scope.variable(node.value)
  if (variable.origin.kind === 'parameter' && !frame.unsetParameters?.has(variable.id)) return variable.id
  const name = JSON.stringify(node.value)
  return `(${variable.id}===undefined?${isGlobal(variable) ? `${variable.id}=K.global(${name})` : `K.missing(${name})`}:${variable.id})`
}

function isGlobal(variable: Variable): boolean {
  let { origin } = variable
  while (origin.kind === 'outer') origin = origin.variable.origin
  return origin.kind === 'global'
}

function constantCode(unit: Unit, constant: ConstantValue): string {
  switch (constant.kind) {
    case 'none':
      return 'null'
    case 'bool':
      return String(constant.value)
    case 'string':
      return JSON.stringify(constant.value)
    case 'int':
      return constant.value <= BigInt(Number.MAX_SAFE_INTEGER) ? String(constant.value) : `${constant.value}n`
    case 'float':
      return Number.isInteger(constant.value) || !Number.isFinite(constant.value)
        ? unit.constant(`float(${constant.value})`)
        : String(constant.value)
  }
}

function lookup(unit: Unit, node: LookupNode, frame: Frame): string {
  const target = expression(unit, node.target, frame)
  const { val } = node
  if (val.typename === 'Slice') return `slice(${target},${sliceParts(unit, val, frame)})`
  // Jinja2 parses `x[1:2, 3]` and then writes Python that is none.
  const parts: readonly AnyNode[] = val.typename === 'Tuple' ? val.children : []
  if (parts.some(({ typename }) => typename === 'Slice')) unit.fail('invalid syntax', val)
  const key = expression(unit, val, frame)
  return node.attribute ? `getAttr(${target},${at(unit, node, key)})` : `getItem(${target},${at(unit, node, key)})`
}

function sliceParts(unit: Unit, node: SliceNode, frame: Frame): string {
  return [node.start, node.stop, node.step].map((part) => (part ? expression(unit, part, frame) : 'null')).join(',')
}

/** A call; `caller` is the variable of a call block's body, passed as one more keyword. */
export function call(unit: Unit, node: CallNode, frame: Frame, caller: string | null): string {
  const args = positionalCode(unit, node.args, frame)
  const keywords = at(unit, node, keywordCode(unit, node.args, frame, caller))
  const { name } = node
  if (name.typename === 'LookupVal' && name.attribute && name.val.typename === 'Literal') {
    const bare = args === 'NONE' && keywords.endsWith(',EMPTY)')
    const value = expression(unit, name.target, frame)
    // Python looks the method up before it evaluates the arguments; what can fail then is only an undefined.
    const target = bare || name.target.typename === 'Literal' ? value : `live(${value})`
    return awaited(frame, `callMethod(${target},${expression(unit, name.val, frame)},${args},${keywords})`)
  }
  return awaited(frame, `callValue(${expression(unit, name, frame)},${args},${keywords})`)
}

function positionalCode(unit: Unit, args: ArgumentsNode, frame: Frame): string {
  const values = args.positional.map((value) => expression(unit, value, frame))
  if (args.rest) values.push(`...spread(${expression(unit, args.rest, frame)})`)
  return values.length === 0 ? 'NONE' : `[${values.join(',')}]`
}

function keywordCode(unit: Unit, args: ArgumentsNode, frame: Frame, caller: string | null): string {
  const pairs: string[] = []
  const seen = new Set<string>()
  for (const keyword of args.keywords) {
    if (seen.has(keyword.key)) unit.fail(`keyword argument repeated: ${keyword.key}`, keyword)
    seen.add(keyword.key)
    pairs.push(JSON.stringify(keyword.key), expression(unit, keyword.value, frame))
  }
  if (caller !== null) pairs.push('"caller"', caller)
  const map = pairs.length === 0 ? 'EMPTY' : `keywords(${pairs.join(',')})`
  return args.keywordRest ? `keywordRest(${map},${expression(unit, args.keywordRest, frame)})` : map
}

/** The last operand's code, and then a note of the node's place: nothing is evaluated between that and the operation itself. */
function at(unit: Unit, node: ExpressionNode, code: string): string {
  const place = `p=${unit.place(node)}`
  return code === 'EMPTY' || code.startsWith('"') ? `(${place},${code})` : `(t=${code},${place},t)`
}

/** A filter applied to a value, given as code. */
export function filter(unit: Unit, node: FilterNode, value: string, frame: Frame): string {
  if (!filterExists(node.name)) {
    if (!frame.soft) unit.fail(`No filter named '${node.name}'.`, node)
    return `noFilter(${JSON.stringify(node.name)},${value})`
  }
  if (frame.native && MARKERS.has(node.name))
    return frame.inner ? `pyStr(${value})` : `marker(${JSON.stringify(node.name)},${value})`
  const inside = frame.native ? { ...frame, inner: true } : frame
  const args = positionalCode(unit, node.args, inside)
  const keywords = at(unit, node, keywordCode(unit, node.args, inside, null))
  return awaited(frame, `applyFilter(${JSON.stringify(node.name)},${value},${args},${keywords},K.environment)`)
}

function test(unit: Unit, node: TestNode, frame: Frame): string {
  const value = expression(unit, node.target, frame)
  if (!testExists(node.name)) {
    if (!frame.soft) unit.fail(`No test named '${node.name}'.`, node)
    return `noTest(${JSON.stringify(node.name)},${value})`
  }
  if (node.name === 'defined' || node.name === 'undefined') {
    return `${node.name === 'defined' ? '!' : ''}(${value} instanceof Undefined)`
  }
  if (node.name === 'none') return `(${value}===null)`
  const keywords = at(unit, node, keywordCode(unit, node.args, frame, null))
  return `applyTest(${JSON.stringify(node.name)},${value},${positionalCode(unit, node.args, frame)},${keywords})`
}

const COMPARE: Readonly<Record<ComparisonOperator, (left: string, right: string) => string>> = {
  eq: (left, right) => `pyEquals(${left},${right})`,
  ne: (left, right) => `!pyEquals(${left},${right})`,
  lt: (left, right) => `pyCompare("<",${left},${right})`,
  lteq: (left, right) => `pyCompare("<=",${left},${right})`,
  gt: (left, right) => `pyCompare(">",${left},${right})`,
  gteq: (left, right) => `pyCompare(">=",${left},${right})`,
  in: (left, right) => `contains(${left},${right})`,
  notin: (left, right) => `!contains(${left},${right})`,
}

/** `a < b < c`: every operand once, the rest not at all when one comparison fails. */
function comparison(unit: Unit, node: CompareNode, frame: Frame): string {
  const parts: string[] = []
  let left = expression(unit, node.expr, frame)
  node.ops.forEach((operand, index) => {
    const right = expression(unit, operand.expr, frame)
    const compare = COMPARE[operand.type]
    if (index === node.ops.length - 1) {
      parts.push(compare(left, right))
      return
    }
    const kept = frame.fn.temporary(unit)
    parts.push(compare(left, `${kept}=${right}`))
    left = kept
  })
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join('&&')})`
}
