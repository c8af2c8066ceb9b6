import type { CountedPart, QueryResult, ResultColumn, ThresholdCount } from '../adapters/interface.ts'
import type { AdapterResponse, TestNode } from '../core/index.ts'
import { readPlainScan, readTestScan, type TestScan } from './read-test-scan.ts'
import { testTokens } from './test-tokens.ts'

/** What a data test asks of the engine, and whom the answer goes to. */
export interface Question {
  readonly node: TestNode
  /** The test's own SQL, whose rows are the failures. */
  readonly compiledSql: string
  /** As the materialization asks it. */
  readonly sql: string
  /** Set where `sql` asks for no more than the number of failures and whether it is past plain thresholds. */
  readonly plain: PlainCount | null
  /** What would be sent. */
  readonly text: () => string
  readonly answer: (result: QueryResult) => void
  readonly fail: (error: unknown) => void
}

/** A question that is a count of rows, at most so many of them. */
export interface PlainCount {
  readonly most: number | null
}

/** Questions that one row answers. */
export interface Part {
  readonly counted: CountedPart
  /** In the order of the counts. */
  readonly questions: readonly Question[]
}

/** Counts of one scan; engines have a limit of columns. */
const MOST_COUNTS = 100
/** Parts of one statement. */
export const MOST_PARTS = 32

/** Thresholds that can stand behind a count in a list of columns. */
const PLAIN_THRESHOLD =
  /^\s*(?:=|!=|<>|<=?|>=?)\s*-?\d+(?:\.\d+)?\s*$|^\s*(?:not\s+)?between\s+-?\d+\s+and\s+-?\d+\s*$/i

/** What the text around a test's own SQL asks for, when it is a count of rows with plain thresholds and nothing else. */
export function plainCountOf({ config }: TestNode, head: string, tail: string): PlainCount | null {
  const { warnIf, errorIf } = thresholdsOf(config)
  if (!PLAIN_THRESHOLD.test(warnIf) || !PLAIN_THRESHOLD.test(errorIf)) return null
  const { limit } = config
  const most = typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 0 ? limit : null
  const limited = most === null ? '' : `limit ${most} `
  const expected = `select count(*) as failures, count(*) ${warnIf} as should_warn, count(*) ${errorIf} as should_error from ( @ ${limited}) dbt_internal_test`
  return squeezed(`${head} @ ${tail}`) === squeezed(expected) ? { most } : null
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function thresholdsOf(config: TestNode['config']): { readonly warnIf: string; readonly errorIf: string } {
  return { warnIf: String(config.warn_if ?? '!= 0'), errorIf: String(config.error_if ?? '!= 0') }
}

/**
 * Questions that can be answered in one statement: those that count rows of one source share a scan, others whose text every engine reads alike stand in it as
 * they are. The rest is asked apart. The widest parts come first.
 */
export function partsOf(questions: readonly Question[]): {
  readonly parts: readonly Part[]
  readonly apart: readonly Question[]
} {
  const apart: Question[] = []
  const bySource = new Map<string, Scanned[]>()
  const parts: Part[] = []
  for (const question of questions) {
    const { plain, compiledSql } = question
    let scan = plain === null ? null : readPlainScan(compiledSql)
    const tokens = plain === null || scan !== null ? null : testTokens(compiledSql)
    if (plain === null || (scan === null && tokens === null)) {
      apart.push(question)
      continue
    }
    scan ??= readTestScan(compiledSql, tokens)
    if (scan === null) {
      parts.push(queryPart(question))
      continue
    }
    const known = bySource.get(scan.source)
    const added = { question, scan, most: plain.most }
    if (known === undefined || known.length >= MOST_COUNTS) {
      if (known !== undefined) parts.push(scanPart(scan.source, known))
      bySource.set(scan.source, [added])
    } else {
      known.push(added)
    }
  }
  for (const [source, group] of bySource) parts.push(scanPart(source, group))
  return { parts: parts.sort((a, b) => b.questions.length - a.questions.length), apart }
}

function queryPart(question: Question): Part {
  return { counted: { kind: 'query', sql: question.sql }, questions: [question] }
}

interface Scanned {
  readonly question: Question
  readonly scan: TestScan
  readonly most: number | null
}

/** A scan for two tests and more; one alone is asked in its own words, which an index may serve. */
function scanPart(source: string, group: readonly Scanned[]): Part {
  const [first, second] = group
  if (first !== undefined && second === undefined) return queryPart(first.question)
  const counts = group.map(
    ({ question, scan, most }): ThresholdCount => ({ count: scan.count, most, ...thresholdsOf(question.node.config) }),
  )
  return { counted: { kind: 'scan', source, counts }, questions: group.map((each) => each.question) }
}

const NAMES = ['failures', 'should_warn', 'should_error'] as const

/** Gives each test its three cells as its own SQL would have. Gives those back that cannot be answered: all, where the answer has not the form asked for. */
export function handOut(parts: readonly Part[], result: QueryResult): readonly Question[] {
  const widest = parts[0]?.questions.length ?? 0
  const rows = new Map(result.rows.map((row) => [Number(row[0]), row]))
  const fits = rows.size === parts.length && result.rows.length === parts.length
  if (!fits || result.columns.length !== 1 + NAMES.length * widest) return parts.flatMap((part) => part.questions)
  const response = responseOfOneRow(result.response, parts.length)
  const columns = Array.from({ length: widest }, (_, index) =>
    NAMES.flatMap((name, place): ResultColumn[] => {
      const column = result.columns[1 + index * NAMES.length + place]
      return column === undefined ? [] : [{ ...column, name }]
    }),
  )
  const again: Question[] = []
  for (const [place, { counted, questions }] of parts.entries()) {
    const row = rows.get(place)
    for (const [index, question] of questions.entries()) {
      const from = 1 + index * NAMES.length
      const cells = row?.slice(from, from + NAMES.length) ?? []
      const isDuplicates = counted.kind === 'scan' && counted.counts[index]?.count.kind === 'duplicates'
      // Duplicates are seen, but only the test's own SQL counts them.
      if (cells.length === 0 || (isDuplicates && String(cells[0]) !== '0')) again.push(question)
      else question.answer({ columns: columns[index] ?? [], rows: [cells], response })
    }
  }
  return again
}

/** What the engine would have said to a statement of one row. */
function responseOfOneRow(response: AdapterResponse, rows: number): AdapterResponse {
  if (response['rows_affected'] !== rows) return response
  return { ...response, rows_affected: 1, _message: String(response['_message']).replace(/\d+$/, '1') }
}
