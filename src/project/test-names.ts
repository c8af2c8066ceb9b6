import { isRecord } from './native-render.ts'
import { md5 } from './project-files.ts'
import { pythonText } from './python-text.ts'

/** Names of a generic test: the short one for its file and alias, the full one for its id. */
export interface TestNames {
  readonly short: string
  readonly full: string
}

const MAXIMUM_NAME_LENGTH = 63

/** dbt's name of a generic test made of its type, what it is on and its arguments. */
export function generateTestNames(type: string, target: string, args: Readonly<Record<string, unknown>>): TestNames {
  const flat = Object.keys(args)
    .sort(byCodePoint)
    .filter((name) => name !== 'model')
    .flatMap((name) => {
      const value = args[name]
      if (isRecord(value)) return Object.values(value)
      return Array.isArray(value) ? value : [value]
    })
    .map((part) => pythonText(part).replace(/[^0-9a-zA-Z_]+/g, '_'))
  const identifier = `${type}_${target}`
  const full = `${identifier}_${flat.join('__')}`
  if (full.length <= MAXIMUM_NAME_LENGTH) return { short: full, full }
  return { short: `${identifier.slice(0, 30)}_${md5(full)}`, full }
}

/** The ten digits that end a generic test's unique_id: they tell apart tests of one name with different arguments. */
export function testHash(
  name: string,
  metadata: { readonly namespace: string | null; readonly name: string; readonly kwargs: unknown },
): string {
  return md5(name + pythonText(hashable(metadata))).slice(-10)
}

function hashable(value: unknown): unknown {
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.keys(value)
        .sort(byCodePoint)
        .map((key) => [key, hashable(value[key])]),
    )
  }
  return Array.isArray(value) ? value.map(hashable) : pythonText(value)
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
