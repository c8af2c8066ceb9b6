import type { QueryResult, Session } from '../adapters/interface.ts'
import type { Runtime } from '../compile/index.ts'
import { handOut, MOST_PARTS, type Part, partsOf, type Question } from './test-questions.ts'
import type { TestWordings } from './test-wording.ts'

/** One test's place in a batch: it either asks its question there or leaves, and does one of the two once. */
export interface BatchSeat {
  /** Asks the test's question; the answer comes when all seats have asked or left. */
  ask(question: Omit<Question, 'answer' | 'fail'>): Promise<QueryResult>
  /** The test needs no answer from the batch, or none any more. */
  leave(): void
  readonly wordings: TestWordings
}

/** Milliseconds that a statement for several parts should take at most. */
const LONGEST = 1000

/**
 * How much goes into one statement, and into one trip: fewer tests, where they take long, so that slow ones hold up no others, and what stops the run
 * loses few answers; more again, where they do not.
 */
export class BatchPace {
  #most = MOST_PARTS

  get most(): number {
    return this.#most
  }

  get isSlow(): boolean {
    return this.#most < MOST_PARTS
  }

  /** A statement of so many parts took so long. */
  tell(parts: number, milliseconds: number): void {
    const fitting = Math.floor((parts * LONGEST) / Math.max(1, milliseconds))
    if (milliseconds > LONGEST) this.#most = Math.max(1, Math.min(this.#most, fitting))
    else this.#most = Math.min(MOST_PARTS, Math.max(this.#most, Math.min(2 * this.#most, fitting)))
  }
}

interface Again {
  readonly parts: Part[]
  readonly questions: Question[]
}

/**
 * Data tests that are answered together: as many as possible in one statement, those that count rows of one source in one scan of it, the others one by
 * one; all sent at once over one session, each statement in a transaction of its own that is rolled back. Every test gets the answer that its own SQL would
 * have got: what fails is asked again in smaller pieces, in the end with the test's own SQL, so that an error is the right test's; so is a test of which
 * a scan sees duplicates, but cannot count them.
 */
export class TestBatch {
  readonly #runtime: Runtime
  readonly #wordings: TestWordings
  readonly #pace: BatchPace
  readonly #questions: Question[] = []
  #outstanding: number

  constructor(runtime: Runtime, wordings: TestWordings, pace: BatchPace, size: number) {
    this.#runtime = runtime
    this.#wordings = wordings
    this.#pace = pace
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
      const { engine, signal, project } = this.#runtime
      const countsSql = project.adapter.dialect.countsSql
      signal?.throwIfAborted()
      const session = await engine.acquire('data tests', signal)
      try {
        const { parts, apart } =
          countsSql === undefined || questions.length === 1 ? { parts: [], apart: questions } : partsOf(questions)
        // What failed among others is asked alone, what fails alone in its own words.
        let again: Again = { parts: [], questions: [...apart] }
        let statements = chunks(parts, this.#pace.most)
        while (statements.length > 0 || again.questions.length > 0) {
          signal?.throwIfAborted()
          const next: Again = { parts: [], questions: [] }
          const asked = again.questions
          await eachOver(session, [
            ...statements.map((each) => () => this.#askParts(session, each, next)),
            ...asked.map((question) => () => askApart(session, question)),
          ])
          statements = next.parts.map((part) => [part])
          again = next
        }
      } finally {
        await session.release()
      }
    } catch (error) {
      // Those that were answered do not hear of it.
      for (const question of questions) question.fail(error)
    }
  }

  async #askParts(session: Session, parts: readonly Part[], again: Again): Promise<void> {
    const { invocation, project } = this.#runtime
    const [first] = parts
    // One question alone is asked as it would be anyway.
    const started = invocation.now().getTime()
    if (parts.length === 1 && first?.questions.length === 1) {
      for (const question of first.questions) await askApart(session, question)
      this.#pace.tell(1, invocation.now().getTime() - started)
      return
    }
    const sql = project.adapter.dialect.countsSql?.(parts.map((part) => part.counted)) ?? ''
    try {
      again.questions.push(...handOut(parts, await runAlone(session, sql)))
    } catch {
      // Whose error it is, its own SQL tells.
      if (parts.length === 1) again.questions.push(...(first?.questions ?? []))
      else again.parts.push(...parts)
    }
    this.#pace.tell(parts.length, invocation.now().getTime() - started)
  }
}

/** The parts of each statement, about as many in each. */
function chunks(parts: readonly Part[], most: number): readonly (readonly Part[])[] {
  const count = Math.ceil(parts.length / most)
  const size = Math.ceil(parts.length / Math.max(1, count))
  return Array.from({ length: count }, (_, index) => parts.slice(index * size, (index + 1) * size))
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
