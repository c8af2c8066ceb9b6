import type { Relation } from '../context/index.ts'
import type { LogLevel } from '../core/index.ts'

/** What stands for a node's own words while its materialization is recorded, each with its place among the words of a node that is played. */
export const MARKS = { database: '\uE001', schema: '\uE002', identifier: '\uE003', uniqueId: '\uE004' } as const
/** Stands for the compiled SQL. With space around, so that a macro which trims it is noticed. */
export const SQL_MARK = ' \n\uE005\n '

/** A node's own words, in the order of the marks: database, schema, identifier, unique_id, SQL. */
export type Words = readonly [string, string, string, string, string]

/** A text in pieces: what the macros said, and between it numbers of words of the node. */
export type Wording = readonly (string | number)[]

/** A relation, as it comes of the node's own (`this`) or of the one found in its place. */
export interface NamedLike {
  readonly base: 'self' | 'existing'
  readonly identifier: Wording
  readonly type: string | null
}

/** Something a materialization did. */
export type Step =
  /** Asked for a relation of the node's schema: the existing one was there, or nothing was. */
  | { readonly kind: 'find'; readonly identifier: Wording; readonly found: boolean }
  | { readonly kind: 'send'; readonly sql: Wording; readonly autoBegin: boolean }
  | { readonly kind: 'commit' }
  | { readonly kind: 'drop'; readonly relation: NamedLike }
  | { readonly kind: 'rename'; readonly from: NamedLike; readonly to: NamedLike }
  | { readonly kind: 'write'; readonly text: Wording }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: Wording; readonly ofNode: boolean }

/** All that a materialization does for a node of certain settings, in a certain state of the database. */
export interface StatementScript {
  readonly steps: readonly Step[]
  /** The step whose answer is the node's result. */
  readonly main: number
  /** The relations that it returns. */
  readonly relations: readonly NamedLike[]
}

/** Cannot be put down as a script: the macros have to do it, for this node and for its like. */
export class NotRecordable extends Error {}

const PLACES = new Map<string, number>([...Object.values(MARKS), SQL_MARK].map((mark, place) => [mark, place]))
const ANY_MARK = / \n\uE005\n |[\uE001-\uE004]/g
const PIECE_OF_SQL_MARK = /\uE005/

/** Takes a recorded text apart. Throws NotRecordable where the SQL was changed on its way into it. */
export function wordingOf(text: string): Wording {
  const pieces: (string | number)[] = []
  const literal = (piece: string): void => {
    if (PIECE_OF_SQL_MARK.test(piece)) throw new NotRecordable('the SQL does not stand in the text as it is')
    if (piece !== '') pieces.push(piece)
  }
  let at = 0
  for (const { 0: mark, index } of text.matchAll(ANY_MARK)) {
    literal(text.slice(at, index))
    pieces.push(PLACES.get(mark) ?? 0)
    at = index + mark.length
  }
  literal(text.slice(at))
  return pieces
}

/** The text with a node's words. */
export function worded(wording: Wording, words: Words): string {
  let text = ''
  for (const piece of wording) text += typeof piece === 'string' ? piece : words[piece]
  return text
}

/** How a recorded relation comes of the two that the node has. Throws NotRecordable where it comes of neither. */
export function likenessOf(relation: Relation, self: Relation, existing: Relation | null): NamedLike {
  const { identifier, type } = relation
  if (identifier === null) throw new NotRecordable('a relation without a name')
  const is = (base: Relation): boolean => base.incorporate({ path: { identifier }, type }).equals(relation)
  if (is(self)) return { base: 'self', identifier: wordingOf(identifier), type }
  if (existing !== null && is(existing)) return { base: 'existing', identifier: wordingOf(identifier), type }
  throw new NotRecordable('a relation of neither base')
}
