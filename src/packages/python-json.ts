/**
 * The text of Python's `json.dumps(value, sort_keys=True)`: the lock file's hash is made of it. A `number` is a Python float, a
 * `bigint` an int.
 */
export function pythonJson(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value)
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort()
    const fields = value as Readonly<Record<string, unknown>>
    return `{${keys.map((key) => `${text(key)}: ${pythonJson(fields[key])}`).join(', ')}}`
  }
  return text(String(value))
}

function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
