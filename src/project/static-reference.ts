import { type RefArgs, TdbtError } from '../core/index.ts'
import { compileTemplate } from '../jinja/index.ts'

/** What an expression like `ref('a')`, `ref('pkg', 'a', v=2)` or `source('s', 't')` names. */
export type StaticReference =
  | { readonly kind: 'ref'; readonly ref: RefArgs }
  | { readonly kind: 'source'; readonly source: [string, string] }

/** Reads a reference without rendering it. Throws T1004 on anything else. */
export function readStaticReference(expression: string): StaticReference {
  const bad = () =>
    new TdbtError('T1004', `'${expression}' is no ref() or source() of constants`, {
      found: expression,
      expected: "ref('model'), ref('package', 'model', v=1) or source('source', 'table')",
    })
  const [call] = compileTemplate(`{{ ${expression} }}`, { file: 'expression' })
    .staticCalls()
    .filter((candidate) => candidate.name === 'ref' || candidate.name === 'source')
  if (!call) throw bad()
  const args = call.args.map((arg) => arg.value)
  const [first, second] = args
  if (typeof first !== 'string') throw bad()
  if (call.name === 'source') {
    if (typeof second !== 'string') throw bad()
    return { kind: 'source', source: [first, second] }
  }
  const version = call.kwargs['version']?.value ?? call.kwargs['v']?.value ?? null
  if (version !== null && typeof version !== 'string' && typeof version !== 'number') throw bad()
  if (second === undefined) return { kind: 'ref', ref: { name: first, package: null, version } }
  if (typeof second !== 'string') throw bad()
  return { kind: 'ref', ref: { name: second, package: first, version } }
}
