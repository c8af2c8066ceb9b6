import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { Cell, CellKind } from '../interface.ts'

/** Minutes east of UTC at a moment: what a timestamp with time zone is shown in. */
export type ZoneOffset = (epochMs: number) => number

/** A value of the driver as a cell of its kind. */
export function cellOf(value: DuckDBValue, kind: CellKind, zone: ZoneOffset): Cell {
  if (value === null) return null
  switch (kind) {
    case 'integer':
      return integer(value)
    case 'float':
      return Number(value)
    case 'boolean':
      return value === true
    case 'bytes':
      return value instanceof DuckDBBlobValue ? Uint8Array.from(value.bytes) : String(value)
    case 'array':
      return items(value).map((item) => member(item, zone))
    case 'json':
      return jsonText(value, zone)
    case 'timestamptz':
      return value instanceof DuckDBTimestampTZValue ? zonedText(value, zone) : String(value)
    case 'interval':
      return value instanceof DuckDBIntervalValue ? intervalText(value) : String(value)
    case 'decimal':
    case 'text':
    case 'date':
    case 'timestamp':
    case 'time':
    case 'other':
      return value instanceof DuckDBUnionValue ? textOf(value.value, zone) : textOf(value, zone)
  }
}

/** An integer of any size: a number while that is exact, else a bigint. */
function integer(value: DuckDBValue): Cell {
  if (typeof value !== 'bigint') return Number(value)
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value
}

function textOf(value: DuckDBValue, zone: ZoneOffset): string {
  return value instanceof DuckDBTimestampTZValue ? zonedText(value, zone) : String(value)
}

function items(value: DuckDBValue): readonly DuckDBValue[] {
  return value instanceof DuckDBListValue || value instanceof DuckDBArrayValue ? value.items : []
}

/** A member of a list: numbers and booleans stay what they are, containers become lists or JSON, the rest text. */
function member(value: DuckDBValue, zone: ZoneOffset): Cell {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (typeof value === 'bigint') return integer(value)
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map((item) => member(item, zone))
  if (value instanceof DuckDBStructValue || value instanceof DuckDBMapValue) return jsonText(value, zone)
  return textOf(value, zone)
}

/** Lists, structs and maps as JSON: a map is an object of its keys' texts, what JSON has no word for is text. */
function jsonText(value: DuckDBValue, zone: ZoneOffset): string {
  const inside = (each: DuckDBValue): string => jsonText(each, zone)
  const pair = (name: string, each: DuckDBValue): string => `${JSON.stringify(name)}: ${inside(each)}`
  if (value instanceof DuckDBStructValue) {
    return `{${Object.entries(value.entries)
      .map(([name, each]) => pair(name, each))
      .join(', ')}}`
  }
  if (value instanceof DuckDBMapValue) {
    return `{${value.entries.map((entry) => pair(textOf(entry.key, zone), entry.value)).join(', ')}}`
  }
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return `[${value.items.map(inside).join(', ')}]`
  if (value instanceof DuckDBUnionValue) return inside(value.value)
  if (value === null || typeof value === 'boolean' || value instanceof DuckDBDecimalValue) return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') {
    return typeof value === 'bigint' || Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
  }
  return JSON.stringify(textOf(value, zone))
}

/** The moment in the session's zone with its offset: `2024-01-01 02:00:00.5+02`. */
function zonedText(value: DuckDBTimestampTZValue, zone: ZoneOffset): string {
  if (!value.isFinite) return value.toString()
  const minutes = zone(Number(value.micros / 1000n))
  const wall = new DuckDBTimestampValue(value.micros + BigInt(minutes) * 60_000_000n).toString()
  const size = Math.abs(minutes)
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`
  return `${wall}${minutes < 0 ? '-' : '+'}${hours}${rest}`
}

/** As Postgres writes it by default, which is what templates' cells are read from: `1 year 2 mons 3 days 04:05:06`. */
function intervalText(value: DuckDBIntervalValue): string {
  const years = Math.trunc(value.months / 12)
  const months = value.months % 12
  const parts: string[] = []
  const unit = (count: number, name: string): void => {
    if (count !== 0) parts.push(`${count} ${name}${Math.abs(count) === 1 ? '' : 's'}`)
  }
  unit(years, 'year')
  unit(months, 'mon')
  unit(value.days, 'day')
  if (value.micros !== 0n || parts.length === 0) {
    const size = value.micros < 0n ? -value.micros : value.micros
    const seconds = size / 1_000_000n
    const two = (part: bigint): string => String(part).padStart(2, '0')
    const fraction = String(size % 1_000_000n)
      .padStart(6, '0')
      .replace(/0+$/, '')
    parts.push(
      `${value.micros < 0n ? '-' : ''}${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${
        fraction === '' ? '' : `.${fraction}`
      }`,
    )
  }
  return parts.join(' ')
}

/** Offsets of a named zone, from the platform's tables; UTC where it does not know the name. */
export function zoneOffset(name: string): ZoneOffset {
  if (/^(?:etc\/)?(?:utc|gmt|uct|zulu)$/i.test(name)) return () => 0
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return () => 0
  }
  let last: readonly [hour: number, minutes: number] = [Number.NaN, 0]
  return (epochMs) => {
    // Zones change at quarters of an hour at the finest.
    const quarter = Math.floor(epochMs / 900_000)
    if (last[0] === quarter) return last[1]
    const text = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? ''
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(text)
    const size = match === null ? 0 : Number(match[2]) * 60 + Number(match[3])
    const minutes = match?.[1] === '-' ? -size : size
    last = [quarter, minutes]
    return minutes
  }
}
