/** Python's textwrap.wrap of one line, tabs and newlines left alone. */
export function wrapLines(text: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  const chunks = chunksOf(text, breakHyphens).reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop()
    const line: string[] = []
    let length = 0
    for (let chunk = chunks.at(-1); chunk !== undefined && length + chunk.length <= width; chunk = chunks.at(-1)) {
      line.push(chunk)
      length += chunk.length
      chunks.pop()
    }
    const next = chunks.at(-1)
    if (next !== undefined && next.length > width) {
      const room = width < 1 ? 1 : width - length
      if (breakLong) {
        const cut = breakHyphens ? hyphenCut(next, room) : room
        line.push(next.slice(0, cut))
        chunks[chunks.length - 1] = next.slice(cut)
      } else if (line.length === 0) {
        line.push(next)
        chunks.pop()
      }
    }
    if (isBlank(line.at(-1))) line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && chunk.trim() === ''
}

function hyphenCut(chunk: string, room: number): number {
  const hyphen = chunk.lastIndexOf('-', room - 1)
  return chunk.length > room && hyphen > 0 && /[^-]/.test(chunk.slice(0, hyphen)) ? hyphen + 1 : room
}

function chunksOf(text: string, breakHyphens: boolean): string[] {
  const words = text.split(/([\t\n\v\f\r ]+)/).filter((chunk) => chunk !== '')
  if (!breakHyphens) return words
  const broken = /([^\s\w]*\w+[^\d\W]-(?=\w+[^\d\W])|(?<=[\w!"'&.,?])-{2,}(?=\w))/
  return words.flatMap((word) => word.split(broken).filter((chunk) => chunk !== ''))
}
