import { quoteText } from '../jinja/index.ts'
import { isRecord } from './native-render.ts'
import { md5 } from './project-files.ts'
import { pythonText } from './python-text.ts'

/** Names of a generic test: the short one for its file and alias, the full one for its id. */
export interface TestNames {
  readonly short: string
  readonly full: string
}

const MAXIMUM_NAME_LENGTH = 63
const NO_WORD = /[^0-9a-zA-Z_]+/g

/** dbt's name of a generic test made of its type, what it is on and its arguments. */
export function generateTestNames(type: string, target: string, args: Readonly<Record<string, unknown>>): TestNames {
  const parts: string[] = []
  for (const name of Object.keys(args).sort()) {
    if (name === 'model') continue
    const value = args[name]
    const values: readonly unknown[] = isRecord(value) ? Object.values(value) : Array.isArray(value) ? value : [value]
    for (const part of values) parts.push(pythonText(part).replace(NO_WORD, '_'))
  }
  const identifier = `${type}_${target}`
  const full = `${identifier}_${parts.join('__')}`
  if (full.length <= MAXIMUM_NAME_LENGTH) return { short: full, full }
  return { short: `${identifier.slice(0, 30)}_${md5(full)}`, full }
}

/** The ten digits that end a generic test's unique_id: they tell apart tests of one name with different arguments. */
export function testHash(
  name: string,
  metadata: { readonly namespace: string | null; readonly name: string; readonly kwargs: unknown },
): string {
  return md5(name + hashedText(metadata)).slice(-10)
}

// Python's repr of the data with its keys sorted and its leaves as texts.
function hashedText(value: unknown): string {
  if (typeof value === 'string') return quoteText(value)
  if (Array.isArray(value)) return `[${value.map(hashedText).join(', ')}]`
  if (!isRecord(value)) return quoteText(pythonText(value))
  let out = ''
  for (const key of Object.keys(value).sort()) {
    if (out !== '') out += ', '
    out += `${quoteText(key)}: ${hashedText(value[key])}`
  }
  return `{${out}}`
}
