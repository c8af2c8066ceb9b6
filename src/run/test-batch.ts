import type { QueryResult, ResultColumn, Session } from '../adapters/interface.ts'
import type { Runtime } from '../compile/index.ts'
import type { TestNode } from '../core/index.ts'
import { readTestScan, type TestScan } from './read-test-scan.ts'
import type { TestWordings } from './test-wording.ts'

/** One test's place in a batch: it either asks its question there or leaves, and does one of the two once. */
export interface BatchSeat {
  /** Asks the test's question; the answer comes when all seats have asked or left. `sql` as the materialization asks it, `text` makes it what would be sent. */
  ask(question: Pick<Question, 'node' | 'compiledSql' | 'sql' | 'text'>): Promise<QueryResult>
  /** The test needs no answer from the batch, or none any more. */
  leave(): void
  readonly wordings: TestWordings
}

interface Question {
  readonly node: TestNode
  /** The test's own SQL, whose rows are the failures. */
  readonly compiledSql: string
  readonly sql: string
  readonly text: () => string
  readonly answer: (result: QueryResult) => void
  readonly fail: (error: unknown) => void
}

interface Scanned {
  readonly question: Question
  readonly scan: TestScan
}

/** Thresholds that can stand behind a count in a list of columns. */
const PLAIN_THRESHOLD =
  /^\s*(?:=|!=|<>|<=?|>=?)\s*-?\d+(?:\.\d+)?\s*$|^\s*(?:not\s+)?between\s+-?\d+\s+and\s+-?\d+\s*$/i
/** Counts of one statement; engines have a limit of columns. */
const MOST_COUNTS = 100

/**
 * Data tests that are answered together: those that count rows of one source in one scan of it, the others one by one, all sent at once over one session,
 * each in a transaction of its own that is rolled back. Every test gets the answer that its own SQL would have got: where a shared scan fails, or finds
 * duplicates (which it sees but cannot count), the tests concerned are asked again with their own SQL, so that an error is the right test's.
 */
export class TestBatch {
  readonly #runtime: Runtime
  readonly #wordings: TestWordings
  readonly #questions: Question[] = []
  #outstanding: number

  constructor(runtime: Runtime, wordings: TestWordings, size: number) {
    this.#runtime = runtime
    this.#wordings = wordings
    this.#outstanding = size
  }

  seat(): BatchSeat {
    let taken = false
    const settle = (): void => {
      if (taken) return
      taken = true
      this.#outstanding -= 1
      if (this.#outstanding === 0 && this.#questions.length > 0) void this.#answerAll()
    }
    return {
      ask: (question) =>
        new Promise((resolve, reject) => {
          this.#questions.push({ ...question, answer: resolve, fail: reject })
          settle()
        }),
      leave: settle,
      wordings: this.#wordings,
    }
  }

  async #answerAll(): Promise<void> {
    const questions = this.#questions
    try {
      const { engine, signal } = this.#runtime
      signal?.throwIfAborted()
      const session = await engine.acquire('data tests', signal)
      try {
        const again = await this.#firstRound(session, questions)
        signal?.throwIfAborted()
        await eachOver(
          session,
          again.map((question) => () => askApart(session, question)),
        )
      } finally {
        await session.release()
      }
    } catch (error) {
      // Those that were answered do not hear of it.
      for (const question of questions) question.fail(error)
    }
  }

  /** The shared scans and what shares none. Gives the questions that must be asked with their own SQL. */
  async #firstRound(session: Session, questions: readonly Question[]): Promise<readonly Question[]> {
    const { dialect } = this.#runtime.project.adapter
    const groups = dialect.sharedScanSql === undefined ? [] : sharedGroups(questions)
    const shared = new Set(groups.flatMap((group) => group.map((each) => each.question)))
    const apart = questions.filter((question) => !shared.has(question))
    const again: Question[] = []
    const scans = groups.map((group) => async (): Promise<void> => {
      const sql = dialect.sharedScanSql?.(group[0]?.scan.source ?? '', group.map(thresholds)) ?? ''
      try {
        again.push(...handOut(group, await runAlone(session, sql)))
      } catch {
        // Whose error it is, its own SQL tells.
        again.push(...group.map((each) => each.question))
      }
    })
    await eachOver(session, [...scans, ...apart.map((question) => () => askApart(session, question))])
    return again
  }
}

