import type {
  BodyNode,
  CallBlockNode,
  ExpressionNode,
  FilterBlockNode,
  ForNode,
  IfNode,
  OutputNode,
  ParameterNode,
  Place,
  SetBlockNode,
  SetNode,
  StatementNode,
  TargetNode,
  WithNode,
} from '../ast/nodes.ts'
import { type AnyNode, containsCall, defaultsOf, someNode } from '../ast/walk.ts'
import { call, condition, expression, filter } from './expressions.ts'
import { Scope, undeclaredNames } from './scope.ts'
import { type Frame, FunctionState, type Unit } from './unit.ts'

/** Statements as JavaScript text. */
export function statements(unit: Unit, body: readonly StatementNode[], frame: Frame): string {
  return body.map((node) => statement(unit, node, frame)).join('\n')
}

function statement(unit: Unit, node: StatementNode, frame: Frame): string {
  switch (node.typename) {
    case 'Output':
      return output(unit, node, frame)
    case 'Do':
      return `${mark(unit, node)}${expression(unit, node.expr, frame)};`
    case 'Set':
      return set(unit, node, frame)
    case 'SetBlock':
      return setBlock(unit, node, frame)
    case 'If':
      return ifStatement(unit, node, frame)
    case 'For':
      return forStatement(unit, node, frame)
    case 'Macro':
      return `${frame.scope.variable(node.binding).id}=${macro(unit, node, node.binding, frame)};`
    case 'CallBlock':
      return callBlock(unit, node, frame)
    case 'FilterBlock':
      return filterBlock(unit, node, frame)
    case 'With':
      return withStatement(unit, node, frame)
    case 'Scope': {
      const inner = { ...frame, soft: false, scope: new Scope(frame.scope).visitBody(node.body.children) }
      return `{${declarations(inner.scope)}${statements(unit, node.body.children, inner)}}`
    }
    case 'Break':
      if (!frame.inLoop) unit.fail("'break' outside loop", node)
      return 'break;'
    case 'Continue':
      if (!frame.inLoop) unit.fail("'continue' not properly in loop", node)
      return 'continue;'
    case 'Load':
      return `${mark(unit, node)}noLoader();`
  }
}

function mark(unit: Unit, node: Place): string {
  return `p=${unit.place(node)};`
}

function write(frame: Frame, code: string): string {
  return frame.native ? `${frame.out}.push(${code});` : `${frame.out}+=${code};`
}

/** What goes out without str(): the results of call and filter blocks, which must be text already. */
function writeRaw(frame: Frame, code: string): string {
  return frame.native ? `${frame.out}.push(${code});` : `${frame.out}+=joinable(${code});`
}

function output(unit: Unit, node: OutputNode, frame: Frame): string {
  let code = ''
  let line = -1
  for (const child of node.children) {
    if (child.typename === 'TemplateData') {
      code += write(frame, unit.text(child.value))
      continue
    }
    if (child.lineno !== line) code += mark(unit, child)
    line = child.lineno
    const value = expression(unit, child, frame)
    if (!frame.native) code += write(frame, `pyStr(${value})`)
    else code += write(frame, isConstant(child) ? `constantText(()=>${value})` : value)
  }
  return code
}

/** Whether Jinja2 would evaluate it when compiling: native rendering prints such values as text. */
function isConstant(node: ExpressionNode): boolean {
  return !someNode(node, ({ typename }) => typename === 'Symbol' || typename === 'FunCall')
}

/** `let` lines for the variables of a scope that begins, parameters aside. */
function declarations(scope: Scope): string {
  const names = scope.variables().flatMap(({ id, origin }) => {
    if (origin.kind === 'parameter') return []
    return [origin.kind === 'outer' ? `${id}=${origin.variable.id}` : id]
  })
  return names.length === 0 ? '' : `let ${names.join(',')};`
}

// Assignments ------------------------------------------------------------------------------------------------

function set(unit: Unit, node: SetNode, frame: Frame): string {
  const { target } = node
  const checks = namespaceTargets(target).map((name) => `mustBeNamespace(${frame.scope.variable(name).id});`)
  const value = expression(unit, node.value, frame)
  return `${mark(unit, node)}${[...new Set(checks)].join('')}${assign(unit, target, value, frame.scope)}`
}

