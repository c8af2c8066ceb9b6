import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pyStr } from '../jinja/index.ts'
import { inferSeedTable, seedCopyText } from './index.ts'

interface SeedCase {
  readonly text: string
  readonly columns: readonly string[]
  readonly delimiter: string
  readonly names?: readonly string[]
  readonly types?: readonly string[]
  readonly rows?: readonly (readonly string[])[]
  readonly database?: readonly string[]
  readonly error?: string
}

// Recorded from dbt's agate_helper.from_csv by scripts/record-context-cases.py.
const { cases } = JSON.parse(readFileSync(new URL('./cases/seeds.json', import.meta.url), 'utf8')) as {
  cases: readonly SeedCase[]
}

const DATABASE: Readonly<Record<string, string>> = {
  text: 'text',
  integer: 'integer',
  bigint: 'integer',
  number: 'float8',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp without time zone',
}

function infer(each: SeedCase): unknown {
  const columnTypes = Object.fromEntries(each.columns.map((name) => [name, 'text']))
  try {
    const table = inferSeedTable(each.text, { delimiter: each.delimiter, columnTypes })
    return {
      names: table.columnNames,
      types: table.types,
      rows: table.rows.map((row) => row.map(pyStr)),
      database: table.types.map((_, index) => DATABASE[table.columnKind(index) ?? '']),
    }
  } catch (error) {
    return { error: error instanceof Error ? error.name : error }
  }
}

test('names, types and values of seeds are those that dbt infers', () => {
  expect(cases.length).toBeGreaterThan(200)
  for (const each of cases) {
    const expected =
      each.error === undefined
        ? {
            names: each.names,
            types: each.types?.map((type) => (type === 'ISODateTime' ? 'DateTime' : type)),
            rows: each.rows,
            database: each.database,
          }
        : { error: 'TdbtError' }
    expect(infer(each), JSON.stringify(each.text)).toEqual(expected)
  }
})

test('a row with too many values is told with its line', () => {
  expect(() => inferSeedTable('a,b\n1,2\n"x\ny",2\n1,2,3\n', { file: 'seeds/s.csv' })).toThrowError(
    expect.objectContaining({
      code: 'T6004',
      details: expect.objectContaining({ location: { file: 'seeds/s.csv', line: 5, column: 1 } }),
    }),
  )
})

function copied(text: string): string {
  const decoder = new TextDecoder()
  return [...seedCopyText(inferSeedTable(text))].map((chunk) => decoder.decode(chunk)).join('')
}

test('COPY text: nulls, escapes, whole numbers without a point, times in UTC', () => {
  expect(copied('a,b,c\n1.0,"x\ty\\z",true\n1e3,"l1\nl2",false\n,,\n')).toBe(
    '1\tx\\ty\\\\z\tt\n1000\tl1\\nl2\tf\n\\N\t\\N\t\\N\n',
  )
  expect(copied('a,b\n1.50,2020-01-01\n1E-7,\n')).toBe('1.50\t2020-01-01\n0.0000001\t\\N\n')
  expect(copied('a\n2020-01-01T10:00:00+05:00\n2020-01-01T00:30:00.5+01:00\n')).toBe(
    '2020-01-01 05:00:00\n2019-12-31 23:30:00.500000\n',
  )
})

test('many rows come in several chunks', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `${index},name ${index}`)
  const chunks = [...seedCopyText(inferSeedTable(`id,name\n${rows.join('\n')}\n`))]
  expect(chunks.length).toBeGreaterThan(2)
  expect(new TextDecoder().decode(chunks.at(-1)).endsWith('19999\tname 19999\n')).toBe(true)
})
