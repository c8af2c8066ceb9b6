import { raise } from './errors.ts'
import { escapeText } from './markup.ts'
import { quoteText } from './str.ts'

export interface UrlizeOptions {
  readonly limit: number | null
  readonly nofollow: boolean
  readonly target: string | null
  readonly rel: string
  readonly schemes: readonly string[]
}

const HTTP =
  /^((https?:\/\/|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?:\/\/)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\])))(?::\d{1,5})?(?:[/?#]\S*)?$/iu
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/u
const PAIRS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
]

const countOf = (text: string, part: string): number => text.split(part).length - 1

/** Jinja's urlize: links for what looks like a URL or a mail address, the rest escaped. */
export function urlize(text: string, options: UrlizeOptions): string {
  for (const scheme of options.schemes) {
    if (!/^[\w.+-]{2,}:\/{0,2}$/u.test(scheme)) {
      raise('FilterArgumentError', `${quoteText(scheme)} is not a valid URI scheme prefix.`)
    }
  }
  const rels = new Set(options.rel.split(/\s+/).filter((part) => part !== ''))
  if (options.nofollow) rels.add('nofollow')
  rels.add('noopener')
  const rel = ` rel="${escapeText([...rels].sort().join(' '))}"`
  const target = options.target === null ? '' : ` target="${escapeText(options.target)}"`
  return escapeText(text)
    .split(/(\s+)/)
    .map((word) => linkWord(word, options, rel, target))
    .join('')
}

function linkWord(word: string, options: UrlizeOptions, rel: string, target: string): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? ''
  let middle = word.slice(head.length)
  let tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? ''
  middle = middle.slice(0, middle.length - tail.length)
  for (const [open, close] of PAIRS) {
    const opened = countOf(middle, open)
    if (opened <= countOf(middle, close)) continue
    for (let left = Math.min(opened, countOf(tail, close)); left > 0; left--) {
      const end = tail.indexOf(close) + close.length
      middle += tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  return head + link(middle, options, rel, target) + tail
}

function link(middle: string, options: UrlizeOptions, rel: string, target: string): string {
  const { limit } = options
  const shown = limit !== null && middle.length > limit ? `${middle.slice(0, limit)}...` : middle
  if (HTTP.test(middle)) {
    const url = /^https?:\/\//.test(middle) ? middle : `https://${middle}`
    return `<a href="${url}"${rel}${target}>${shown}</a>`
  }
  if (middle.startsWith('mailto:') && EMAIL.test(middle.slice(7))) return `<a href="${middle}">${middle.slice(7)}</a>`
  const mail = middle.includes('@') && !/^(?:www\.|@)/.test(middle) && !middle.includes(':') && EMAIL.test(middle)
  if (mail) return `<a href="mailto:${middle}">${middle}</a>`
  const scheme = options.schemes.find((prefix) => middle !== prefix && middle.startsWith(prefix))
  return scheme === undefined ? middle : `<a href="${middle}"${rel}${target}>${middle}</a>`
}
