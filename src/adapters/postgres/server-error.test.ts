import { expect, test } from 'vitest'
import { TdbtError } from '../../core/index.ts'
import { connectionError, isRetryable, serverMessage, statementError } from './server-error.ts'

const failure = { sql: 'select nope', place: '127.0.0.1:5432', cancelled: false }
const attempt = { place: '127.0.0.1:5432', user: 'ann', database: 'shop' }

function serverError(fields: Record<string, string>): Error {
  return Object.assign(new Error(fields['message']), { severity: 'ERROR', ...fields })
}

test('the message has the place, then detail, hint, query and context', () => {
  const fields = {
    message: 'boom',
    position: '8',
    detail: 'because',
    hint: 'do this',
    where: 'PL/pgSQL function f() line 3',
  }
  expect(serverMessage(fields, 'select nope')).toBe(
    'boom\nLINE 1: select nope\n               ^\nDETAIL:  because\nHINT:  do this\nCONTEXT:  PL/pgSQL function f() line 3',
  )
  expect(serverMessage({ message: 'boom', internalPosition: '8', internalQuery: 'SELECT nope()' }, 'do $$…$$')).toBe(
    'boom\nLINE 1: SELECT nope()\n               ^\nQUERY:  SELECT nope()',
  )
})

test('a refused statement is T5003 with SQLSTATE and place', () => {
  const error = statementError(
    serverError({ message: 'column "nope" does not exist', code: '42703', position: '8' }),
    failure,
  )
  expect(error).toMatchObject({
    code: 'T5003',
    details: { found: '42703', sql: 'select nope', sqlPosition: { line: 1, column: 8 } },
  })
})

test('what went before the text does not count', () => {
  const thrown = serverError({ message: 'x', code: '42703', position: '15' })
  expect(statementError(thrown, { ...failure, prefixLength: 7 }).details.sqlPosition).toEqual({ line: 1, column: 8 })
})

test.each([
  [{ code: '57014', message: 'canceling statement due to statement timeout' }, false, 'T5006'],
  [{ code: '57014', message: 'canceling statement due to user request' }, true, 'T5008'],
  [{ code: '57014', message: 'canceling statement due to user request' }, false, 'T5008'],
  [
    { code: '57P01', severity: 'FATAL', message: 'terminating connection due to administrator command' },
    false,
    'T5001',
  ],
  [{ code: '53200', message: 'out of memory' }, false, 'T5003'],
])('%j, cancelled by us: %j, is %s', (fields, cancelled, code) => {
  expect(statementError(serverError(fields), { ...failure, cancelled })).toMatchObject({ code })
})

test('a broken socket is T5001; an error of ours stays what it is', () => {
  expect(statementError(new Error('Connection terminated unexpectedly'), failure).code).toBe('T5001')
  const own = new TdbtError('T8001', 'x')
  expect(statementError(own, failure)).toBe(own)
})

test.each([
  [{ code: '28P01', severity: 'FATAL', message: 'password authentication failed for user "ann"' }, 'T5002', /password/],
  [{ code: '3D000', severity: 'FATAL', message: 'database "shop" does not exist' }, 'T5002', /Create the database/],
  [{ code: '53300', severity: 'FATAL', message: 'too many clients already' }, 'T5001', /threads/],
  [{ code: '57P03', severity: 'FATAL', message: 'the database system is starting up' }, 'T5001', /again/],
])('connecting: %j is %s', (fields, code, hint) => {
  expect(connectionError(serverError(fields), attempt)).toMatchObject({
    code,
    details: { hint: expect.stringMatching(hint) },
  })
})

test('a refused connection to a name of several addresses says so', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' })
  const thrown = Object.assign(new AggregateError([refused], ''), { code: 'ECONNREFUSED' })
  expect(connectionError(thrown, attempt)).toMatchObject({ code: 'T5001', message: expect.stringContaining('::1:1') })
})

test('tries again what may pass: the network, a full or starting server; never a wrong password', () => {
  expect(isRetryable(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe(true)
  expect(isRetryable(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(isRetryable(serverError({ message: 'x', code: '53300' }))).toBe(true)
  expect(isRetryable(serverError({ message: 'x', code: '28P01' }))).toBe(false)
  expect(isRetryable(serverError({ message: 'x', code: '3D000' }))).toBe(false)
})
