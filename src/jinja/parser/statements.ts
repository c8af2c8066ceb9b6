import { make } from '../ast/make.ts'
import type {
  BodyNode,
  CallNode,
  DataNode,
  ExpressionNode,
  ForNode,
  IfNode,
  MacroKind,
  MacroNode,
  NamespaceTargetNode,
  ParameterNode,
  Place,
  StatementNode,
  TargetNode,
} from '../ast/nodes.ts'
import {
  parseFilterChain,
  parseInlineIf,
  parsePrimary,
  parseTargetPrimary,
  parseTuple,
  parseTupleOf,
} from './expressions.ts'
import type { JinjaParser } from './parser.ts'

/** Data, prints and tags up to one of the end tags, whose name is left as the current token, or to the end of the template. */
export function parseBody(p: JinjaParser, ends: readonly string[] | null): StatementNode[] {
  const body: StatementNode[] = []
  let output: (DataNode | ExpressionNode)[] = []
  let outputPlace: Place = p.current
  const flush = (): void => {
    if (output.length > 0) body.push(make.Output(outputPlace, output))
    output = []
  }
  for (;;) {
    const token = p.current
    if (output.length === 0) outputPlace = token
    if (token.type === 'data') {
      output.push(make.TemplateData(token, token.value))
      p.advance()
    } else if (token.type === 'variable_begin') {
      p.advance()
      output.push(parseTuple(p))
      p.expect('variable_end')
    } else if (token.type === 'block_begin') {
      flush()
      p.advance()
      if (ends !== null && p.at('name') && ends.includes(p.current.value)) return body
      body.push(parseTag(p))
      p.expect('block_end')
    } else {
      flush()
      return body
    }
  }
}

/** A statement from its tag's name up to the end of its last tag, which is not read. */
export function parseTag(p: JinjaParser): StatementNode {
  const token = p.current
  if (token.type !== 'name') p.failAt('tag name expected')
  const parse = TAGS.get(token.value)
  if (!parse) p.failUnknownTag(token)
  if (!WALKED.has(token.value)) p.walk.fits = false
  p.tagStack.push(token.value)
  const statement = parse(p, p.advance())
  p.tagStack.pop()
  return statement
}

/** The tags that TreeWalker renders. */
const WALKED: ReadonlySet<string> = new Set(['set', 'if', 'for', 'do', 'print'])

type TagParser = (p: JinjaParser, place: Place) => StatementNode

const TAGS: ReadonlyMap<string, TagParser> = new Map<string, TagParser>([
  ['set', parseSet],
  ['if', parseIf],
  ['for', parseFor],
  ['do', (p, place) => make.Do(place, parseTuple(p))],
  ['print', parsePrint],
  ['macro', parseMacro],
  ['test', parseTest],
  ['materialization', parseMaterialization],
  ['docs', parseDocs],
  ['call', parseCallBlock],
  ['filter', (p, place) => make.FilterBlock(place, parseFilterChain(p), p.parseStatementsTo('endfilter'))],
  ['with', parseWith],
  ['break', (_, place) => make.jump('Break', place)],
  ['continue', (_, place) => make.jump('Continue', place)],
  ['block', parseBlock],
  ['autoescape', parseAutoescape],
  ['include', parseInclude],
  ['import', parseImport],
  ['from', parseFrom],
  ['extends', parseExtends],
])

function parseSet(p: JinjaParser, place: Place): StatementNode {
  const target = parseTarget(p, { namespaces: true })
  noteStored(p, target)
  if (p.skip('assign')) return make.Set(place, target, parseTuple(p))
  p.walk.fits = false
  const filter = p.skip('pipe') ? parseFilterChain(p) : null
  return make.SetBlock(place, target, filter, p.parseStatementsTo('endset'))
}

function parseIf(p: JinjaParser, place: Place): IfNode {
  const condition = parseTuple(p, { inlineIf: false })
  const body = p.parseStatements(['elif', 'else', 'endif'])
  const next = p.advance()
  let otherwise: IfNode | BodyNode | null = null
  if (next.value === 'elif') otherwise = parseIf(p, next)
  else if (next.value === 'else') otherwise = p.parseStatementsTo('endif')
  return make.If(place, condition, body, otherwise)
}

