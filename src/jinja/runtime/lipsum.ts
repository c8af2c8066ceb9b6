import { bindPositional, parameter } from './arguments.ts'
import { truthy } from './iterate.ts'
import { Markup } from './markup.ts'
import { requireIndex } from './numbers.ts'
import type { Kwargs, PyValue } from './values.ts'

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua'.split(
    ' ',
  )

/** Jinja's lipsum(): paragraphs of filler. Jinja's are random; these are the same at every call. */
export function lipsum(args: readonly PyValue[], kwargs: Kwargs): PyValue {
  const [n = 5, html = true, min = 20, max = 100] = bindPositional(
    'generate_lorem_ipsum',
    [parameter('n', 5), parameter('html', true), parameter('min', 20), parameter('max', 100)],
    args,
    kwargs,
  )
  const length = Math.max(1, Math.floor((requireIndex(min) + requireIndex(max)) / 2))
  const sentence = Array.from({ length }, (_, index) => WORDS[index % WORDS.length]).join(' ')
  const paragraph = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
  const paragraphs = Array.from({ length: requireIndex(n) }, () => paragraph)
  if (!truthy(html)) return paragraphs.join('\n\n')
  return new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n'))
}
