import { expect, test } from 'vitest'
import { positionLines, sqlPosition } from './error-position.ts'

/** Texts with an unknown column, the position that Postgres 15 reported, and the lines that psycopg2 (so dbt) printed. */
const RECORDED: readonly { sql: string; position: number; lines: readonly [string, string] }[] = [
  {
    sql: "select '한글', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', 'é', /* c */ 'é', \t2, noooooooooope",
    position: 69,
    lines: [
      "LINE 1: ...aaaaaaaaaaaaaaaaaaaaaaa', 'é', /* c */ 'é',  2, nooooooooo...",
      '                                                             ^',
    ],
  },
  {
    sql: "select /* c */ 'é', /* c */ 'é', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', 1, noooooooooope, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'\n, 3, 2\t, 1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'\n, 3\n, 3, '🦊🦊', 'é漢字', 1, '🦊🦊', '🦊🦊' from (select 1) x\n",
    position: 70,
    lines: [
      "LINE 1: ..., /* c */ 'é', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', 1, nooooooooo...",
      '                                                             ^',
    ],
  },
  {
    sql: "select '한글', /* c */ '🦊', /* c */ '🦊', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', /* c */ \t2, '🦊', 1, '한글', 1, nope\n, 3, 'é漢字', 1\n, 3, 1, 'é漢字' from (select 1) x\n",
    position: 100,
    lines: [
      "LINE 1: ...aaaaaaaaaaaaaaaaaaaaa', /* c */  2, '🦊', 1, '한글', 1, nope",
      '                                                                   ^',
    ],
  },
  {
    sql: "select \t2, 1, '🦊', 'é', /* c */ '🦊', 'é漢字', '한글', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', /* c */ 'é', nope\n, 3, 'é漢字', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 2\t from (select 1) x\n",
    position: 97,
    lines: [
      "LINE 1: ...', '한글', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', /* c */ 'é', nope",
      '                                                                   ^',
    ],
  },
  {
    sql: "select 'é漢字', '🦊', '한글', 1, /* c */ 1, /* c */ \r\n4, '한글', \n3, nope, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '🦊🦊'\n, 3, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'é漢字', 2\t, 1, 1, 'é漢字', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' from (select 1) x\n",
    position: 63,
    lines: ["LINE 3: 3, nope, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbb...", '           ^'],
  },
  {
    sql: "select \t2, '한글', /* c */ /* c */ 'é漢字', 'é漢字', \r\n4, \r\n4, 'é漢字', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', 'é漢字', nope, 'é漢字', 1, 2\t, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 1",
    position: 103,
    lines: [
      "LINE 3: ... 'é漢字', 'aaaaaaaaaaaaaaaaaaaaaaaaaaa', 'é漢字', nope, 'é漢...",
      '                                                             ^',
    ],
  },
  {
    sql: "select 'é漢字', nope\n, 3, 1, 'é漢字', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 2\t\n, 3, 2\t, 'é漢字', '🦊🦊' from (select 1) x\n",
    position: 15,
    lines: ["LINE 1: select 'é漢字', nope", '                        ^'],
  },
  {
    sql: "select \t2, 'é漢字', 1, 'é', noooooooooope, 2\t\n, 3, 'é漢字' from (select 1) x\n",
    position: 28,
    lines: ["LINE 1: select  2, 'é漢字', 1, 'é', noooooooooope, 2 ", '                                     ^'],
  },
  {
    sql: "select '한글', 'é', '🦊', nope\n, 3, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '🦊🦊'\n, 3, 1 from (select 1) x\n",
    position: 25,
    lines: ["LINE 1: select '한글', 'é', '🦊', nope", '                                   ^'],
  },
  {
    sql: "select 'é', \t2, \t2, \r\n4, noooooooooope\n, 3, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '🦊🦊', 'é漢字', 'é漢字', '🦊🦊', 'é漢字'",
    position: 27,
    lines: ['LINE 2: 4, noooooooooope', '           ^'],
  },
]

test.each(RECORDED)('prints the place as psycopg2 does: $lines.0', ({ sql, position, lines }) => {
  expect(positionLines(sql, position)).toEqual(lines)
})

test('a position outside the text prints nothing', () => {
  expect(positionLines('select 1', 99)).toEqual([])
  expect(positionLines('select 1', 0)).toEqual([])
  expect(sqlPosition('select 1', 99)).toBeUndefined()
})

test('the end of the text is a place', () => {
  expect(positionLines('select 1 +', 11)).toEqual(['LINE 1: select 1 +', '                  ^'])
})

test('lines and columns count characters, not UTF-16 units', () => {
  expect(sqlPosition("select '🦊',\r\n  nope", 16)).toEqual({ line: 2, column: 3 })
})
