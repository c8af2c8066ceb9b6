const UNESCAPE: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** The rows of COPY's text format as values. */
export async function* readCopyRows(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly (string | null)[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let rest = ''
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true })
    let at = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      yield text.slice(at, end).split('\t').map(value)
      at = end + 1
    }
    rest = text.slice(at)
  }
  if (rest !== '') yield rest.split('\t').map(value)
}

function value(text: string): string | null {
  if (text === '\\N') return null
  return text.includes('\\') ? text.replace(/\\(.)/gs, (_, char: string) => UNESCAPE[char] ?? char) : text
}