function namespaceTargets(target: TargetNode): string[] {
  if (target.typename === 'Tuple') return target.children.flatMap(namespaceTargets)
  return target.typename === 'NSRef' ? [target.name] : []
}

/** Code that gives a target its value; a tuple takes its value apart. */
function assign(unit: Unit, target: TargetNode, value: string, scope: Scope): string {
  switch (target.typename) {
    case 'Symbol':
      return `${scope.variable(target.value).id}=${value};`
    case 'NSRef':
      return `setNamespace(${scope.variable(target.name).id},${JSON.stringify(target.attribute)},${value});`
    case 'Tuple': {
      const parts = unit.fresh('u')
      const inner = target.children.map((child, index) => assign(unit, child, `${parts}[${index}]`, scope))
      return `{const ${parts}=unpack(${value},${target.children.length});${inner.join('')}}`
    }
  }
}

/** A body that is captured: the code, and the variable that then holds its text. */
function captured(unit: Unit, body: BodyNode, frame: Frame): { code: string; inner: Frame } {
  const out = unit.fresh('o')
  const scope = new Scope(frame.scope).visitBody(body.children)
  const inner: Frame = { ...frame, scope, out, native: false, soft: false }
  return { code: `let ${out}="";${declarations(scope)}${statements(unit, body.children, inner)}`, inner }
}

function setBlock(unit: Unit, node: SetBlockNode, frame: Frame): string {
  const { code, inner } = captured(unit, node.body, frame)
  const value = node.filter ? filterChain(unit, node.filter, inner) : inner.out
  return `{${code}${mark(unit, node)}${assign(unit, node.target, value, frame.scope)}}`
}

function filterBlock(unit: Unit, node: FilterBlockNode, frame: Frame): string {
  const { code, inner } = captured(unit, node.body, frame)
  return `{${code}${mark(unit, node)}${writeRaw(frame, filterChain(unit, node.filter, inner))}}`
}

/** A chain of filters whose innermost one applies to the captured body. */
function filterChain(unit: Unit, node: FilterBlockNode['filter'], frame: Frame): string {
  const { target } = node
  return filter(unit, node, target?.typename === 'Filter' ? filterChain(unit, target, frame) : frame.out, frame)
}

function withStatement(unit: Unit, node: WithNode, frame: Frame): string {
  const scope = new Scope(frame.scope)
  for (const target of node.targets) scope.visitParameterTarget(target)
  scope.visitBody(node.body.children)
  const inner: Frame = { ...frame, scope, soft: false }
  const sets = node.targets.map((target, index) => {
    const value = node.values[index]
    return value ? assign(unit, target, expression(unit, value, frame), scope) : ''
  })
  return `{${parameterDeclarations(node.targets, scope)}${declarations(scope)}${mark(unit, node)}${sets.join('')}${statements(unit, node.body.children, inner)}}`
}

function parameterDeclarations(targets: readonly TargetNode[], scope: Scope): string {
  const ids = [...new Set(targets.flatMap(targetNames))].map((name) => scope.variable(name).id)
  return ids.length === 0 ? '' : `let ${ids.join(',')};`
}

function targetNames(target: TargetNode): string[] {
  if (target.typename === 'Tuple') return target.children.flatMap(targetNames)
  return target.typename === 'Symbol' ? [target.value] : []
}

// Control flow -----------------------------------------------------------------------------------------------

function ifStatement(unit: Unit, node: IfNode, frame: Frame): string {
  const soft: Frame = { ...frame, soft: true }
  const { else_ } = node
  const head = `${mark(unit, node)}if(${condition(unit, node.cond, soft)}){${statements(unit, node.body.children, soft)}}`
  if (else_ === null) return head
  if (else_.typename === 'If') return `${head}else{${ifStatement(unit, else_, frame)}}`
  return `${head}else{${statements(unit, else_.children, soft)}}`
}

