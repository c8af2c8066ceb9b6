import type { NodeDraft } from './drafts.ts'

const CALL = /\bdbt\.(ref|source)\(\s*((?:(['"])[^'"]*\3\s*,?\s*)+)\)/g
const TEXT = /(['"])(.*?)\1/g

/** Notes the dbt.ref() and dbt.source() calls of a Python model whose arguments are plain texts. */
export function readPythonModel(node: NodeDraft): void {
  for (const call of node.raw_code.replace(/^\s*#.*$/gm, '').matchAll(CALL)) {
    const args = [...(call[2] ?? '').matchAll(TEXT)].map((match) => match[2] ?? '')
    const [first = '', second] = args
    if (call[1] === 'source' && second !== undefined) node.sources?.push([first, second])
    else if (call[1] === 'ref') {
      node.refs?.push({ name: second ?? first, package: second === undefined ? null : first, version: null })
    }
  }
}
