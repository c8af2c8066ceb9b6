import type {
  ArgumentsNode,
  CallNode,
  CompareNode,
  ConstantValue,
  ExpressionNode,
  ForNode,
  IfNode,
  OutputNode,
  Place,
  RootNode,
  StatementNode,
  TargetNode,
} from '../ast/nodes.ts'
import type { WalkNotes } from '../parser/parser.ts'
import { filterExists, testExists } from '../runtime/runtime.ts'
import { int, type Kwargs, PyObject, PyTuple, type PyValue } from '../runtime/values.ts'
import type { RenderScope } from './render-scope.ts'
import { SUPPORT } from './support.ts'

/** The names in sight: what this scope set, then what encloses it. */
export interface Names {
  readonly own: Map<string, PyValue>
  readonly parent: Names | null
}

const { NONE, EMPTY, Undefined, truthy, live, now, pyStr } = SUPPORT

/**
 * Renders a tree by walking it, once: most templates of a project are rendered a single time when it is parsed, and for those JavaScript
 * is generated, compiled and thrown away at ten times the cost. It gives what the generated code of the plain flavour gives, errors and
 * their places too, for the trees that `storedNames` takes; others are for the generator.
 */
export class TreeWalker {
  /** Of what is being evaluated, as the generated code notes it: where an error is said to be. */
  place: Place | null = null
  private readonly scope: RenderScope
  private readonly globals = new Map<string, PyValue>()
  private readonly firstLine: number
  private readonly keepsText: boolean
  private out = ''

  constructor(scope: RenderScope, firstLine: number, keepsText: boolean) {
    this.scope = scope
    this.firstLine = firstLine
    this.keepsText = keepsText
  }

  render(root: RootNode): string {
    this.statements(root.children, { own: new Map(), parent: null })
    return this.out
  }

  private statements(body: readonly StatementNode[], names: Names): void {
    for (const node of body) this.statement(node, names)
  }

  private statement(node: StatementNode, names: Names): void {
    switch (node.typename) {
      case 'Output':
        this.output(node, names)
        return
      case 'Set': {
        this.place = node
        assign(node.target, this.value(node.value, names), names)
        return
      }
      case 'Do':
        this.place = node
        this.value(node.expr, names)
        return
      case 'If':
        this.ifStatement(node, names)
        return
      case 'For':
        this.place = node
        this.forStatement(node, names)
        return
      default:
        throw unfit(node)
    }
  }

  private output(node: OutputNode, names: Names): void {
    const { keepsText } = this
    let line = -1
    for (const child of node.children) {
      if (child.typename === 'TemplateData') {
        if (keepsText) this.out += child.value
        continue
      }
      if (child.lineno !== line) this.place = child
      line = child.lineno
      const value = this.value(child, names)
      if (keepsText) this.out += typeof value === 'string' ? value : pyStr(value)
      else if (typeof value === 'object' && !(value instanceof PyObject && value.$quiet)) pyStr(value)
    }
  }

  private ifStatement(node: IfNode, names: Names): void {
    this.place = node
    if (this.condition(node.cond, names)) this.statements(node.body.children, names)
    else if (node.else_?.typename === 'If') this.ifStatement(node.else_, names)
    else if (node.else_) this.statements(node.else_.children, names)
  }