function parseFor(p: JinjaParser, place: Place): ForNode {
  const target = parseTarget(p, {})
  p.expectName('in')
  const iterable = parseTuple(p, { inlineIf: false })
  const test = p.skipSymbol('if') ? parseInlineIf(p) : null
  const recursive = p.skipSymbol('recursive')
  noteStored(p, target)
  if (test !== null || recursive) p.walk.fits = false
  const outside = p.namesLoop
  p.namesLoop = false
  const body = p.parseStatements(['endfor', 'else'])
  const usesLoop = p.namesLoop
  p.namesLoop = outside || usesLoop
  const otherwise = p.advance().value === 'else' ? p.parseStatementsTo('endfor') : null
  return make.For(place, target, iterable, test, recursive, usesLoop, body, otherwise)
}

function parsePrint(p: JinjaParser, place: Place): StatementNode {
  const children: ExpressionNode[] = []
  while (!p.at('block_end')) {
    if (children.length > 0) p.expect('comma')
    children.push(parseInlineIf(p))
  }
  return make.Output(place, children)
}

function macroNode(
  place: Place,
  kind: MacroKind,
  name: string,
  parameters: ParameterNode[],
  body: BodyNode,
): MacroNode {
  const binding = kind === 'docs' ? `dbt_docs__${name}` : `dbt_macro__${name}`
  return make.Macro(place, kind, name, binding, parameters, body)
}

function parseMacro(p: JinjaParser, place: Place): MacroNode {
  const name = p.expect('name').value
  const parameters = parseSignature(p)
  return macroNode(place, 'macro', name, parameters, p.parseStatementsTo('endmacro'))
}

function parseTest(p: JinjaParser, place: Place): MacroNode {
  const name = p.expect('name').value
  const parameters = parseSignature(p)
  return macroNode(place, 'test', `test_${name}`, parameters, p.parseStatementsTo('endtest'))
}

function parseDocs(p: JinjaParser, place: Place): MacroNode {
  const name = p.expect('name').value
  return macroNode(place, 'docs', name, [], p.parseStatementsTo('enddocs'))
}

/** `materialization name, default|adapter='x', supported_languages=[…]`: a macro with the one parameter `supported_languages`. */
function parseMaterialization(p: JinjaParser, place: Place): MacroNode {
  const name = p.expect('name').value
  let adapter = 'default'
  let languages: ExpressionNode = make.Array(place, [make.Literal(place, { kind: 'string', value: 'sql' })])
  while (p.skip('comma')) {
    const option = p.expect('name')
    if (option.value === 'default') continue
    if (option.value !== 'adapter' && option.value !== 'supported_languages') {
      p.failAt(`materialization '${name}' received unknown argument '${option.value}'.`, option)
    }
    p.expect('assign')
    const value = parseInlineIf(p)
    if (option.value === 'supported_languages') {
      languages = value
    } else if (value.typename === 'Literal' && value.value.kind === 'string') {
      adapter = value.value.value
    } else {
      p.failAt('the adapter of a materialization must be a string', value)
    }
  }
  const parameter = { name: 'supported_languages', type: null, default: languages, lineno: place.lineno }
  const body = p.parseStatementsTo('endmaterialization')
  return macroNode(place, 'materialization', `materialization_${name}_${adapter}`, [parameter], body)
}

function parseSignature(p: JinjaParser): ParameterNode[] {
  const parameters: ParameterNode[] = []
  p.expect('lparen')
  while (!p.at('rparen')) {
    if (parameters.length > 0) p.expect('comma')
    const { value: name, lineno } = p.expect('name')
    let type: string | null = null
    if (p.skip('colon')) {
      const { start } = p.current
      skipTypeName(p)
      type = p.text.slice(start, p.lastEnd)
    }
    let preset: ExpressionNode | null = null
    if (p.skip('assign')) preset = parseInlineIf(p)
    else if (parameters.at(-1)?.default) p.failAt('non-default argument follows default argument')
    parameters.push({ name, type, default: preset, lineno })
  }
  p.expect('rparen')
  return parameters
}

/** `str`, `list[str]`, `dict[str, list[int]]`. */
function skipTypeName(p: JinjaParser): void {
  p.expect('name')
  if (!p.skip('lbracket')) return
  let first = true
  while (!p.at('rbracket')) {
    if (!first) p.expect('comma')
    first = false
    skipTypeName(p)
  }
  p.expect('rbracket')
}

