import { expect, test } from 'vitest'
import { cellParser, parseArray } from './cell-parsers.ts'

test('integers are numbers while that is exact', () => {
  const parse = cellParser('integer')
  expect(['0', '-1', '9007199254740991', '9007199254740992'].map(parse)).toEqual([
    0,
    -1,
    9007199254740991,
    9007199254740992n,
  ])
})

test('floats and booleans', () => {
  expect(['1e-7', 'NaN', '-Infinity'].map(cellParser('float'))).toEqual([1e-7, Number.NaN, Number.NEGATIVE_INFINITY])
  expect(['t', 'f'].map(cellParser('boolean'))).toEqual([true, false])
})

test('bytes in the hex and in the escape form', () => {
  const parse = cellParser('bytes')
  expect(parse('\\x00ff10')).toEqual(Uint8Array.of(0, 255, 16))
  expect(parse('a\\\\b\\000\\377')).toEqual(Uint8Array.of(97, 92, 98, 0, 255))
  expect(parse('\\x')).toEqual(new Uint8Array())
})

test('arrays nest, quote, and tell NULL from "NULL"', () => {
  const text = cellParser('text')
  expect(parseArray('{}', text)).toEqual([])
  expect(parseArray('{a,NULL,"NULL","",nULL}', text)).toEqual(['a', null, 'NULL', '', 'nULL'])
  expect(parseArray('{"a,b","c\\"d","e\\\\f","{x}"}', text)).toEqual(['a,b', 'c"d', 'e\\f', '{x}'])
  expect(parseArray('{{1,2},{3,NULL}}', cellParser('integer'))).toEqual([
    [1, 2],
    [3, null],
  ])
  expect(parseArray('[0:1]={7,8}', cellParser('integer'))).toEqual([7, 8])
  expect(parseArray('{(1,1),(0,0);(2,2),(1,1)}', text, ';')).toEqual(['(1,1),(0,0)', '(2,2),(1,1)'])
})