function forStatement(unit: Unit, node: ForNode, frame: Frame): string {
  if (someNode(node, setsLoop)) unit.fail("Can't assign to special loop variable in for-loop target", node)
  const iterable = expression(unit, node.arr, frame)
  if (!node.recursive) return `${mark(unit, node)}${loop(unit, node, iterable, null, frame)}`
  // `loop(children)` renders the body again, one level deeper: the loop is a function of what it walks.
  const fn = new FunctionState(frame.fn.suspends && containsCall(node))
  const render = unit.fresh('f')
  const out = unit.fresh('o')
  const inner: Frame = { ...frame, fn, out, native: false, inLoop: false }
  const body = loop(
    unit,
    node,
    'walked',
    `(walked,depth)=>${fn.suspends ? `new Pending(()=>${render}(walked,depth))` : `${render}(walked,depth)`}`,
    inner,
  )
  const star = fn.suspends ? '*' : ''
  const code = `const ${render}=function${star}(walked,depth){let p=0,${temporaries(fn)},${out}="";try{${body}return ${out}}catch(e){throw X(e,p)}};`
  const first = fn.suspends ? `yield*${render}(${iterable},0)` : `${render}(${iterable},0)`
  return `${code}${mark(unit, node)}${write(frame, `(${first})`)}`
}

function setsLoop(node: AnyNode): boolean {
  const sets = node.typename === 'Set' || node.typename === 'SetBlock' || node.typename === 'For'
  return sets && targetNames(node.target).includes('loop')
}

function loop(unit: Unit, node: ForNode, iterable: string, recurse: string | null, frame: Frame): string {
  const body = node.body.children
  const extended = recurse !== null || undeclaredNames(body, ['loop']).has('loop')
  const scope = new Scope(frame.scope)
  if (extended) scope.parameter('loop')
  scope.visitParameterTarget(node.target)
  scope.visitBody(body)
  const inner: Frame = { ...frame, scope, soft: false, inLoop: true }
  const item = unit.fresh('v')
  const empty = node.else_ ? unit.fresh('e') : null
  const prelude = `${parameterDeclarations([node.target], scope)}${declarations(scope)}`
  const done = empty === null ? '' : `${empty}=false;`
  const inside = `${assign(unit, node.target, item, scope)}${statements(unit, body, inner)}${done}`
  let code: string
  if (extended) {
    const variable = scope.variable('loop').id
    const walked = node.test ? filtered(unit, node, iterable, frame) : iterable
    const options = recurse === null ? '' : `,depth,${recurse}`
    const context = unit.fresh('c')
    code = `{const ${context}=loopContext(${walked}${options});for(const ${item} of ${context}.items()){const ${variable}=${context};${prelude}${inside}}}`
  } else {
    const skip = node.test ? `{${testCode(unit, node, node.test, item, frame, 'if(!', ')continue;')}}` : ''
    code = `for(const ${item} of iterate(${iterable})){${skip}${prelude}${inside}}`
  }
  if (empty === null || !node.else_) return code
  const elseScope = new Scope(frame.scope).visitBody(node.else_.children)
  const elseFrame: Frame = { ...frame, scope: elseScope, soft: false }
  return `let ${empty}=true;${code}if(${empty}){${declarations(elseScope)}${statements(unit, node.else_.children, elseFrame)}}`
}

/** The items that pass the loop's `if`: lazily, so that the test sees what the body did; at once where the test may suspend. */
function filtered(unit: Unit, node: ForNode, iterable: string, frame: Frame): string {
  const { test } = node
  if (!test) return iterable
  const item = unit.fresh('v')
  if (frame.fn.suspends && containsCall(test)) {
    const kept = frame.fn.temporary(unit)
    const body = testCode(unit, node, test, item, frame, 'if(', `)${kept}.push(${item});`)
    return `(yield* function*(){${kept}=[];for(const ${item} of iterate(${iterable})){${body}}return ${kept}}())`
  }
  const fn = frame.fn.suspends ? new FunctionState(false) : frame.fn
  const body = testCode(unit, node, test, item, { ...frame, fn }, 'if(', `)yield ${item};`)
  return `generated(function*(walked){for(const ${item} of iterate(walked)){${body}}}(${iterable}))`
}

