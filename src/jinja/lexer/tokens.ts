/** Token types by Jinja2's names, since its error messages speak of them. */
export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'eof'
  | OperatorType

export type OperatorType = (typeof OPERATORS)[keyof typeof OPERATORS]

export const OPERATORS = {
  '+': 'add',
  '-': 'sub',
  '/': 'div',
  '//': 'floordiv',
  '*': 'mul',
  '%': 'mod',
  '**': 'pow',
  '~': 'tilde',
  '[': 'lbracket',
  ']': 'rbracket',
  '(': 'lparen',
  ')': 'rparen',
  '{': 'lbrace',
  '}': 'rbrace',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gteq',
  '<': 'lt',
  '<=': 'lteq',
  '=': 'assign',
  '.': 'dot',
  ':': 'colon',
  '|': 'pipe',
  ',': 'comma',
  ';': 'semicolon',
} as const

/** A token. Place counted from 0; `start` and `end` are offsets into the normalised source. */
export interface Token {
  readonly type: TokenType
  /** Text of names and data, value of strings and operators, digits of numbers (underscores removed). */
  readonly value: string
  readonly lineno: number
  readonly colno: number
  readonly start: number
  readonly end: number
}

const WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(OPERATORS).map(([text, type]) => [type, text])),
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
}

/** A token type as Jinja2's messages name it. */
export function describeType(type: TokenType): string {
  return WORDS[type] ?? type
}

/** A token as Jinja2's messages name it: a name by itself, all else by its type. */
export function describeToken(token: Token): string {
  return token.type === 'name' ? token.value : describeType(token.type)
}
