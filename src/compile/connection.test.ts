import { expect, test } from 'vitest'
import type { Engine, QueryResult, Session } from '../adapters/interface.ts'
import { TdbtError } from '../core/index.ts'
import { Connection } from './connection.ts'

/** A server in small: knows transactions, and fails the texts that say so. */
function server(pipelines: boolean) {
  const log: string[] = []
  let status: 'I' | 'T' | 'E' = 'I'
  const run = (sql: string): QueryResult => {
    log.push(sql)
    const result = (code: string): QueryResult => ({ columns: [], rows: [], response: { _message: sql, code } })
    for (const part of sql.split(';').map((each) => each.trim())) {
      if (part === 'begin') status = 'T'
      else if (part === 'commit' || part === 'rollback') {
        const failed = status === 'E'
        status = 'I'
        if (failed || part === 'rollback') return result('ROLLBACK')
      } else if (status === 'E') throw new TdbtError('T5003', 'current transaction is aborted', { sql: part })
      else if (part.startsWith('fail')) {
        if (status === 'T') status = 'E'
        throw new TdbtError('T5003', `${part} failed`, { sql: part })
      }
    }
    return result('OK')
  }
  const later = async (sql: string): Promise<QueryResult> => {
    await new Promise((resolve) => setImmediate(resolve))
    return run(sql)
  }
  let tail: Promise<unknown> = Promise.resolve()
  const session = {
    name: 'x',
    get inTransaction() {
      return status !== 'I'
    },
    execute: (sql: string, options: { begin?: boolean } = {}) =>
      later(options.begin && status === 'I' ? `begin; ${sql}` : sql),
    ...(pipelines
      ? {
          send: (sql: string, options: { begin?: boolean } = {}) => {
            const answer = tail.then(() => later(options.begin ? `begin; ${sql}` : sql))
            tail = answer.catch(() => undefined)
            return answer
          },
        }
      : {}),
    commit: () => later('commit'),
    rollback: () => later('rollback'),
    release: async () => {
      log.push('released')
    },
  } as unknown as Session
  const engine = { acquire: async () => session } as unknown as Engine
  return { log, connection: new Connection({ engine, name: 'model.x', comment: (sql) => sql }) }
}

const inside = { autoBegin: true }

test('what nobody reads goes ahead, and commit brings all answers', async () => {
  const { connection, log } = server(true)
  connection.allowAhead()
  const answers: unknown[] = []
  for (const sql of ['create a', 'rename a']) {
    expect(await connection.sendAhead(sql, inside, (result) => answers.push(result.response._message))).toBe(true)
  }
  expect(answers).toEqual([])
  await connection.commit()
  expect(answers).toEqual(['begin; create a', 'rename a'])
  expect(log).toEqual(['begin; create a', 'rename a', 'commit'])
  // After a commit, statements stand alone: each is waited for.
  expect(await connection.sendAhead('drop b', inside, () => undefined)).toBe(false)
})

test('the first failure is the one that is told; the transaction is gone, and so is what was noted', async () => {
  const { connection, log } = server(true)
  connection.allowAhead()
  const undone: string[] = []
  await connection.sendAhead('create a', inside, () => undefined)
  connection.onFailure(() => undone.push('first'))
  await connection.sendAhead('fail here', inside, () => expect.unreachable())
  connection.onFailure(() => undone.push('second'))
  await connection.sendAhead('rename a', inside, () => expect.unreachable())
  await expect(connection.commit()).rejects.toMatchObject({
    message: 'fail here failed',
    details: { sql: 'fail here' },
  })
  expect(undone).toEqual(['second', 'first'])
  expect(connection.transactionOpen).toBe(false)
  await connection.close(false)
  expect(log).toEqual(['begin; create a', 'fail here', 'rename a', 'commit', 'released'])
})

test('a query comes behind what was sent ahead, and fails with it', async () => {
  const { connection, log } = server(true)
  connection.allowAhead()
  await connection.sendAhead('create a', inside, () => undefined)
  expect((await connection.execute('select 1', { autoBegin: false, fetch: true })).response._message).toBe('select 1')
  await connection.sendAhead('fail', inside, () => undefined)
  await expect(connection.execute('select 2', { autoBegin: false, fetch: true })).rejects.toThrow('fail failed')
  expect(log).toEqual(['begin; create a', 'select 1', 'fail', 'select 2', 'rollback'])
})

test('a text that may end the transaction is waited for, and so is all before it', async () => {
  const { connection, log } = server(true)
  connection.allowAhead()
  await connection.sendAhead('create a', inside, () => undefined)
  for (const sql of [
    'commit;',
    '-- now\n commit',
    'select 1; rollback',
    '/* x */ end',
    'do $$ begin end $$',
    'call p()',
  ]) {
    expect(await connection.sendAhead(sql, { autoBegin: false }, () => undefined), sql).toBe(false)
  }
  expect(await connection.sendAhead("select case when a then 1 end, 'commit'", inside, () => undefined)).toBe(true)
  await connection.execute('commit;', { autoBegin: false })
  expect(log).toEqual(['begin; create a', "select case when a then 1 end, 'commit'", 'commit;'])
})

test('closing waits for what is under way and takes it back', async () => {
  const { connection, log } = server(true)
  connection.allowAhead()
  const undone: string[] = []
  await connection.sendAhead('create a', inside, () => undefined)
  connection.onFailure(() => undone.push('a'))
  await connection.close(false)
  expect(log).toEqual(['begin; create a', 'rollback', 'released'])
  expect(undone).toEqual(['a'])
})

test.each([
  ['nobody allowed it', true, false],
  ['the engine takes one at a time', false, true],
])('nothing goes ahead where %s', async (_, pipelines, allowed) => {
  const { connection } = server(pipelines)
  if (allowed) connection.allowAhead()
  expect(await connection.sendAhead('create a', inside, () => undefined)).toBe(false)
})

test('who takes up where another left off gets the answers that came, and sends what comes then', async () => {
  const { log, connection } = server(true)
  connection.allowAhead()
  const first = await connection.execute('one', inside)
  const second = await connection.execute('two', inside)
  connection.resumeAfter([
    { sql: 'one', result: first },
    { sql: 'two', result: second },
  ])
  let answered: QueryResult | undefined
  await connection.sendAhead('one', inside, (result) => {
    answered = result
  })
  expect(answered).toBe(first)
  expect(await connection.execute('two', inside)).toBe(second)
  await connection.execute('three', inside)
  await connection.commit()
  expect(log).toEqual(['begin; one', 'two', 'three', 'commit'])

  connection.resumeAfter([{ sql: 'one', result: first }])
  await expect(connection.execute('other', inside)).rejects.toMatchObject({ code: 'T0001' })
})
