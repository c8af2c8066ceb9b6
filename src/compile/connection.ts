import type { Engine, QueryResult, Session } from '../adapters/interface.ts'
import { TdbtError } from '../core/index.ts'

export interface ConnectionOptions {
  readonly engine: Engine
  /** `model.shop.orders`, `master`, `macro_x`: what messages, query comments and `nice_connection_name` show. */
  readonly name: string
  /** The query comment put to each text; identity when there is none. */
  readonly comment: (sql: string) => string
  readonly signal?: AbortSignal | undefined
  /** Statements commit by themselves from the start, as in dbt's hooks and operations. */
  readonly autocommit?: boolean
  /** `--no-introspect`: whoever asks the database is refused. */
  readonly closed?: boolean
}

export interface StatementOptions {
  readonly autoBegin: boolean
  readonly maxRows?: number | undefined
  /** False for what dbt sends without a comment. */
  readonly comment?: boolean
  /** The rows are what it is for. */
  readonly fetch?: boolean
}

/** A statement that was sent and is not answered yet. */
interface Sent {
  readonly answer: Promise<QueryResult>
  readonly onAnswer: (result: QueryResult) => void
}

/** A text that may end the transaction it is in: then nothing may be sent ahead of its answer. */
const CONTROLS_TRANSACTION =
  /(?:^|;)(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:commit|rollback|end|abort|begin|start|prepare|call|do)\b/i

/** A statement with its answer. */
export interface Answered {
  readonly sql: string
  readonly result: QueryResult
}

/** Answers a query in another way than over the node's own connection: the text as it was asked for, and as it would have been sent. */
export type Answerer = (sql: string, text: string) => Promise<QueryResult>

/**
 * One node's connection to the engine, with the transaction rules that dbt has on Postgres through psycopg2:
 * - the first statement opens a transaction, asked or not; nothing is there for others before a commit;
 * - after `adapter.commit()` statements commit by themselves (a VACUUM in a late hook works, a late drop is there at once);
 * - a `commit` that a hook sends as text ends the transaction too, but the next statement with auto_begin opens a new one: there dbt would go on
 *   without a transaction, and publishing would no longer be atomic;
 * - what is open at the end is rolled back.
 * A session is taken at the first statement and given back by `close`.
 *
 * Where `allowAhead` was called, a statement inside the transaction whose answer nobody reads is sent without waiting (`sendAhead`); the next that is waited
 * for, commit among them, comes behind it in the same trip, and `settle` throws the first failure of all. Up to then nothing can have come of those behind
 * it: in a transaction that failed, they fail too.
 */
