/**
 * The one door to nunjucks. Its lexer and parser are reachable from the package's public exports but have no types;
 * here they get exactly those that tdbt subclasses or calls. nunjucks is pinned to 3.2.4.
 */
import nunjucks from 'nunjucks'

/** What nunjucks gives every node: a name, a place counted from 0, and its fields. */
export interface NunjucksNode {
  readonly typename: string
  readonly lineno: number
  readonly colno: number
}

export interface NunjucksToken {
  readonly type: string
  readonly value: unknown
  readonly lineno: number
  readonly colno: number
}

interface TokenizerInstance {
  str: string
  index: number
  len: number
  lineno: number
  colno: number
  in_code: boolean
  nextToken(): NunjucksToken | null
}

interface ParserInstance {
  tokens: TokenizerInstance
  peeked: NunjucksToken | null
  breakOnBlocks: readonly string[] | null
  nextToken(withWhitespace?: boolean): NunjucksToken | null
  peekToken(): NunjucksToken | null
  pushToken(token: NunjucksToken): void
  skipSymbol(value: string): boolean
  /** A TemplateError at that place (the next token's when none is given). */
  error(message: string, lineno?: number, colno?: number): Error
  fail(message: string, lineno?: number, colno?: number): never
  parse(): NunjucksNode
  parseAsRoot(): NunjucksNode
  parseNodes(): NunjucksNode[]
  parseUntilBlocks(...names: string[]): NunjucksNode
  parseStatement(): NunjucksNode | null
  parseExpression(): NunjucksNode
  parseOr(): NunjucksNode
  parseAnd(): NunjucksNode
  parseNot(): NunjucksNode
}

interface Internals {
  readonly lexer: { lex(source: string): TokenizerInstance }
  readonly parser: { readonly Parser: new (tokens: TokenizerInstance) => ParserInstance }
  readonly lib: { readonly TemplateError: new (message: string, lineno: number, colno: number) => Error }
}

const internals = nunjucks as unknown as Internals

/** nunjucks exports the tokenizer's instances only, so its class is taken from one. */
export const Tokenizer = internals.lexer.lex('').constructor as new (source: string) => TokenizerInstance

export const Parser = internals.parser.Parser

export const { Environment, Template } = nunjucks

/** nunjucks' error for templates, with line and column from 1. */
export interface TemplateError extends Error {
  readonly lineno: number
  readonly colno: number
}

export function isTemplateError(thrown: unknown): thrown is TemplateError {
  return thrown instanceof internals.lib.TemplateError
}

export function templateError(message: string, line: number, column: number): Error {
  return new internals.lib.TemplateError(message, line, column)
}
