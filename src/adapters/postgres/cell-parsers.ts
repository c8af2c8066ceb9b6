import type { Cell, CellKind } from '../interface.ts'

export type CellParser = (text: string) => Cell

/** An integer of any size: a number while that is exact, else a bigint. */
function parseInteger(text: string): Cell {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

function parseFloat8(text: string): Cell {
  return Number(text) // knows NaN, Infinity and -Infinity as the server writes them
}

/** bytea in the hex form, or in the older escape form. */
function parseBytes(text: string): Cell {
  if (text.startsWith('\\x')) return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
  const out: number[] = []
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index)
    if (char !== 92) out.push(char)
    else if (text[index + 1] === '\\') {
      out.push(92)
      index++
    } else {
      out.push(Number.parseInt(text.slice(index + 1, index + 4), 8))
      index += 3
    }
  }
  return Uint8Array.from(out)
}

const asText: CellParser = (text) => text

/** The parser of a cell kind; `element` parses the members of an array. */
export function cellParser(kind: CellKind, element: CellParser = asText, delimiter = ','): CellParser {
  switch (kind) {
    case 'integer':
      return parseInteger
    case 'float':
      return parseFloat8
    case 'boolean':
      return (text) => text === 't'
    case 'bytes':
      return parseBytes
    case 'array':
      return (text) => parseArray(text, element, delimiter)
    case 'decimal':
    case 'text':
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'interval':
    case 'json':
    case 'other':
      return asText
  }
}

/** Postgres's array text, `{1,NULL,"a,b"}`, nested as deep as it is; a `[2:3]=` prefix of bounds is dropped. */
export function parseArray(text: string, element: CellParser, delimiter = ','): Cell {
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const readList = (): Cell[] => {
    const out: Cell[] = []
    at++ // {
    while (at < text.length && text[at] !== '}') {
      const char = text[at]
      if (char === '{') out.push(readList())
      else if (char === '"') out.push(element(readQuoted()))
      else {
        const bare = readBare()
        out.push(bare === 'NULL' ? null : element(bare))
      }
      if (text[at] === delimiter) at++
    }
    at++ // }
    return out
  }
  const readQuoted = (): string => {
    let value = ''
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      value += text[at] ?? ''
    }
    at++
    return value
  }
  const readBare = (): string => {
    const start = at
    while (at < text.length && text[at] !== delimiter && text[at] !== '}') at++
    return text.slice(start, at)
  }
  return readList()
}