/** All at once where the session sends ahead, else one after the other. */
async function eachOver(session: Session, works: readonly (() => Promise<void>)[]): Promise<void> {
  if (session.send !== undefined) {
    await Promise.all(works.map((work) => work()))
    return
  }
  for (const work of works) await work()
}

async function askApart(session: Session, question: Question): Promise<void> {
  try {
    question.answer(await runAlone(session, question.text()))
  } catch (error) {
    question.fail(error)
  }
}

/** Runs a text in a transaction of its own; what went before is rolled back with it, the last of them by the session's release. */
function runAlone(session: Session, sql: string): Promise<QueryResult> {
  if (session.send !== undefined) return session.send(sql, { apart: true })
  return oneByOne(session, sql)
}

async function oneByOne(session: Session, sql: string): Promise<QueryResult> {
  try {
    return await session.execute(sql, { begin: true })
  } finally {
    if (session.inTransaction) await session.rollback()
  }
}

/** Questions whose meaning is known, by source; only where at least two share one. */
function sharedGroups(questions: readonly Question[]): readonly (readonly Scanned[])[] {
  const bySource = new Map<string, Scanned[]>()
  const full: Scanned[][] = []
  for (const question of questions) {
    const scan = isPlainCount(question) ? readTestScan(question.compiledSql) : null
    if (scan === null) continue
    const group = bySource.get(scan.source) ?? []
    bySource.set(scan.source, group)
    group.push({ question, scan })
    if (group.length < MOST_COUNTS) continue
    full.push(group)
    bySource.delete(scan.source)
  }
  return [...full, ...bySource.values()].filter((group) => group.length > 1)
}

/** True when the question is: how many rows does the test's own SQL give, and is that past plain thresholds? */
function isPlainCount({ node, compiledSql, sql }: Question): boolean {
  const { warnIf, errorIf } = thresholdsOf(node)
  if (!PLAIN_THRESHOLD.test(warnIf) || !PLAIN_THRESHOLD.test(errorIf)) return false
  const expected = `select count(*) as failures, count(*) ${warnIf} as should_warn, count(*) ${errorIf} as should_error from ( ${compiledSql} ) dbt_internal_test`
  return squeezed(sql) === squeezed(expected)
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function thresholdsOf(node: TestNode): { readonly warnIf: string; readonly errorIf: string } {
  return { warnIf: String(node.config.warn_if ?? '!= 0'), errorIf: String(node.config.error_if ?? '!= 0') }
}

function thresholds({ question, scan }: Scanned) {
  return { count: scan.count, ...thresholdsOf(question.node) }
}

const NAMES = ['failures', 'should_warn', 'should_error'] as const

/** Gives each test its three cells as its own SQL would have. Gives those back that cannot be answered from the scan. */
function handOut(group: readonly Scanned[], result: QueryResult): readonly Question[] {
  const row = result.rows[0]
  if (row === undefined || result.rows.length !== 1 || result.columns.length !== NAMES.length * group.length) {
    return group.map((each) => each.question)
  }
  const again: Question[] = []
  for (const [index, { question, scan }] of group.entries()) {
    const from = index * NAMES.length
    const cells = row.slice(from, from + NAMES.length)
    if (scan.count.kind === 'duplicates' && String(cells[0]) !== '0') {
      again.push(question)
      continue
    }
    const columns = result.columns
      .slice(from, from + NAMES.length)
      .map((column, place): ResultColumn => ({ ...column, name: NAMES[place] ?? column.name }))
    question.answer({ columns, rows: [cells], response: result.response })
  }
  return again
}
