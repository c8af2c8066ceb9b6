import { TdbtError } from '../core/index.ts'
import { type PyValue, typeName } from '../jinja/index.ts'
import type { NodeVersion } from './drafts.ts'
import { hostValue } from './native-render.ts'

/** What a call of ref() names. Throws T2004. */
export function refArguments(
  args: readonly PyValue[],
  kwargs: ReadonlyMap<string, PyValue>,
): { name: string; package: string | null; version: NodeVersion | null } {
  if (args.length < 1 || args.length > 2) {
    throw new TdbtError('T2004', `ref() takes at most two arguments (${args.length} given)`, {
      expected: "ref('model') or ref('package', 'model')",
    })
  }
  const [first, second] = args
  const name = second ?? first ?? null
  const packageName = second === undefined ? null : (first ?? null)
  if (typeof name !== 'string')
    throw new TdbtError('T2004', `The name argument to ref() must be a string, got ${typeName(name)}`)
  if (packageName !== null && typeof packageName !== 'string') {
    throw new TdbtError('T2004', `The package argument to ref() must be a string or None, got ${typeName(packageName)}`)
  }
  const version = hostValue(kwargs.get('version') ?? kwargs.get('v') ?? null)
  if (version !== null && typeof version !== 'string' && typeof version !== 'number') {
    throw new TdbtError('T2004', 'The version argument to ref() must be a string or a number')
  }
  // Zero and the empty text count as no version, as in dbt.
  return { name, package: packageName, version: version || null }
}

/** What a call of source() names. Throws T2004. */
export function sourceArguments(args: readonly PyValue[]): [string, string] {
  const [source, table] = args
  if (args.length !== 2) {
    throw new TdbtError('T2004', `source() takes exactly two arguments (${args.length} given)`, {
      expected: "source('source', 'table')",
    })
  }
  if (typeof source !== 'string' || typeof table !== 'string') {
    throw new TdbtError('T2004', 'The arguments to source() must be strings', {
      found: `${typeName(source ?? null)}, ${typeName(table ?? null)}`,
    })
  }
  return [source, table]
}
