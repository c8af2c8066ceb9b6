import type { BodyNode, ExpressionNode, Place, RootNode, StatementNode } from '../ast/nodes.ts'
import { JinjaTokenizer } from '../lexer/tokenizer.ts'
import { describeToken, describeType, type Token, type TokenType } from '../lexer/tokens.ts'
import { Parser } from '../nunjucks.ts'
import { parseCompare, parseInlineIf } from './expressions.ts'
import { parseBody, parseTag } from './statements.ts'

/** Whether a template holds only what TreeWalker renders, as far as the grammar knows; the names that it sets, filters and tests by. */
export interface WalkNotes {
  fits: boolean
  readonly stored: string[]
  readonly filters: string[]
  readonly tests: string[]
}

/**
 * nunjucks' parser with Jinja2's grammar as dbt sets it up. This class is the token cursor, the error wording and the hooks that
 * nunjucks' own `parseAsRoot`, `parseUntilBlocks`, `parseOr` and `parseAnd` call; the grammar is in expressions.ts and statements.ts.
 */
export class JinjaParser extends Parser {
  /** The token to be read next; `eof` for ever behind the last one. */
  current: Token
  /** Offset behind the last token read. */
  lastEnd = 0
  /** Names of the tags being parsed, innermost last, for error messages. */
  readonly tagStack: string[] = []
  /** The leftmost operand of an expression, read ahead of what binds looser, and where it began. */
  operand: ExpressionNode | null = null
  operandStart: Place | null = null
  /** Whether `loop` was named in the innermost loop's body so far, by loops within it too. */
  namesLoop = false
  /** What TreeWalker must know of the template. */
  readonly walk: WalkNotes = { fits: true, stored: [], filters: [], tests: [] }
  private readonly expectedEnds: (readonly string[])[] = []
  private readonly lexer: JinjaTokenizer
  private ahead: Token | null = null
  private last: Token | null = null

  constructor(source: string) {
    const lexer = new JinjaTokenizer(source)
    super(lexer)
    this.lexer = lexer
    this.current = this.read()
  }

  /** The source as offsets count it: newlines normalised. */
  get text(): string {
    return this.lexer.str
  }

  /** Reads the current token. */
  advance(): Token {
    const token = this.current
    this.lastEnd = token.end
    if (this.ahead) {
      this.current = this.ahead
      this.ahead = null
    } else if (token.type !== 'eof') {
      this.current = this.read()
    }
    return token
  }

  /** The token behind the current one. */
  look(): Token {
    this.ahead ??= this.read()
    return this.ahead
  }

  at(type: TokenType): boolean {
    return this.current.type === type
  }

  isName(value: string): boolean {
    return this.current.type === 'name' && this.current.value === value
  }

  skip(type: TokenType): boolean {
    if (this.current.type !== type) return false
    this.advance()
    return true
  }

  override skipSymbol(value: string): boolean {
    if (!this.isName(value)) return false
    this.advance()
    return true
  }

  expect(type: TokenType): Token {
    if (this.current.type !== type) this.failExpected(describeType(type))
    return this.advance()
  }

  expectName(value: string): Token {
    if (!this.isName(value)) this.failExpected(value)
    return this.advance()
  }

  failAt(message: string, place: Place = this.current): never {
    throw this.error(message, place.lineno, place.colno)
  }

  /** The body behind a tag, up to one of the end tags, which is left as the current token. */
  parseStatements(ends: readonly string[]): BodyNode {
    // Python's `if x:` is allowed.
    this.skip('colon')
    this.expect('block_end')
    this.expectedEnds.push(ends)
    const body = this.parseUntilBlocks(...ends) as BodyNode
    this.expectedEnds.pop()
    if (this.current.type === 'eof') this.failEnd(null, [...this.expectedEnds, ends])
    return body
  }

  /** parseStatements with one end tag, read. */
  parseStatementsTo(end: string): BodyNode {
    const body = this.parseStatements([end])
    this.advance()
    return body
  }

  failUnknownTag(token: Token): never {
    this.failEnd(token.value, this.expectedEnds, token)
  }

  // What nunjucks' own methods call ---------------------------------------------------------------------------

  override parseNodes(): StatementNode[] {
    return parseBody(this, this.breakOnBlocks)
  }

  override parseStatement(): StatementNode {
    return parseTag(this)
  }

  override parseExpression(): ExpressionNode {
    return parseInlineIf(this)
  }

  override parseOr(): ExpressionNode {
    return super.parseOr() as ExpressionNode
  }

  override parseNot(): ExpressionNode {
    return parseCompare(this)
  }

  override parseAsRoot(): RootNode {
    return super.parseAsRoot() as RootNode
  }

  override peekToken(): Token {
    return this.current
  }

  override nextToken(): Token {
    return this.advance()
  }

  private read(): Token {
    const token = this.lexer.nextToken()
    if (token) {
      this.last = token
      return token
    }
    // As in Jinja2, the end is where the last token began.
    const { lineno, colno } = this.last ?? { lineno: 0, colno: 0 }
    const { len } = this.lexer
    return { type: 'eof', value: '', lineno, colno, start: len, end: len }
  }

  private failExpected(expected: string): never {
    if (this.current.type === 'eof') this.failAt(`unexpected end of template, expected ${quote(expected)}.`)
    this.failAt(`expected token ${quote(expected)}, got ${quote(describeToken(this.current))}`)
  }

  private failEnd(name: string | null, stack: readonly (readonly string[])[], place?: Place): never {
    const message = [name === null ? 'Unexpected end of template.' : `Encountered unknown tag ${quote(name)}.`]
    const looking = stack.at(-1)?.map(quote).join(' or ')
    if (looking !== undefined) {
      if (name !== null && stack.some((names) => names.includes(name))) {
        message.push(
          `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`,
        )
      } else {
        message.push(`Jinja was looking for the following tags: ${looking}.`)
      }
    }
    const open = this.tagStack.at(-1)
    if (open !== undefined) message.push(`The innermost block that needs to be closed is ${quote(open)}.`)
    this.failAt(message.join(' '), place)
  }
}

function quote(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`
}
