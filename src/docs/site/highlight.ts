import { h } from './dom.ts'

const KEYWORDS = new Set(
  `all and any array as asc between by case cast check collate column constraint create cross current_date current_timestamp
  database default delete desc distinct drop else end escape except exists false fetch filter first following for foreign from
  full group having if ilike in index inner insert intersect interval into is join key last lateral left like limit materialized
  merge natural not null nulls offset on or order outer over partition preceding primary qualify range references returning right
  row rows select set similar some table temporary then to true truncate unbounded union unique update using values view when
  where window with without`.split(/\s+/),
)

const TOKEN =
  /(?<comment>\{#[\s\S]*?#\}|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<jinja>\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\})|(?<string>'(?:[^']|'')*'|\$\$[\s\S]*?\$\$)|(?<name>"(?:[^"]|"")*")|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[A-Za-z_][\w$]*)/g

const JINJA =
  /(?<string>'[^']*'|"[^"]*")|(?<keyword>\b(?:set|if|elif|else|endif|for|endfor|in|macro|endmacro|call|endcall|do|not|and|or|is|test|endtest|materialization|snapshot|endsnapshot|import|include|filter|endfilter|true|false|none)\b)|(?<call>\b[A-Za-z_]\w*(?=\s*\())/gi

/** SQL with Jinja as coloured spans; every piece of text stays text. Very long texts are shown plain. */
export function highlightSql(source: string): HTMLElement {
  const code = h('code', null)
  if (source.length > 200_000) {
    code.append(source)
    return code
  }
  let last = 0
  for (const match of source.matchAll(TOKEN)) {
    code.append(source.slice(last, match.index))
    last = match.index + match[0].length
    const groups = match.groups ?? {}
    const text = match[0]
    if (groups['jinja'] !== undefined) code.append(jinja(text))
    else if (groups['comment'] !== undefined) code.append(span('comment', text))
    else if (groups['string'] !== undefined) code.append(span('string', text))
    else if (groups['number'] !== undefined) code.append(span('number', text))
    else if (groups['word'] !== undefined && KEYWORDS.has(text.toLowerCase())) code.append(span('keyword', text))
    else if (groups['word'] !== undefined && source.charAt(last) === '(') code.append(span('call', text))
    else code.append(text)
  }
  code.append(source.slice(last))
  return code
}

function jinja(text: string): HTMLElement {
  const outer = h('span', { class: 'tok-jinja' })
  let last = 0
  for (const match of text.matchAll(JINJA)) {
    outer.append(text.slice(last, match.index))
    last = match.index + match[0].length
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? 'call'
    outer.append(span(kind, match[0]))
  }
  outer.append(text.slice(last))
  return outer
}

function span(kind: string, text: string): HTMLElement {
  return h('span', { class: `tok-${kind}` }, text)
}