function parseCallBlock(p: JinjaParser, place: Place): StatementNode {
  const parameters = p.at('lparen') ? parseSignature(p) : []
  const call: ExpressionNode | CallNode = parseInlineIf(p)
  if (call.typename !== 'FunCall') p.failAt('expected call', place)
  return make.CallBlock(place, call, parameters, p.parseStatementsTo('endcall'))
}

function parseWith(p: JinjaParser, place: Place): StatementNode {
  const targets: TargetNode[] = []
  const values: ExpressionNode[] = []
  while (!p.at('block_end')) {
    if (targets.length > 0) p.expect('comma')
    targets.push(parseTarget(p, {}))
    p.expect('assign')
    values.push(parseInlineIf(p))
  }
  return make.With(place, targets, values, p.parseStatementsTo('endwith'))
}

function parseBlock(p: JinjaParser, place: Place): StatementNode {
  const name = p.expect('name').value
  p.skipSymbol('scoped')
  p.skipSymbol('required')
  if (p.at('sub')) {
    p.failAt(
      'Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.',
    )
  }
  const body = p.parseStatementsTo('endblock')
  p.skipSymbol(name)
  return make.Scope(place, body)
}

function parseAutoescape(p: JinjaParser, place: Place): StatementNode {
  parseInlineIf(p)
  return make.Scope(place, p.parseStatementsTo('endautoescape'))
}

function parseInclude(p: JinjaParser, place: Place): StatementNode {
  parseInlineIf(p)
  if (p.isName('ignore') && p.look().value === 'missing') {
    p.advance()
    p.advance()
  }
  skipContext(p)
  return make.Load(place, [])
}

function parseImport(p: JinjaParser, place: Place): StatementNode {
  parseInlineIf(p)
  p.expectName('as')
  const target = p.expect('name').value
  skipContext(p)
  return make.Load(place, [target])
}

function parseFrom(p: JinjaParser, place: Place): StatementNode {
  parseInlineIf(p)
  p.expectName('import')
  const targets: string[] = []
  for (;;) {
    if (targets.length > 0) p.expect('comma')
    if (p.at('name') && skipContext(p)) break
    const name = p.expect('name')
    if (name.value.startsWith('_')) p.failAt('names starting with an underline can not be imported', name)
    targets.push(p.skipSymbol('as') ? p.expect('name').value : name.value)
    if (skipContext(p) || !p.at('comma')) break
  }
  return make.Load(place, targets)
}

function parseExtends(p: JinjaParser, place: Place): StatementNode {
  parseInlineIf(p)
  return make.Load(place, [])
}

function skipContext(p: JinjaParser): boolean {
  if (!p.isName('with') && !p.isName('without')) return false
  if (p.look().value !== 'context') return false
  p.advance()
  p.advance()
  return true
}

interface TargetOptions {
  readonly namespaces?: boolean
}

function parseTarget(p: JinjaParser, options: TargetOptions): TargetNode {
  const place = p.current
  const parse = options.namespaces ? parseTargetPrimary : parsePrimary
  const parsed = parseTupleOf<ExpressionNode | NamespaceTargetNode>(p, parse, {})
  if (isTarget(parsed)) return parsed
  return p.failAt(`can't assign to '${JINJA_NAMES[parsed.typename] ?? parsed.typename.toLowerCase()}'`, place)
}

function noteStored(p: JinjaParser, target: TargetNode): void {
  if (target.typename === 'Tuple') {
    for (const child of target.children) noteStored(p, child)
  } else if (target.typename === 'Symbol' && target.value !== 'loop') p.walk.stored.push(target.value)
  else p.walk.fits = false
}

function isTarget(parsed: ExpressionNode | NamespaceTargetNode | TargetNode): parsed is TargetNode {
  if (parsed.typename === 'Tuple') return parsed.children.every(isTarget)
  return parsed.typename === 'Symbol' || parsed.typename === 'NSRef'
}

/** Jinja2's names of nodes, where they are not nunjucks' ones in lower case. */
const JINJA_NAMES: Readonly<Record<string, string>> = {
  Literal: 'const',
  Array: 'list',
  FunCall: 'call',
  InlineIf: 'condexpr',
}
