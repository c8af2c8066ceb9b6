import type { Relation } from '../context/index.ts'
import type { LogLevel } from '../core/index.ts'

/** What stands for a node's own words while its materialization is recorded, each with its place among the words of a node that is played. */
export const MARKS = { database: '\uE001', schema: '\uE002', identifier: '\uE003', uniqueId: '\uE004' } as const
/** Stands for the compiled SQL. With space around, so that a macro which trims it is noticed. */
export const SQL_MARK = ' \n\uE005\n '

/** The moment that a recorded clock shows, and its time of day as names of temporary tables end in it. */
export const MARKED_TIME = new Date(Date.UTC(2222, 1, 2, 22, 17, 43, 961))
/** The columns that a recorded table has: two, so that what stands between columns can be told from what stands around them. */
export const COLUMN_MARKS = ['\uE006', '\uE007'] as const

/** The node's own texts, in the order of the marks (database, schema, identifier, unique_id, SQL, time of day), and the columns of its table. */
export interface Words {
  readonly texts: readonly [string, string, string, string, string, string]
  readonly columns: readonly string[]
}

/** A list over all columns: each is written once before and once behind each of `within`, with `between` from one to the next. */
interface ColumnList {
  readonly within: readonly string[]
  readonly between: string
}

/** A text in pieces: what the macros said, and between it numbers of texts of the node and lists of its columns. */
export type Wording = readonly (string | number | ColumnList)[]

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
  /** Asked for a table's columns. */
  | { readonly kind: 'query'; readonly sql: Wording; readonly autoBegin: boolean }
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

/** Names of temporary tables end in the time of day: a time as they have it. */
export function timeOfDay(time: Date): string {
  return `${time.toISOString().slice(11, 23).replace(/[:.]/g, '')}000`
}

const TIME_MARK = timeOfDay(MARKED_TIME)
const PLACES = new Map<string, number>(
  [...Object.values(MARKS), SQL_MARK, TIME_MARK].map((mark, place) => [mark, place]),
)
const ANY_MARK = new RegExp(`${SQL_MARK}|[\uE001-\uE004\uE006\uE007]|${TIME_MARK}`, 'g')
/** What is left of a mark when a macro did something to it. */
const TORN_MARK = /\uE005|2222-?02-?02|22:17/

/** Takes a recorded text apart. Throws NotRecordable where the node's words were changed on their way into it. */
export function wordingOf(text: string): Wording {
  const pieces: (string | number | ColumnList)[] = []
  const literal = (piece: string): void => {
    if (TORN_MARK.test(piece)) throw new NotRecordable('a word of the node does not stand in the text as it is')
    if (piece !== '') pieces.push(piece)
  }
  /** The columns that follow one another, and what stands behind each. */
  let columns: { readonly mark: string; behind: string }[] = []
  const endColumns = (): void => {
    if (columns.length === 0) return
    const last = columns.at(-1)?.behind ?? ''
    pieces.push(columnList(columns))
    columns = []
    literal(last)
  }
  const between = (piece: string): void => {
    const last = columns.at(-1)
    if (last === undefined) literal(piece)
    else last.behind = piece
  }
  let at = 0
  for (const { 0: mark, index } of text.matchAll(ANY_MARK)) {
    between(text.slice(at, index))
    at = index + mark.length
    const place = PLACES.get(mark)
    if (place !== undefined) {
      endColumns()
      pieces.push(place)
    } else {
      // A list is over when the first column comes again after the second.
      if (mark === COLUMN_MARKS[0] && columns.at(-1)?.mark === COLUMN_MARKS[1]) endColumns()
      columns.push({ mark, behind: '' })
    }
  }
  between(text.slice(at))
  endColumns()
  return pieces
}

/** The list that stands there with two columns. Throws NotRecordable where it does not say the same of both. */
function columnList(columns: readonly { readonly mark: string; readonly behind: string }[]): ColumnList {
  const half = columns.length / 2
  const [first, second] = [columns.slice(0, half), columns.slice(half)]
  const is = (part: typeof columns, mark: string): boolean => part.every((each) => each.mark === mark)
  const within = first.slice(0, -1).map(({ behind }) => behind)
  const isSame = within.every((behind, at) => second[at]?.behind === behind)
  if (!Number.isInteger(half) || !is(first, COLUMN_MARKS[0]) || !is(second, COLUMN_MARKS[1]) || !isSame) {
    throw new NotRecordable('no list of columns')
  }
  const between = first.at(-1)?.behind ?? ''
  for (const piece of [...within, between]) if (TORN_MARK.test(piece)) throw new NotRecordable('no list of columns')
  return { within, between }
}

/** The text with a node's words. */
export function worded(wording: Wording, words: Words): string {
  let text = ''
  for (const piece of wording) {
    if (typeof piece === 'string') text += piece
    else if (typeof piece === 'number') text += words.texts[piece]
    else
      text += words.columns
        .map((name) => piece.within.reduce((all, each) => all + each + name, name))
        .join(piece.between)
  }
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
