import { pyStr, raise } from '../runtime/runtime.ts'
import { PyFloat, PyObject, type PyValue } from '../runtime/values.ts'
import { evaluateLiteral } from './python-literal.ts'

export type MarkerName = 'as_text' | 'as_native' | 'as_bool' | 'as_number'

/** A string that says how native rendering is to read it. */
export class NativeMarker extends PyObject {
  readonly $type = 'str'
  readonly kind: MarkerName
  readonly text: string

  constructor(kind: MarkerName, text: string) {
    super()
    this.kind = kind
    this.text = text
  }

  override $str(): string {
    return this.text
  }

  override $truth(): boolean {
    return this.text !== ''
  }
}

/** What a template that yielded these values renders to natively: one value keeps its type, several become text. */
export function nativeResult(values: readonly PyValue[]): PyValue {
  const [first] = values
  if (first === undefined) return ''
  if (values.length > 1) return values.map(pyStr).join('')
  if (!(first instanceof NativeMarker)) return first
  const { kind, text } = first
  if (kind === 'as_text') return text
  const literal = evaluateLiteral(text)
  const value = literal === undefined ? text : literal
  if (kind === 'as_bool' && typeof value !== 'boolean') failToConvert(text, 'bool')
  if (kind === 'as_number' && !isNumber(value)) failToConvert(text, 'number')
  return value
}

function isNumber(value: PyValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof PyFloat
}

function failToConvert(text: string, type: string): never {
  raise('JinjaRenderingError', `Could not convert value '${text}' into type '${type}'`)
}
