import { float, int, PyFloat } from '../jinja/index.ts'

/** What a plain YAML scalar becomes. A PyFloat keeps `1.0` apart from `1`, as Python does. */
export type YamlScalar = null | boolean | number | bigint | string | PyFloat

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL'])
const BOOLEANS = new Map<string, boolean>(
  [
    ['yes', true],
    ['true', true],
    ['on', true],
    ['no', false],
    ['false', false],
    ['off', false],
  ].flatMap(([word, value]) => {
    const lower = String(word)
    const title = lower.charAt(0).toUpperCase() + lower.slice(1)
    return [lower, title, lower.toUpperCase()].map((form): [string, boolean] => [form, value === true])
  }),
)

// The patterns of YAML 1.1 as PyYAML's SafeLoader resolves them: `1e3` and `y` are strings there, `010` is eight, `1:30` is ninety.
const INTEGER = /^[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|(?:0|[1-9][0-9_]*)|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::?\d\d)?))?$/

/**
 * The value of a plain (unquoted) scalar. Dates and timestamps become the ISO text that dbt shows for them (`2020-01-31`,
 * `2020-01-31T10:00:00`), since dbt renders every date of a YAML file with isoformat().
 */
export function resolvePlainScalar(text: string): YamlScalar {
  const first = text.charCodeAt(0)
  // Most scalars are words: only what begins like a number, a sign, a dot, a null or a boolean needs a look.
  if (NULLS.has(text)) return null
  const boolean = BOOLEANS.get(text)
  if (boolean !== undefined) return boolean
  const numeric = (first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46
  if (!numeric) return text
  if (INTEGER.test(text)) return integerOf(text)
  if (FLOAT.test(text)) return floatOf(text)
  if (DATE.test(text)) return text
  return timestampOf(text) ?? text
}

function integerOf(text: string): number | bigint {
  const clean = text.replaceAll('_', '')
  const negative = clean.startsWith('-')
  const digits = clean.replace(/^[-+]/, '')
  let value: bigint
  if (digits.includes(':')) value = BigInt(sexagesimal(digits))
  else if (/^0[bx]/.test(digits)) value = BigInt(digits)
  else if (digits.length > 1 && digits.startsWith('0')) value = BigInt(`0o${digits.slice(1)}`)
  else value = BigInt(digits)
  return int(negative ? -value : value)
}

function floatOf(text: string): number | PyFloat {
  const clean = text.replaceAll('_', '').toLowerCase()
  const sign = clean.startsWith('-') ? -1 : 1
  const digits = clean.replace(/^[-+]/, '')
  if (digits === '.inf') return new PyFloat(sign * Number.POSITIVE_INFINITY)
  if (digits === '.nan') return new PyFloat(Number.NaN)
  return float(sign * (digits.includes(':') ? sexagesimal(digits) : Number(digits)))
}

function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}

function timestampOf(text: string): string | undefined {
  const match = TIMESTAMP.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const two = (part: string | undefined) => (part ?? '').padStart(2, '0')
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0')
  const base = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}`
  const dotted = Number(micros) === 0 ? base : `${base}.${micros}`
  if (zone === undefined) return dotted
  if (zone === 'Z') return `${dotted}+00:00`
  const [, sign, hours, minutes] = /^([-+])(\d\d?):?(\d\d)?$/.exec(zone) ?? []
  return `${dotted}${sign}${two(hours)}:${minutes ?? '00'}`
}
