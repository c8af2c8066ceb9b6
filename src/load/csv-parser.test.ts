import { expect, test } from 'vitest'
import { CsvParser, type CsvRecord } from './csv-parser.ts'

function parse(text: string, size = text.length || 1, options = { delimiter: ',', quote: '"' }): CsvRecord[] {
  const parser = new CsvParser(options)
  const out: CsvRecord[] = []
  for (let at = 0; at < text.length; at += size) out.push(...parser.read(text.slice(at, at + size), false))
  out.push(...parser.read('', true))
  return out
}

const shape = (records: readonly CsvRecord[]): unknown[] =>
  records.map(({ line, cells, problem }) => (problem === null ? [line, ...cells] : [line, `! ${problem}`]))

const MIXED = 'a,b,c\r\n1,"two, ""2""",3\r\n"multi\nline\r\ntext",,\n"","",x\nlast,"q",'
const EXPECTED = [
  [1, 'a', 'b', 'c'],
  [2, '1', 'two, "2"', '3'],
  [3, 'multi\nline\r\ntext', '', ''],
  [6, '', '', 'x'],
  [7, 'last', 'q', ''],
]

test.each([1, 2, 3, 5, 1000])('records are the same in pieces of %i characters', (size) => {
  expect(shape(parse(MIXED, size))).toEqual(EXPECTED)
})

test('cells know whether they stood in quotes', () => {
  expect(parse('"",,x\n')[0]?.quoted).toEqual([true, false, false])
  expect(parse('a,b\n')[0]?.quoted).toBeNull()
})

test('a quote that is not closed costs one line, and reading goes on after it', () => {
  const text = 'h,i\n1,"open\n2,b\n3,c\n'
  expect(shape(parse(text, 4))).toEqual([
    [1, 'h', 'i'],
    [2, '! a quote is opened and never closed'],
    [3, '2', 'b'],
    [4, '3', 'c'],
  ])
  expect(parse(text)[1]?.raw()).toBe('1,"open')
})

test('text after a closing quote is a broken record; quotes inside a bare cell are text', () => {
  expect(shape(parse('a,"b"c\nd,5" pipe\ne,f'))).toEqual([
    [1, '! there is more after the quote that closes a cell'],
    [2, 'd', '5" pipe'],
    [3, 'e', 'f'],
  ])
})

test('a stray quote that meets a later one does not swallow the lines between', () => {
  expect(shape(parse('1,"a\n2,"b"\n3,c\n'))).toEqual([
    [1, '! there is more after the quote that closes a cell'],
    [2, '2', 'b'],
    [3, '3', 'c'],
  ])
})

test('lone carriage returns end lines; other delimiters and quotes', () => {
  expect(shape(parse('a;b\r1;2\r', 2, { delimiter: ';', quote: '"' }))).toEqual([
    [1, 'a', 'b'],
    [2, '1', '2'],
  ])
  expect(shape(parse("a\t'b\tc'\n", 3, { delimiter: '\t', quote: "'" }))).toEqual([[1, 'a', 'b\tc']])
})

test('a delimiter at the very end makes an empty cell; nothing makes nothing', () => {
  expect(shape(parse('a,"b",'))).toEqual([[1, 'a', 'b', '']])
  expect(parse('')).toEqual([])
})
