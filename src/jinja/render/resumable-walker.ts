import type {
  ArgumentsNode,
  CallNode,
  CompareNode,
  ExpressionNode,
  ForNode,
  IfNode,
  OutputNode,
  Place,
  RootNode,
  StatementNode,
} from '../ast/nodes.ts'
import { type CallResult, type Kwargs, Pending, PyTuple, type PyValue, type Resumable } from '../runtime/values.ts'
import type { RenderScope } from './render-scope.ts'
import { SUPPORT } from './support.ts'
import { assign, BINARY, compared, constant, type Names, unfit } from './tree-walker.ts'

const { NONE, EMPTY, Undefined, truthy, live, pyStr } = SUPPORT

function* settled(result: CallResult): Resumable<PyValue> {
  return result instanceof Pending ? yield* result.run() : result
}

/**
 * TreeWalker for run time: stops where a call has to wait. A model's own text is rendered once a run, too, so walking it is cheaper than generating and
 * compiling JavaScript for it. Method by method it is TreeWalker; what holds there (which trees, which names) holds here.
 */
export class ResumableWalker {
  /** Of what is being evaluated, as the generated code notes it: where an error is said to be. */
  place: Place | null = null
  private readonly scope: RenderScope
  private readonly globals = new Map<string, PyValue>()
  private readonly firstLine: number
  private out = ''

  constructor(scope: RenderScope, firstLine: number) {
    this.scope = scope
    this.firstLine = firstLine
  }

  *render(root: RootNode): Resumable<string> {
    yield* this.statements(root.children, { own: new Map(), parent: null })
    return this.out
  }

  private *statements(body: readonly StatementNode[], names: Names): Resumable<void> {
    for (const node of body) yield* this.statement(node, names)
  }

  private *statement(node: StatementNode, names: Names): Resumable<void> {
    switch (node.typename) {
      case 'Output':
        yield* this.output(node, names)
        return
      case 'Set': {
        this.place = node
        assign(node.target, yield* this.value(node.value, names), names)
        return
      }
      case 'Do':
        this.place = node
        yield* this.value(node.expr, names)
        return
      case 'If':
        yield* this.ifStatement(node, names)
        return
      case 'For':
        this.place = node
        yield* this.forStatement(node, names)
        return
      default:
        throw unfit(node)
    }
  }

  private *output(node: OutputNode, names: Names): Resumable<void> {
    let line = -1
    for (const child of node.children) {
      if (child.typename === 'TemplateData') {
        this.out += child.value
        continue
      }
      if (child.lineno !== line) this.place = child
      line = child.lineno
      const value = yield* this.value(child, names)
      this.out += typeof value === 'string' ? value : pyStr(value)
    }
  }

  private *ifStatement(node: IfNode, names: Names): Resumable<void> {
    this.place = node
    if (yield* this.condition(node.cond, names)) yield* this.statements(node.body.children, names)
    else if (node.else_?.typename === 'If') yield* this.ifStatement(node.else_, names)
    else if (node.else_) yield* this.statements(node.else_.children, names)
  }

  private *forStatement(node: ForNode, names: Names): Resumable<void> {
    const walked = yield* this.value(node.arr, names)
    const body = node.body.children
    const loop = node.usesLoop ? this.scope.loopContext(walked) : null
    let empty = true
    for (const item of loop ? loop.items() : SUPPORT.iterate(walked)) {
      const inner: Names = { own: new Map(), parent: names }
      if (loop) inner.own.set('loop', loop)
      assign(node.target, item, inner)
      yield* this.statements(body, inner)
      empty = false
    }
    if (empty && node.else_) yield* this.statements(node.else_.children, { own: new Map(), parent: names })
  }

  private name(name: string, names: Names): PyValue {
    for (let scope: Names | null = names; scope !== null; scope = scope.parent) {
      const value = scope.own.get(name)
      if (value !== undefined) return value
    }
    let value = this.globals.get(name)
    if (value === undefined) {
      value = this.scope.global(name)
      this.globals.set(name, value)
    }
    return value
  }

