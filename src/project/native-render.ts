import { compileTemplate, type Globals, type PyValue, type Template, toHost } from '../jinja/index.ts'

/** Renders one string of a YAML file as dbt does ("native"): the result may be of any type. `file` is for messages. */
export type RenderString = (text: string, file: string) => unknown

const JINJA = /\{\{|\{%|\{#/

/** True when rendering the text could change more than its last newline. */
export function hasJinja(text: string): boolean {
  return JINJA.test(text)
}

/** A renderer over one set of names; compiled templates are kept for its life, since projects repeat their expressions. */
export function nativeRenderer(globals: Globals): RenderString {
  const templates = new Map<string, Template>()
  return (text, file) => {
    if (!hasJinja(text)) return withoutLastNewline(text)
    let template = templates.get(text)
    if (!template) {
      template = compileTemplate(text, { file })
      templates.set(text, template)
    }
    return hostValue(template.renderNative(globals))
  }
}

/** Python value → plain data; what has no plain form becomes its text. */
export function hostValue(value: PyValue): unknown {
  return toHost(value)
}

// Jinja drops one newline at the end of every template and reads CRLF as LF (keep_trailing_newline is off in dbt).
function withoutLastNewline(text: string): string {
  const unix = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  return unix.endsWith('\n') ? unix.slice(0, -1) : unix
}

/** Where a value stands in a YAML tree: keys and indexes from the top. */
export type KeyPath = readonly (string | number)[]

/** A copy of the tree in which each scalar went through `visit`; keys stay as they are. The path is only good during the visit. */
export function mapTree(value: unknown, visit: (scalar: unknown, path: KeyPath) => unknown): unknown {
  const path: (string | number)[] = []
  const walk = (item: unknown): unknown => {
    if (Array.isArray(item)) {
      return item.map((child, index) => {
        path.push(index)
        const result = walk(child)
        path.pop()
        return result
      })
    }
    if (!isRecord(item)) return visit(item, path)
    const out: Record<string, unknown> = {}
    for (const [key, child] of Object.entries(item)) {
      path.push(key)
      out[key] = walk(child)
      path.pop()
    }
    return out
  }
  return walk(value)
}

/** A plain object: not null, not an array, not an instance of a class such as PyFloat. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
