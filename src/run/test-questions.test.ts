import { expect, test } from 'vitest'
import type { QueryResult } from '../adapters/interface.ts'
import type { TestNode } from '../core/index.ts'
import { handOut, type Part, partsOf, plainCountOf, type Question } from './test-questions.ts'

const HEAD = 'select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from (\n'
const TAIL = '\n) dbt_internal_test'

function node(config: object = {}): TestNode {
  return { unique_id: 'test.a', config } as TestNode
}

interface Asked {
  readonly question: Question
  readonly answers: QueryResult[]
}

function ask(compiledSql: string, config: { limit?: number } = {}): Asked {
  const answers: QueryResult[] = []
  const question: Question = {
    node: node(config),
    compiledSql,
    sql: `${HEAD}${compiledSql}${TAIL}`,
    plain: { most: config.limit ?? null },
    text: () => '',
    answer: (result) => answers.push(result),
    fail: () => undefined,
  }
  return { question, answers }
}

const NULLS = (column: string, table = 't') => `select ${column} from ${table} where ${column} is null`

test.each([
  [{}, '', { most: null }],
  [{ limit: 3 }, ' limit 3', { most: 3 }],
  [{}, ' limit 3', null],
  [{ limit: 3 }, '', null],
  [{ limit: -1 }, ' limit -1', null],
  [{ warn_if: '> 0 or true' }, '', null],
])('a count of rows with plain thresholds: %j%s', (config, limit, expected) => {
  const warnIf = (config as { warn_if?: string }).warn_if ?? '!= 0'
  const head = HEAD.replace('!= 0', warnIf)
  expect(plainCountOf(node(config), head, `${limit}${TAIL}`)).toEqual(expected)
})

test('tests of one source share a scan, others stand as they are, unsure texts are apart', () => {
  const asked = [NULLS('a', 'u'), NULLS('a'), 'select a from t -- x', 'select 1 limit 2', NULLS('b')].map((sql) =>
    ask(sql),
  )
  const { parts, apart } = partsOf(asked.map((each) => each.question))
  expect(parts.map(({ counted }) => (counted.kind === 'scan' ? counted.source : counted.kind))).toEqual([
    't',
    'query',
    'query',
  ])
  expect(parts[0]?.questions).toEqual([asked[1]?.question, asked[4]?.question])
  expect(apart).toEqual([asked[2]?.question])
})

const column = (name: string) => ({ name, type: 'bigint', kind: 'integer' as const })

function result(rows: QueryResult['rows'], width: number): QueryResult {
  const columns = Array.from({ length: width }, (_, index) => column(`c${index}`))
  return { columns, rows, response: { _message: `SELECT ${rows.length}`, code: 'SELECT', rows_affected: rows.length } }
}

function twoParts(): { readonly asked: readonly Asked[]; readonly parts: readonly Part[] } {
  const asked = [NULLS('a'), NULLS('b'), NULLS('a', 'u')].map((sql) => ask(sql))
  return { asked, parts: partsOf(asked.map((each) => each.question)).parts }
}

test('each test gets its three cells, whatever the order of the rows, as if it had asked alone', () => {
  const { asked, parts } = twoParts()
  const rows = [
    [1, 7, true, false, null, null, null],
    [0, 1, false, false, 2, true, true],
  ]
  expect(handOut(parts, result(rows, 7))).toEqual([])
  expect(asked.map(({ answers }) => answers[0]?.rows[0])).toEqual([
    [1, false, false],
    [2, true, true],
    [7, true, false],
  ])
  expect(asked[2]?.answers[0]?.columns.map(({ name }) => name)).toEqual(['failures', 'should_warn', 'should_error'])
  expect(asked[2]?.answers[0]?.response).toEqual({ _message: 'SELECT 1', code: 'SELECT', rows_affected: 1 })
})

test('duplicates that a scan sees are for the test itself to count', () => {
  const unique = (name: string) =>
    `select ${name} as unique_field, count(*) as n_records from t where ${name} is not null group by ${name} having count(*) > 1`
  const asked = [unique('a'), unique('b')].map((sql) => ask(sql))
  const { parts } = partsOf(asked.map((each) => each.question))
  expect(handOut(parts, result([[0, 0, false, false, 2, true, true]], 7))).toEqual([asked[1]?.question])
  expect(asked.map(({ answers }) => answers.length)).toEqual([1, 0])
})

test.each([
  ['a row too few', [[0, 1, false, false, 2, true, true]], 7],
  ['a place twice', [0, 0].map((place) => [place, 1, false, false, 2, true, true]), 7],
  ['other columns', [0, 1].map((place) => [place, 1, false, false]), 4],
])('an answer of another form answers nobody: %s', (_, rows, width) => {
  const { asked, parts } = twoParts()
  expect(handOut(parts, result(rows, width)).length).toBe(3)
  expect(asked.every(({ answers }) => answers.length === 0)).toBe(true)
})
