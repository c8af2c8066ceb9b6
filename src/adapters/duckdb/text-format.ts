const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What the two formats need of a COPY. */
export interface TextOptions {
  readonly delimiter: string
  readonly nullText: string
  readonly header: boolean
}

/** Lines of Postgres's text format as CSV: values in quotes, nulls bare and empty. Pieces may be cut anywhere. */
export async function* textToCsv(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: TextOptions,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let first = options.header
  const convert = (line: string): string => {
    if (first) {
      first = false
      return ''
    }
    return line === '\\.' ? '' : `${csvLine(line, options)}\n`
  }
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true })
    const lines = text.split('\n')
    rest = lines.pop() ?? ''
    let out = ''
    for (const line of lines) out += convert(line)
    if (out !== '') yield out
  }
  rest += decoder.decode()
  if (rest !== '') yield convert(rest)
}

function csvLine(line: string, { delimiter, nullText }: TextOptions): string {
  return line
    .replace(/\r$/, '')
    .split(delimiter)
    .map((cell) => (cell === nullText ? '' : `"${unescaped(cell).replaceAll('"', '""')}"`))
    .join(',')
}

function unescaped(cell: string): string {
  if (!cell.includes('\\')) return cell
  return cell.replace(/\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/gs, (_, hex, octal, char) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    return ESCAPES[char] ?? char
  })
}
