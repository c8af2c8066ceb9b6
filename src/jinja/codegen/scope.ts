import type { ExpressionNode, ParameterNode, StatementNode, TargetNode } from '../ast/nodes.ts'
import { type AnyNode, childrenOf, defaultsOf } from '../ast/walk.ts'

/** What a variable holds when its scope is entered. */
export type Origin =
  | { readonly kind: 'parameter' }
  /** The name's global, looked up when it is first read. */
  | { readonly kind: 'global' }
  /** The value of the enclosing scope's variable of that name. */
  | { readonly kind: 'outer'; readonly variable: Variable }
  /** Nothing: reading it before it is set gives an undefined, even where a global has that name. */
  | { readonly kind: 'unset' }

/** One JavaScript variable of the generated code. */
export interface Variable {
  readonly name: string
  readonly id: string
  readonly origin: Origin
}

/**
 * The names of one scope (template, loop body, macro, call block, set block, filter block, with), by Jinja2's rules: a name that is
 * set anywhere in a scope is local to it, begins as the enclosing scope's value, and is forgotten when the scope ends; `if` is no scope;
 * a name that is only read belongs to the nearest enclosing scope that has it, else it is global.
 */
export class Scope {
  private readonly own: Map<string, Variable>
  private readonly stored: Set<string>
  readonly parent: Scope | null
  private readonly level: number

  constructor(parent: Scope | null, copyOf?: Scope) {
    this.parent = parent
    this.level = parent ? parent.level + 1 : 0
    this.own = new Map(copyOf?.own)
    this.stored = new Set(copyOf?.stored)
  }

  /** The variable that the name means here, if any scope around has it. */
  find(name: string): Variable | undefined {
    return this.own.get(name) ?? this.parent?.find(name)
  }

  /** The variable that the name means here; one that no scope knows is global. */
  variable(name: string): Variable {
    return this.find(name) ?? this.define(name, { kind: 'global' })
  }

  /** All variables that live in this scope, in the order in which they were met. */
  variables(): readonly Variable[] {
    return [...this.own.values()]
  }

  parameter(name: string): Variable {
    this.stored.add(name)
    return this.define(name, { kind: 'parameter' })
  }

  // Finding the names of a body -------------------------------------------------------------------------------

  visitBody(body: readonly StatementNode[]): this {
    for (const statement of body) this.visitStatement(statement)
    return this
  }

  /** Declares parameters, then meets the names of their defaults. */
  visitParameters(parameters: readonly ParameterNode[]): void {
    for (const { name } of parameters) this.parameter(name)
    for (const preset of defaultsOf(parameters)) this.visitExpression(preset)
  }

  visitExpression(node: AnyNode): void {
    if (node.typename === 'Symbol') this.load(node.value)
    else for (const child of childrenOf(node)) this.visitExpression(child)
  }

  /** Targets of a loop and of `with`, which are set before the body begins. */
  visitParameterTarget(target: TargetNode): void {
    switch (target.typename) {
      case 'Symbol':
        this.parameter(target.value)
        return
      case 'Tuple':
        for (const child of target.children) this.visitParameterTarget(child)
        return
      case 'NSRef':
        this.load(target.name)
    }
  }

  private visitStatement(node: StatementNode): void {
    switch (node.typename) {
      case 'Output':
        for (const child of node.children) this.visitExpression(child)
        return
      case 'Do':
        this.visitExpression(node.expr)
        return
      case 'Set':
        this.visitExpression(node.value)
        this.visitTarget(node.target)
        return
      case 'SetBlock':
        this.visitTarget(node.target)
        return
      case 'If':
        this.visitIf(node.cond, node.body.children, elseOf(node))
        return
      case 'For':
        this.visitExpression(node.arr)
        return
      case 'Macro':
        this.store(node.binding)
        return
      case 'CallBlock':
        this.visitExpression(node.call)
        return
      case 'FilterBlock':
        this.visitExpression(node.filter)
        return
      case 'With':
        for (const value of node.values) this.visitExpression(value)
        return
      case 'Load':
        for (const target of node.targets) this.store(target)
        return
      case 'Scope':
      case 'Break':
      case 'Continue':
        return
    }
  }

  private visitTarget(target: TargetNode): void {
    switch (target.typename) {
      case 'Symbol':
        this.store(target.value)
        return
      case 'Tuple':
        for (const child of target.children) this.visitTarget(child)
        return
      case 'NSRef':
        this.load(target.name)
        return
    }
  }

  private visitIf(
    condition: ExpressionNode,
    body: readonly StatementNode[],
    otherwise: readonly StatementNode[],
  ): void {
    this.visitExpression(condition)
    const branches = [body, otherwise].map((branch) => new Scope(this.parent, this).visitBody(branch))
    const before = new Set(this.stored)
    for (const branch of branches) {
      for (const [name, variable] of branch.own) this.own.set(name, variable)
      for (const name of branch.stored) this.stored.add(name)
    }
    // What only one branch sets keeps its value from outside when the other is taken.
    for (const name of this.stored) {
      if (before.has(name)) continue
      const variable = this.parent?.find(name)
      this.define(name, variable ? { kind: 'outer', variable } : { kind: 'global' })
    }
  }

  private load(name: string): void {
    if (!this.find(name)) this.define(name, { kind: 'global' })
  }

  private store(name: string): void {
    this.stored.add(name)
    if (this.own.has(name)) return
    const variable = this.parent?.find(name)
    this.define(name, variable ? { kind: 'outer', variable } : { kind: 'unset' })
  }

  private define(name: string, origin: Origin): Variable {
    const variable = { name, id: `${name}$${this.level}`, origin }
    this.own.set(name, variable)
    return variable
  }
}

function elseOf(node: {
  readonly else_: StatementNode | { readonly typename: 'NodeList'; readonly children: readonly StatementNode[] } | null
}): readonly StatementNode[] {
  const { else_ } = node
  if (else_ === null) return []
  return else_.typename === 'NodeList' ? else_.children : [else_]
}

/** Which of the names a body reads without setting them first, nested scopes included. */
export function undeclaredNames(body: readonly AnyNode[], names: readonly string[]): ReadonlySet<string> {
  const open = new Set(names)
  const found = new Set<string>()
  const declare = (target: TargetNode): void => {
    if (target.typename === 'Symbol') open.delete(target.value)
    else if (target.typename === 'Tuple') target.children.forEach(declare)
  }
  const visit = (node: AnyNode): void => {
    switch (node.typename) {
      case 'Symbol':
        if (open.has(node.value)) found.add(node.value)
        return
      case 'Set':
      case 'SetBlock':
      case 'For':
        declare(node.target)
        for (const child of childrenOf(node)) if (child !== node.target) visit(child)
        return
      case 'With':
        node.targets.forEach(declare)
        for (const child of [...node.values, node.body]) visit(child)
        return
      case 'CallBlock':
        visit(node.call)
        for (const { name } of node.parameters) open.delete(name)
        for (const child of [...defaultsOf(node.parameters), node.body]) visit(child)
        return
      case 'Macro':
        for (const { name } of node.parameters) open.delete(name)
        break
    }
    for (const child of childrenOf(node)) visit(child)
  }
  for (const node of body) visit(node)
  return found
}