  private forStatement(node: ForNode, names: Names): void {
    const walked = this.value(node.arr, names)
    const body = node.body.children
    const loop = node.usesLoop ? this.scope.loopContext(walked) : null
    let empty = true
    for (const item of loop ? loop.items() : SUPPORT.iterate(walked)) {
      const inner: Names = { own: new Map(), parent: names }
      if (loop) inner.own.set('loop', loop)
      assign(node.target, item, inner)
      this.statements(body, inner)
      empty = false
    }
    if (empty && node.else_) this.statements(node.else_.children, { own: new Map(), parent: names })
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

  private value(node: ExpressionNode, names: Names): PyValue {
    switch (node.typename) {
      case 'Symbol':
        return this.name(node.value, names)
      case 'Literal':
        return constant(node.value)
      case 'Tuple':
        return new PyTuple(this.values(node.children, names))
      case 'Array':
        return this.values(node.children, names)
      case 'Dict':
        return SUPPORT.dict(
          ...node.children.flatMap(({ key, value }) => [this.value(key, names), this.value(value, names)]),
        )
      case 'LookupVal': {
        const target = this.value(node.target, names)
        if (node.val.typename === 'Slice') throw unfit(node)
        const key = this.value(node.val, names)
        this.place = node
        return node.attribute ? this.scope.getAttr(target, String(key)) : this.scope.getItem(target, key)
      }
      case 'FunCall':
        return this.call(node, names)
      case 'Filter': {
        const target = node.target ? this.value(node.target, names) : ''
        const args = this.positional(node.args, names)
        const keywords = this.keywords(node.args, names)
        this.place = node
        return now(this.scope.applyFilter(node.name, target, args, keywords, this.scope.environment))
      }
      case 'Test': {
        const target = this.value(node.target, names)
        if (node.name === 'defined') return !(target instanceof Undefined)
        if (node.name === 'undefined') return target instanceof Undefined
        if (node.name === 'none') return target === null
        const args = this.positional(node.args, names)
        const keywords = this.keywords(node.args, names)
        this.place = node
        return SUPPORT.applyTest(node.name, target, args, keywords)
      }
      case 'And': {
        const left = this.value(node.left, names)
        return truthy(left) ? this.value(node.right, names) : left
      }
      case 'Or': {
        const left = this.value(node.left, names)
        return truthy(left) ? left : this.value(node.right, names)
      }
      case 'Not':
        return !this.condition(node.target, names)
      case 'Neg':
        return SUPPORT.neg(this.value(node.target, names))
      case 'Pos':
        return SUPPORT.pos(this.value(node.target, names))
      case 'Concat':
        return SUPPORT.concat(this.values(node.children, names))
      case 'Compare':
        return this.compare(node, names)
      case 'InlineIf':
        if (this.condition(node.cond, names)) return this.value(node.body, names)
        return node.else_ ? this.value(node.else_, names) : SUPPORT.noElse(node.lineno + this.firstLine)
      default: {
        const left = this.value(node.left, names)
        return SUPPORT[BINARY[node.typename]](left, this.value(node.right, names))
      }
    }
  }

  private condition(node: ExpressionNode, names: Names): boolean {
    switch (node.typename) {
      case 'And':
        return this.condition(node.left, names) && this.condition(node.right, names)
      case 'Or':
        return this.condition(node.left, names) || this.condition(node.right, names)
      default:
        return truthy(this.value(node, names))
    }
  }

  private values(nodes: readonly ExpressionNode[], names: Names): PyValue[] {
    return nodes.map((node) => this.value(node, names))
  }

  private call(node: CallNode, names: Names): PyValue {
    const { name } = node
    if (name.typename === 'LookupVal' && name.attribute && name.val.typename === 'Literal') {
      const target = this.value(name.target, names)
      const { positional, keywords: named } = node.args
      // Python looks the method up before it evaluates the arguments.
      if (positional.length + named.length > 0 && name.target.typename !== 'Literal') live(target)
      const method = String(constant(name.val.value))
      const args = this.positional(node.args, names)
      const keywords = this.keywords(node.args, names)
      this.place = node
      return now(this.scope.callMethod(target, method, args, keywords))
    }
    const callee = this.value(name, names)
    const args = this.positional(node.args, names)
    const keywords = this.keywords(node.args, names)
    this.place = node
    return now(this.scope.callValue(callee, args, keywords))
  }

  private positional(args: ArgumentsNode, names: Names): readonly PyValue[] {
    return args.positional.length === 0 ? NONE : this.values(args.positional, names)
  }

  private keywords(args: ArgumentsNode, names: Names): Kwargs {
    if (args.keywords.length === 0) return EMPTY
    return new Map(args.keywords.map(({ key, value }) => [key, this.value(value, names)]))
  }

  private compare(node: CompareNode, names: Names): boolean {
    let left = this.value(node.expr, names)
    for (const { type, expr } of node.ops) {
      const right = this.value(expr, names)
      if (!compared(type, left, right)) return false
      left = right
    }
    return true
  }
}

/** The operators' names at run time. */
export const BINARY = {
  Add: 'add',
  Sub: 'sub',
  Mul: 'mul',
  Div: 'div',
  FloorDiv: 'floordiv',
  Mod: 'mod',
  Pow: 'pow',
} as const

export function compared(type: CompareNode['ops'][number]['type'], left: PyValue, right: PyValue): boolean {
  switch (type) {
    case 'eq':
      return SUPPORT.pyEquals(left, right)
    case 'ne':
      return !SUPPORT.pyEquals(left, right)
    case 'lt':
      return SUPPORT.pyCompare('<', left, right)
    case 'lteq':
      return SUPPORT.pyCompare('<=', left, right)
    case 'gt':
      return SUPPORT.pyCompare('>', left, right)
    case 'gteq':
      return SUPPORT.pyCompare('>=', left, right)
    case 'in':
      return SUPPORT.contains(left, right)
    case 'notin':
      return !SUPPORT.contains(left, right)
  }
}

export function constant(value: ConstantValue): PyValue {
  switch (value.kind) {
    case 'none':
      return null
    case 'int':
      return int(value.value)
    case 'float':
      return SUPPORT.float(value.value)
    default:
      return value.value
  }
}

export function assign(target: TargetNode, value: PyValue, names: Names): void {
  if (target.typename === 'Symbol') names.own.set(target.value, value)
  else if (target.typename === 'Tuple') {
    const parts = SUPPORT.unpack(value, target.children.length)
    target.children.forEach((child, index) => {
      assign(child, parts[index] ?? null, names)
    })
  } else throw unfit(target)
}

export function unfit(node: { readonly typename: string }): RangeError {
  return new RangeError(`a ${node.typename} is for the code generator`)
}

/**
 * The names that a template sets, where TreeWalker can render it; undefined where it cannot. It may be used where no global has one of those
 * names: which of the two a name means before it is set is worked out by the generator alone.
 */
export function storedNames(notes: WalkNotes): readonly string[] | undefined {
  return notes.fits && notes.filters.every(filterExists) && notes.tests.every(testExists) ? notes.stored : undefined
}