  private *value(node: ExpressionNode, names: Names): Resumable<PyValue> {
    switch (node.typename) {
      case 'Symbol':
        return this.name(node.value, names)
      case 'Literal':
        return constant(node.value)
      case 'Tuple':
        return new PyTuple(yield* this.values(node.children, names))
      case 'Array':
        return yield* this.values(node.children, names)
      case 'Dict':
        return SUPPORT.dict(
          ...(yield* this.values(
            node.children.flatMap(({ key, value }) => [key, value]),
            names,
          )),
        )
      case 'LookupVal': {
        const target = yield* this.value(node.target, names)
        if (node.val.typename === 'Slice') throw unfit(node)
        const key = yield* this.value(node.val, names)
        this.place = node
        return node.attribute ? this.scope.getAttr(target, String(key)) : this.scope.getItem(target, key)
      }
      case 'FunCall':
        return yield* this.call(node, names)
      case 'Filter': {
        const target = node.target ? yield* this.value(node.target, names) : ''
        const args = yield* this.positional(node.args, names)
        const keywords = yield* this.keywords(node.args, names)
        this.place = node
        return yield* settled(this.scope.applyFilter(node.name, target, args, keywords, this.scope.environment))
      }
      case 'Test': {
        const target = yield* this.value(node.target, names)
        if (node.name === 'defined') return !(target instanceof Undefined)
        if (node.name === 'undefined') return target instanceof Undefined
        if (node.name === 'none') return target === null
        const args = yield* this.positional(node.args, names)
        const keywords = yield* this.keywords(node.args, names)
        this.place = node
        return SUPPORT.applyTest(node.name, target, args, keywords)
      }
      case 'And': {
        const left = yield* this.value(node.left, names)
        return truthy(left) ? yield* this.value(node.right, names) : left
      }
      case 'Or': {
        const left = yield* this.value(node.left, names)
        return truthy(left) ? left : yield* this.value(node.right, names)
      }
      case 'Not':
        return !(yield* this.condition(node.target, names))
      case 'Neg':
        return SUPPORT.neg(yield* this.value(node.target, names))
      case 'Pos':
        return SUPPORT.pos(yield* this.value(node.target, names))
      case 'Concat':
        return SUPPORT.concat(yield* this.values(node.children, names))
      case 'Compare':
        return yield* this.compare(node, names)
      case 'InlineIf':
        if (yield* this.condition(node.cond, names)) return yield* this.value(node.body, names)
        return node.else_ ? yield* this.value(node.else_, names) : SUPPORT.noElse(node.lineno + this.firstLine)
      default: {
        const left = yield* this.value(node.left, names)
        return SUPPORT[BINARY[node.typename]](left, yield* this.value(node.right, names))
      }
    }
  }

  private *condition(node: ExpressionNode, names: Names): Resumable<boolean> {
    switch (node.typename) {
      case 'And':
        return (yield* this.condition(node.left, names)) && (yield* this.condition(node.right, names))
      case 'Or':
        return (yield* this.condition(node.left, names)) || (yield* this.condition(node.right, names))
      default:
        return truthy(yield* this.value(node, names))
    }
  }

  private *values(nodes: readonly ExpressionNode[], names: Names): Resumable<PyValue[]> {
    const values: PyValue[] = []
    for (const node of nodes) values.push(yield* this.value(node, names))
    return values
  }

  private *call(node: CallNode, names: Names): Resumable<PyValue> {
    const { name } = node
    if (name.typename === 'LookupVal' && name.attribute && name.val.typename === 'Literal') {
      const target = yield* this.value(name.target, names)
      const { positional, keywords: named } = node.args
      // Python looks the method up before it evaluates the arguments.
      if (positional.length + named.length > 0 && name.target.typename !== 'Literal') live(target)
      const method = String(constant(name.val.value))
      const args = yield* this.positional(node.args, names)
      const keywords = yield* this.keywords(node.args, names)
      this.place = node
      return yield* settled(this.scope.callMethod(target, method, args, keywords))
    }
    const callee = yield* this.value(name, names)
    const args = yield* this.positional(node.args, names)
    const keywords = yield* this.keywords(node.args, names)
    this.place = node
    return yield* settled(this.scope.callValue(callee, args, keywords))
  }

  private *positional(args: ArgumentsNode, names: Names): Resumable<readonly PyValue[]> {
    return args.positional.length === 0 ? NONE : yield* this.values(args.positional, names)
  }

  private *keywords(args: ArgumentsNode, names: Names): Resumable<Kwargs> {
    if (args.keywords.length === 0) return EMPTY
    const keywords = new Map<string, PyValue>()
    for (const { key, value } of args.keywords) keywords.set(key, yield* this.value(value, names))
    return keywords
  }

  private *compare(node: CompareNode, names: Names): Resumable<boolean> {
    let left = yield* this.value(node.expr, names)
    for (const { type, expr } of node.ops) {
      const right = yield* this.value(expr, names)
      if (!compared(type, left, right)) return false
      left = right
    }
    return true
  }
}
