import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { injectCtes } from './inject-ctes.ts'

const CTES = [' __dbt__cte__e as (\nselect 9\n)', ' __dbt__cte__f as (\nselect 8\n)']

// Recorded from dbt's inject_ctes_into_sql: hand-picked texts, then random sequences of SQL pieces.
const recorded = JSON.parse(readFileSync(new URL('./cases/inject-ctes.json', import.meta.url), 'utf8')) as {
  cases: [sql: string, injected: string][]
}

test('CTEs are injected to the letter as dbt injects them', () => {
  expect(recorded.cases.length).toBeGreaterThan(200)
  for (const [sql, injected] of recorded.cases) expect(injectCtes(sql, CTES)).toBe(injected)
})

test('without CTEs the text stays as it is, further statements and all', () => {
  expect(injectCtes('select 1; select 2', [])).toBe('select 1; select 2')
})

test('a very long string literal is read in one go', () => {
  const long = `select '${"x''y".repeat(200_000)}'`
  expect(injectCtes(long, [' a as (\nselect 1\n)'])).toBe(`with a as (\nselect 1\n) ${long}`)
})
