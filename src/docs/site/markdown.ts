import { type Child, h, safeHref } from './dom.ts'

/**
 * Markdown of descriptions as DOM nodes: headings, paragraphs, lists, quotes, tables, code, rules, emphasis, links. HTML in
 * the text stays text, images become links, and links lead to http(s), mail or this page alone.
 */
export function markdown(source: string): HTMLElement {
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  return h('div', { class: 'prose' }, blocks(lines))
}

/** The first sentence or so, without marks: for tables and previews. */
export function plainText(source: string): string {
  const first = source.trim().split(/\n\s*\n/)[0] ?? ''
  return first
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#>]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function blocks(lines: readonly string[]): readonly Child[] {
  const out: Child[] = []
  let index = 0
  const line = (): string => lines[index] ?? ''
  const take = (while_: (line: string) => boolean): string[] => {
    const taken: string[] = []
    while (index < lines.length && while_(line())) {
      taken.push(line())
      index++
    }
    return taken
  }
  while (index < lines.length) {
    const fence = /^\s*(`{3,}|~{3,})/.exec(line())
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line())
    if (line().trim() === '') index++
    else if (fence?.[1] !== undefined) {
      const mark = fence[1]
      index++
      const body = take((text) => !text.trim().startsWith(mark))
      index++
      out.push(h('pre', { class: 'code' }, h('code', null, body.join('\n'))))
    } else if (heading?.[1] !== undefined) {
      out.push(h(`h${Math.min(6, heading[1].length + 2)}`, null, inline(heading[2] ?? '')))
      index++
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line())) {
      out.push(h('hr', null))
      index++
    } else if (/^\s*>/.test(line())) {
      const body = take((text) => /^\s*>/.test(text)).map((text) => text.replace(/^\s*>\s?/, ''))
      out.push(h('blockquote', null, blocks(body)))
    } else if (isTable(lines, index)) {
      out.push(table(take((text) => text.includes('|'))))
    } else if (LIST.test(line())) {
      out.push(listOf(take((text) => LIST.test(text) || /^\s+\S/.test(text))))
    } else {
      const body = take(
        (text) => text.trim() !== '' && !LIST.test(text) && !/^(#{1,6}\s|\s*>|\s*(`{3,}|~{3,}))/.test(text),
      )
      out.push(h('p', null, inline(body.join('\n'))))
    }
  }
  return out
}

const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/

function listOf(lines: readonly string[]): HTMLElement {
  const first = LIST.exec(lines[0] ?? '')
  const indent = first?.[1]?.length ?? 0
  const items: string[][] = []
  for (const line of lines) {
    const match = LIST.exec(line)
    if (match !== null && (match[1]?.length ?? 0) <= indent) items.push([match[3] ?? ''])
    else items.at(-1)?.push(line.slice(Math.min(indent + 2, line.length - line.trimStart().length)))
  }
  return h(
    /^\d/.test(first?.[2] ?? '') ? 'ol' : 'ul',
    null,
    items.map(([text, ...rest]) =>
      h('li', null, inline(text ?? ''), rest.some((line) => line.trim() !== '') ? blocks(rest) : null),
    ),
  )
}

function isTable(lines: readonly string[], index: number): boolean {
  return (
    (lines[index] ?? '').includes('|') &&
    /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(lines[index + 1] ?? '')
  )
}

function table(lines: readonly string[]): HTMLElement {
  const cells = (line: string): string[] =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => cell.trim())
  const [head = '', , ...body] = lines
  return h(
    'table',
    null,
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        cells(head).map((cell) => h('th', null, inline(cell))),
      ),
    ),
    h(
      'tbody',
      null,
      body.map((line) =>
        h(
          'tr',
          null,
          cells(line).map((cell) => h('td', null, inline(cell))),
        ),
      ),
    ),
  )
}

const INLINE =
  /(`+)(.+?)\1|!?\[([^\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)(?:\s[^)]*)?\)|\*\*(.+?)\*\*|__(.+?)__|\*(.+?)\*|\b_(.+?)_\b|~~(.+?)~~|<?(https?:\/\/[^\s<>)]+)>?/gs

function inline(text: string): readonly Child[] {
  const out: Child[] = []
  let last = 0
  for (const match of text.matchAll(INLINE)) {
    out.push(text.slice(last, match.index))
    last = match.index + match[0].length
    const [, , code, label, href, strong, strong2, emphasis, emphasis2, struck, url] = match
    if (code !== undefined) out.push(h('code', null, code.trim()))
    else if (href !== undefined) out.push(link(href, label ?? ''))
    else if (strong !== undefined || strong2 !== undefined) out.push(h('strong', null, inline(strong ?? strong2 ?? '')))
    else if (emphasis !== undefined || emphasis2 !== undefined) {
      out.push(h('em', null, inline(emphasis ?? emphasis2 ?? '')))
    } else if (struck !== undefined) out.push(h('s', null, inline(struck)))
    else if (url !== undefined) out.push(h('a', { href: url }, url))
  }
  out.push(text.slice(last))
  return out
}

/** A link that may not be followed is its own text. */
function link(href: string, label: string): Child {
  if (safeHref(href) === null) return label === '' ? href : `${label} (${href})`
  return h('a', { href }, label === '' ? href : inline(label))
}