export class Connection {
  readonly name: string
  readonly #options: ConnectionOptions
  #session: Session | undefined
  #open = false
  #state: 'fresh' | 'transaction' | 'autocommit'
  #endedByText = false
  #reopened = false
  #answerer: Answerer | undefined
  #done: Answered[] = []
  #mayBeAhead = false
  #ahead: Sent[] = []
  /** What was noted elsewhere on the word of statements of this transaction, undone when it fails. */
  #undo: (() => void)[] = []

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.name = options.name
    this.#state = options.autocommit ? 'autocommit' : 'fresh'
  }

  get engine(): Engine {
    return this.#options.engine
  }

  /** dbt's `transaction_open`: between an auto_begin and its commit. */
  get transactionOpen(): boolean {
    return this.#open
  }

  /** A text as it is sent: with the query comment. */
  commented(sql: string): string {
    return this.#options.comment(sql)
  }

  /** True until something was sent over it. */
  get isFresh(): boolean {
    return this.#session === undefined && this.#state === 'fresh'
  }

  /** The next query goes to `answerer`, if it is the first statement and its rows are wanted: it must be one that needs nothing of the connection. */
  answerNextBy(answerer: Answerer): void {
    this.#answerer = answerer
  }

  /** These statements were run over it already, by somebody who goes no further: whoever sends the same in the same order now has the answers that came. */
  resumeAfter(done: readonly Answered[]): void {
    this.#done = [...done]
  }

  #answerBefore(sql: string): QueryResult | undefined {
    const next = this.#done.shift()
    if (next === undefined || next.sql === sql) return next?.result
    throw new TdbtError('T0001', `A statement that was run for ${this.name} is not what follows now`, { sql })
  }

  /** Runs a text as `adapter.execute` does. Errors of the engine roll the open transaction back. */
  async execute(sql: string, options: StatementOptions): Promise<QueryResult> {
    const before = this.#answerBefore(sql)
    if (before !== undefined) return before
    const text = options.comment === false ? sql : this.commented(sql)
    if (this.#answerer !== undefined && options.fetch === true && this.isFresh) {
      const answerer = this.#answerer
      this.#answerer = undefined
      return await answerer(sql, text)
    }
    const session = await this.session()
    const begin = this.#entersTransaction(options.autoBegin)
    const sending = { begin, ...(options.maxRows === undefined ? {} : { maxRows: options.maxRows }) }
    if (this.#ahead.length > 0 && session.send !== undefined && !CONTROLS_TRANSACTION.test(text)) {
      let last: QueryResult | undefined
      this.#ahead.push({
        answer: session.send(text, sending),
        onAnswer: (result) => {
          last = result
        },
      })
      await this.settle()
      if (last !== undefined) return last
    }
    await this.settle()
    try {
      const result = await session.execute(text, sending)
      if (this.#state === 'transaction' && !session.inTransaction) {
        this.#state = 'autocommit'
        // dbt goes on taking the transaction for open, if it was.
        this.#endedByText = true
      }
      return result
    } catch (error) {
      if (this.#open) await this.#rollbackQuietly(session)
      throw error
    }
  }

  /** Statements whose answers nobody reads may be sent ahead from here on. Whoever calls it calls `settle` in the end. */
  allowAhead(): void {
    this.#mayBeAhead = true
  }

  /** True while a statement is not answered. */
  get hasAhead(): boolean {
    return this.#ahead.length > 0
  }

  /** Sends a statement without waiting for its answer, where that is safe; false where it must be run by `execute`. */
  async sendAhead(
    sql: string,
    options: Pick<StatementOptions, 'autoBegin'>,
    onAnswer: (result: QueryResult) => void,
  ): Promise<boolean> {
    const before = this.#answerBefore(sql)
    if (before !== undefined) {
      onAnswer(before)
      return true
    }
    if (!this.#mayBeAhead || this.#state === 'autocommit') return false
    const text = this.commented(sql)
    if (CONTROLS_TRANSACTION.test(sql)) return false
    const session = this.#session ?? (await this.session())
    if (session.send === undefined) return false
    const answer = session.send(text, { begin: this.#entersTransaction(options.autoBegin) })
    // It is heard by `settle`; until then a failure is nobody's surprise.
    answer.catch(() => undefined)
    this.#ahead.push({ answer, onAnswer })
    return true
  }

  /** Called where something is noted on the word of a statement that may yet fail: `undo` is called if it does, before a commit. */
  onFailure(undo: () => void): void {
    if (this.#mayBeAhead && this.#state !== 'autocommit') this.#undo.push(undo)
  }

  /** Waits for the answers to all that was sent ahead. Throws the first failure; the open transaction is rolled back then. */
  async settle(): Promise<void> {
    if (this.#ahead.length === 0) return
    const sent = this.#ahead.splice(0)
    const answers = await Promise.allSettled(sent.map((each) => each.answer))
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        this.#undoAll()
        if (this.#open && this.#session !== undefined) await this.#rollbackQuietly(this.#session)
        throw answer.reason
      }
      sent[index]?.onAnswer(answer.value)
    }
  }

  #undoAll(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo()
  }

  /** Lets what was sent ahead end, however it does: what follows takes the transaction back anyway. */
  async #forgetAhead(): Promise<void> {
    if (this.#ahead.length === 0) return
    await Promise.allSettled(this.#ahead.splice(0).map((each) => each.answer))
    this.#undoAll()
  }

  /** COPY … FROM STDIN inside the transaction that a statement with auto_begin would have. */
  async copyFrom(sql: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
    await this.settle()
    const session = await this.session()
    if (this.#entersTransaction(true)) await session.begin()
    try {
      return await session.copyFrom(sql, chunks)
    } catch (error) {
      await this.#rollbackQuietly(session)
      throw error
    }
  }

  /** Ends the transaction that auto_begin opened. Throws T4001 when none is open, as dbt does. */
  async commit(): Promise<void> {
    if (!this.#open) {
      throw new TdbtError(
        'T4001',
        `Tried to commit transaction on connection "${this.name}", but it does not have one open!`,
      )
    }
    const session = this.#session
    if (this.#ahead.length > 0 && session?.send !== undefined) {
      const answer = session.send('commit')
      answer.catch(() => undefined)
      this.#ahead.push({ answer, onAnswer: assertCommitted })
      await this.settle()
      this.#open = false
      this.#reopened = false
    } else {
      this.#open = false
      this.#reopened = false
      if (session?.inTransaction) await session.commit()
    }
    this.#undo = []
    this.#state = 'autocommit'
    this.#endedByText = false
  }

  async rollback(): Promise<void> {
    await this.#forgetAhead()
    if (this.#session !== undefined) await this.#rollbackQuietly(this.#session)
  }

  /** Rolls back what is open; from here on statements commit by themselves. What dbt does before hooks and operations. */
  async clearTransaction(): Promise<void> {
    await this.rollback()
    this.#state = 'autocommit'
    this.#endedByText = false
  }

  /**
   * Gives the session back. `succeeded` matters only after a commit sent as text: what followed it would be there in dbt, so it is committed
   * when the node succeeded. Errors of giving back are swallowed: the work is done, and the engine throws a broken session away.
   */
  async close(succeeded: boolean): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session === undefined) return
    try {
      await this.#forgetAhead()
      if (succeeded && this.#reopened && session.inTransaction) await session.commit()
      if (session.inTransaction) await session.rollback()
    } finally {
      this.#open = false
      this.#state = 'fresh'
      await session.release()
    }
  }

  /** Cancels what is running now. */
  async cancel(): Promise<void> {
    await this.#session?.cancel()
  }

  /** The session, taken when there is none yet. */
  async session(): Promise<Session> {
    this.#options.signal?.throwIfAborted()
    if (this.#options.closed === true) {
      throw new TdbtError('T5001', 'connection never acquired for thread: --no-introspect lets no query through', {
        hint: 'Leave out --no-introspect, or put the query into {% if execute and flags.INTROSPECT %}.',
      })
    }
    this.#session ??= await this.#options.engine.acquire(this.name, this.#options.signal)
    return this.#session
  }

  /** True when the next statement has to open a transaction first. */
  #entersTransaction(autoBegin: boolean): boolean {
    const opens = autoBegin && !this.#open
    if (opens) this.#open = true
    if (this.#state === 'fresh') {
      if (!autoBegin && this.#options.engine.adapter.capabilities.autocommits === true) return false
      this.#state = 'transaction'
      return true
    }
    if (this.#state === 'autocommit' && opens && this.#endedByText) {
      this.#state = 'transaction'
      this.#reopened = true
      return true
    }
    return false
  }

  async #rollbackQuietly(session: Session): Promise<void> {
    this.#open = false
    this.#reopened = false
    try {
      if (session.inTransaction) await session.rollback()
    } catch {
      // The connection is gone, and its transaction with it; the error that led here says why.
    }
    if (this.#state === 'transaction') this.#state = 'fresh'
  }
}

/** A commit of a transaction in which a statement failed is answered as the rollback that it was. */
function assertCommitted({ response }: QueryResult): void {
  if (response.code !== 'ROLLBACK') return
  throw new TdbtError('T5003', 'The transaction was rolled back, since a statement in it had failed', {
    sql: 'commit',
    found: 'ROLLBACK',
    expected: 'COMMIT',
  })
}