function testCode(
  unit: Unit,
  node: ForNode,
  test: ExpressionNode,
  item: string,
  frame: Frame,
  before: string,
  after: string,
): string {
  const scope = new Scope(frame.scope)
  scope.visitParameterTarget(node.target)
  scope.visitExpression(test)
  const inner: Frame = { ...frame, scope, soft: false }
  const prelude = `${parameterDeclarations([node.target], scope)}${declarations(scope)}`
  return `${prelude}${assign(unit, node.target, item, scope)}${before}${condition(unit, test, inner)}${after}`
}

// Macros -----------------------------------------------------------------------------------------------------

export function temporaries(fn: FunctionState): string {
  return fn.temporaries.join(',')
}

interface MacroLike extends Place {
  /** Absent for the body of a call block. */
  readonly name?: string
  readonly parameters: readonly ParameterNode[]
  readonly body: BodyNode
}

/** A macro as code of a macro object; `name` null for the body of a call block. */
function macro(unit: Unit, node: MacroLike, name: string | null, frame: Frame | null): string {
  const { code, spec } = macroFunction(unit, node, name, frame)
  return `macro(S[${spec}],${code})`
}

/** The function that renders a macro's body, and the index of its description in `unit.specs`. */
export function macroFunction(
  unit: Unit,
  node: MacroLike,
  name: string | null,
  frame: Frame | null,
): { code: string; spec: number } {
  const scope = new Scope(frame?.scope ?? null)
  scope.visitParameters(node.parameters)
  scope.visitBody(node.body.children)
  const names = node.parameters.map((parameter) => parameter.name)
  const repeated = names.find((word, index) => names.indexOf(word) < index)
  if (repeated !== undefined) unit.fail(`duplicate argument '${repeated}' in function definition`, node)
  const special = undeclaredNames([node.body], ['caller', 'kwargs', 'varargs'])
  const takesCaller = special.has('caller')
  const explicit = node.parameters.find((parameter) => parameter.name === 'caller')
  if (takesCaller && explicit && !explicit.default) {
    unit.fail(
      'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
      node,
    )
  }
  const extra = ['caller', 'kwargs', 'varargs'].filter((word) => special.has(word) && !names.includes(word))
  const parameters = [...names, ...extra].map((word) => scope.parameter(word).id)
  const suspends = unit.flavour === 'resumable' && [node.body, ...defaultsOf(node.parameters)].some(containsCall)
  const fn = new FunctionState(suspends)
  const inner: Frame = { scope, fn, out: 'o', native: false, soft: false, inLoop: false }
  const presets = node.parameters.map((parameter, index) => {
    const unsetParameters = new Set(names.slice(index).map((word) => scope.variable(word).id))
    return preset(unit, parameter, { ...inner, unsetParameters })
  })
  const body = statements(unit, node.body.children, inner)
  unit.specs.push({
    name,
    parameters: names,
    catchKwargs: extra.includes('kwargs'),
    catchVarargs: extra.includes('varargs'),
    caller: takesCaller,
    suspends,
  })
  const shown = JSON.stringify(node.name ?? null)
  const code = `function${suspends ? '*' : ''}(${parameters.join(',')}){let p=${unit.place(node)},${temporaries(fn)},o="";${declarations(scope)}try{${presets.join('')}
${body}
return o}catch(e){throw X(e,p,${shown})}}`
  return { code, spec: unit.specs.length - 1 }
}

function preset(unit: Unit, { name, default: value }: ParameterNode, frame: Frame): string {
  const { id } = frame.scope.variable(name)
  const code = value ? expression(unit, value, frame) : `K.notProvided(${JSON.stringify(name)})`
  return `if(${id}===undefined)${id}=${code};`
}

function callBlock(unit: Unit, node: CallBlockNode, frame: Frame): string {
  const caller = unit.fresh('c')
  const code = `const ${caller}=${macro(unit, node, null, frame)};`
  return `{${code}${mark(unit, node)}${writeRaw(frame, call(unit, node.call, { ...frame, soft: false }, caller))}}`
}
