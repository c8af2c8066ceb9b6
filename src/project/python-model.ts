import { compileTemplate } from '../jinja/index.ts'
import type { NodeDraft } from './drafts.ts'

const CALL = /\bdbt\.(ref|source)\(\s*((?:(['"])[^'"]*\3\s*,?\s*)+)\)/g
const TEXT = /(['"])(.*?)\1/g

/**
 * Notes the dbt.ref() and dbt.source() calls of a Python model whose arguments are plain texts, and gives the config that its
 * dbt.config() calls write as constants.
 */
export function readPythonModel(node: NodeDraft): Readonly<Record<string, unknown>> {
  const code = node.raw_code.replace(/^\s*#.*$/gm, '')
  for (const call of code.matchAll(CALL)) {
    const args = [...(call[2] ?? '').matchAll(TEXT)].map((match) => match[2] ?? '')
    const [first = '', second] = args
    if (call[1] === 'source' && second !== undefined) node.sources?.push([first, second])
    else if (call[1] === 'ref') {
      node.refs?.push({ name: second ?? first, package: second === undefined ? null : first, version: null })
    }
  }
  const config: Record<string, unknown> = {}
  for (const call of code.matchAll(/\bdbt\.config\(/g)) {
    const text = argumentsFrom(code, call.index + call[0].length)
    // Python's constants are Jinja's too.
    const [read] =
      text === undefined
        ? []
        : compileTemplate(`{{ config(${text}) }}`, { file: node.original_file_path }).staticCalls()
    for (const [name, { value }] of Object.entries(read?.kwargs ?? {})) if (value !== undefined) config[name] = value
  }
  return config
}

/** What stands up to the bracket that closes the call; undefined when nothing closes it. */
function argumentsFrom(code: string, start: number): string | undefined {
  let depth = 1
  let quote = ''
  for (let at = start; at < code.length; at++) {
    const char = code[at] ?? ''
    if (quote !== '') {
      if (char === '\\') at++
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char) && --depth === 0) return code.slice(start, at)
  }
  return undefined
}
