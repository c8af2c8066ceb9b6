import { NO_KWARGS } from '../runtime/method.ts'
import { float, int, PyFloat, type PyValue } from '../runtime/values.ts'
import { PyDate } from './date.ts'
import { makeDatetime, type PyDatetime } from './datetime.ts'
import { FixedTimezone, UTC_TIMEZONE } from './timezone.ts'

export type YamlTag = 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'merge' | 'value' | 'str'

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d{1,2})(?::?(\d{2}))?))?$/

/** The type that YAML 1.1, as PyYAML reads it, gives an unquoted scalar. */
export function scalarTag(text: string): YamlTag {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return 'null'
  if (text === '<<') return 'merge'
  if (text === '=') return 'value'
  if (BOOL.test(text)) return 'bool'
  if (FLOAT.test(text)) return 'float'
  if (INT.test(text)) return 'int'
  return DATE.test(text) || TIMESTAMP.test(text) ? 'timestamp' : 'str'
}

/** The value of a scalar of that type; undefined when the text is none. */
export function scalarValue(tag: string, text: string): PyValue | undefined {
  switch (tag) {
    case 'null':
      return null
    case 'bool':
      return BOOL.test(text) ? /^(?:yes|true|on)$/i.test(text) : undefined
    case 'int':
      return integerValue(text)
    case 'float':
      return floatValue(text)
    case 'timestamp':
      return timestampValue(text)
    case 'str':
      return text
    default:
      return undefined
  }
}

function integerValue(source: string): PyValue | undefined {
  const text = source.replaceAll('_', '')
  const sign = text.startsWith('-') ? -1n : 1n
  const digits = text.replace(/^[-+]/, '')
  try {
    if (digits === '0') return 0
    if (/^0[bx]/.test(digits)) return int(sign * BigInt(digits))
    if (digits.includes(':')) return int(sign * sexagesimal(digits))
    if (digits.startsWith('0')) return int(sign * BigInt(`0o${digits}`))
    return int(sign * BigInt(digits))
  } catch {
    return undefined
  }
}

function sexagesimal(text: string): bigint {
  return text.split(':').reduce((total, part) => total * 60n + BigInt(part), 0n)
}

function floatValue(source: string): PyValue | undefined {
  const text = source.replaceAll('_', '').toLowerCase()
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '')
  if (digits === '.inf') return new PyFloat(sign * Number.POSITIVE_INFINITY)
  if (digits === '.nan') return new PyFloat(Number.NaN)
  if (digits.includes(':')) {
    return float(sign * digits.split(':').reduce((total, part) => total * 60 + Number(part), 0))
  }
  const value = Number(digits)
  return digits === '' || Number.isNaN(value) ? undefined : float(sign * value)
}

/** 2020-01-02 is a date; with a time a datetime, aware when it names an offset. Raises ValueError for impossible ones. */
function timestampValue(text: string): PyDate | PyDatetime | undefined {
  if (DATE.test(text)) {
    const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
    return PyDate.of(year, month, day)
  }
  const match = TIMESTAMP.exec(text)
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const fraction = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'))
  const offset = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * 60
  const zone = match[8] === undefined ? null : match[9] === undefined ? UTC_TIMEZONE : zoneOf(match[9], offset)
  return makeDatetime([year, month, day, hour, minute, second, fraction, zone], NO_KWARGS)
}

function zoneOf(sign: string, seconds: number): FixedTimezone {
  return seconds === 0 ? UTC_TIMEZONE : new FixedTimezone(sign === '-' ? -seconds : seconds)
}
