import { pyStr, quoteText } from './str.ts'
import { PyObject, type PyValue } from './values.ts'

/** A string marked as safe HTML (`|safe`, `|escape`, `|tojson`): a str whose operations escape what is joined to it. */
export class Markup extends PyObject {
  readonly $type = 'Markup'
  override readonly $module = 'markupsafe'
  readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }

  override $text(): string {
    return this.text
  }

  override $str(): string {
    return this.text
  }

  override $repr(): string {
    return `Markup(${quoteText(this.text)})`
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}

/** The value's text, escaped for HTML unless it is Markup already. */
export function escapeText(value: PyValue): string {
  if (value instanceof Markup) return value.text
  return pyStr(value).replace(/[&<>'"]/g, (character) => ENTITIES[character] ?? character)
}
