import { expect, test } from 'vitest'
import { splitStatements } from './split-statements.ts'

test.each([
  ['', []],
  [' ; -- x\n;', []],
  ['select 1', ['SELECT@0']],
  ['select 1;\n\n insert into t values (1)', ['SELECT@0', 'INSERT@0']],
  [`select ';' as "a;b", 'it''s;' -- ; \n from t /* ; /* ; */ ; */; drop table t`, ['SELECT@0', 'DROP@1']],
  ['select $$a;b$$, $x$;$$;$x$;commit', ['SELECT@0', 'COMMIT@0']],
  [`select e'\\';', 'a\\'; begin`, ['SELECT@0', 'BEGIN@0']],
  ['(select 1); ((values (1)))', ['SELECT@0', 'VALUES@0']],
  [`select 'open; still`, ['SELECT@0']],
])('%j', (sql, pieces) => {
  expect(splitStatements(sql).map((piece) => `${piece.word}@${piece.line}`)).toEqual(pieces)
})

test('a piece is the text as it stands, its line that of its beginning', () => {
  const pieces = splitStatements('a;\n\nb\n;\nc')
  expect(pieces.map(({ sql, line }) => [sql, line])).toEqual([
    ['a', 0],
    ['\n\nb\n', 0],
    ['\nc', 3],
  ])
})
