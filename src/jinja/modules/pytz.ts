import { raise } from '../runtime/errors.ts'
import type { PyObject, PyValue } from '../runtime/values.ts'
import { method, PyNamespace, text } from './arguments.ts'
import { PyDatetime } from './datetime.ts'
import { offsetText } from './strftime.ts'
import { PyTzInfo } from './timezone.ts'

/** Facts of a named zone, asked of the platform's own time zone data. */
class ZoneData {
  private readonly parts: Intl.DateTimeFormat
  private readonly names: readonly Intl.DateTimeFormat[]

  constructor(readonly name: string) {
    this.parts = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    this.names = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'].map(
      (locale) => new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }),
    )
  }

  offsetAtUtc(microseconds: number): number {
    const ms = Math.floor(microseconds / 1000)
    const part: Record<string, string> = {}
    for (const { type, value } of this.parts.formatToParts(ms)) part[type] = value
    const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
    const local = new Date(0)
    local.setUTCFullYear(year, Number(part['month']) - 1, Number(part['day']))
    local.setUTCHours(Number(part['hour']), Number(part['minute']), Number(part['second']))
    return Math.round((local.getTime() - Math.floor(ms / 1000) * 1000) / 1000)
  }

  /** The abbreviation at a moment (`EST`, `CET`), `+03` where the zone has none, as the tz database writes it. */
  nameAtUtc(microseconds: number): string {
    const ms = Math.floor(microseconds / 1000)
    for (const format of this.names) {
      const found = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value
      if (found && /^[A-Z]{2,5}$/.test(found)) return found
    }
    return offsetText(this.offsetAtUtc(microseconds), '').replace(/00$/, '')
  }

  /** Standard offset: the smaller one of that year's January and July. */
  standardOffset(microseconds: number): number {
    const year = new Date(Math.floor(microseconds / 1000)).getUTCFullYear()
    return Math.min(...[0, 6].map((month) => this.offsetAtUtc(Date.UTC(year, month, 1) * 1000)))
  }
}

/**
 * A pytz zone. As in pytz there is the zone itself, whose offset is the local mean time of its city, and the zone as localized to a
 * moment, whose offset is fixed.
 */
class PytzZone extends PyTzInfo {
  readonly $type = 'pytz.tzinfo.DstTzInfo'

  constructor(
    private readonly data: ZoneData,
    private readonly fixed: { readonly offset: number; readonly label: string; readonly dst: number } | null = null,
  ) {
    super()
  }

  override offsetSeconds(): number {
    if (this.fixed) return this.fixed.offset
    if (this.isUtc) return 0
    return Math.round(this.data.offsetAtUtc(Date.UTC(1800, 0, 1) * 1000) / 60) * 60
  }

  override zoneName(): string {
    if (this.isUtc) return 'UTC'
    return this.fixed?.label ?? 'LMT'
  }

  override dstSeconds(): number {
    return this.fixed?.dst ?? 0
  }

  override atUtc(utcMicroseconds: number): { readonly zone: PyTzInfo; readonly offsetSeconds: number } {
    const offset = this.data.offsetAtUtc(utcMicroseconds)
    if (this.isUtc) return { zone: this, offsetSeconds: 0 }
    const dst = offset - this.data.standardOffset(utcMicroseconds)
    const zone = new PytzZone(this.data, { offset, label: this.data.nameAtUtc(utcMicroseconds), dst })
    return { zone, offsetSeconds: offset }
  }

  private get isUtc(): boolean {
    return this.data.name === 'UTC'
  }

  /** Gives a naive wall clock this zone; of two readings at the end of summer time the later (standard) one, as pytz does. */
  private localize(value: PyValue | undefined): PyDatetime {
    if (!(value instanceof PyDatetime)) raise('AttributeError', 'localize() takes a datetime')
    if (value.zone !== null) raise('ValueError', 'Not naive datetime (tzinfo is already set)')
    const around = [value.local - 86_400_000_000, value.local + 86_400_000_000].map((at) => this.data.offsetAtUtc(at))
    const candidates = [...new Set(around)].map((offset) => value.local - offset * 1_000_000)
    const fitting = candidates.filter((utc) => utc + this.data.offsetAtUtc(utc) * 1_000_000 === value.local)
    const utc = Math.max(...(fitting.length > 0 ? fitting : candidates))
    return new PyDatetime(value.days, value.clock, this.atUtc(utc).zone)
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'zone':
        return this.data.name
      case 'localize':
        return method(name, (args) => this.localize(args[0]))
      case 'normalize':
        return method(name, (args) => {
          const value = args[0]
          if (!(value instanceof PyDatetime)) raise('AttributeError', 'normalize() takes a datetime')
          if (value.zone === null) raise('ValueError', 'Naive time - no tzinfo set')
          return PyDatetime.ofUtc(value.utc, this)
        })
      case 'fromutc':
        return method(name, (args) => {
          const value = args[0]
          return value instanceof PyDatetime
            ? PyDatetime.ofUtc(value.local, this)
            : raise('TypeError', 'fromutc: argument must be a datetime')
        })
      default:
        return undefined
    }
  }

  override $eq(other: PyValue): boolean {
    return (
      other instanceof PytzZone && other.data.name === this.data.name && other.offsetSeconds() === this.offsetSeconds()
    )
  }

  override $hash(): string {
    return `zone:${this.data.name}:${this.offsetSeconds()}`
  }

  override $str(): string {
    return this.data.name
  }

  override $repr(): string {
    if (this.isUtc) return '<UTC>'
    const offset = this.offsetSeconds()
    const size = `${offset < 0 ? '-1 day, ' : '+'}${clock(offset < 0 ? offset + 86_400 : offset)}`
    return `<DstTzInfo '${this.data.name}' ${this.zoneName()}${size} ${this.dstSeconds() ? 'DST' : 'STD'}>`
  }
}

function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
}

/** The zone of that name. Raises pytz's UnknownTimeZoneError for a name that the platform does not know. */
function pytzZone(name: string): PytzZone {
  const known = /^utc$/i.test(name) ? 'UTC' : name
  try {
    return new PytzZone(new ZoneData(known))
  } catch {
    return raise('UnknownTimeZoneError', `'${name}'`)
  }
}

/** What dbt shows of pytz as `modules.pytz`. Its values cost milliseconds of the platform's data: they are made when a template looks at them. */
export function pytzModule(): PyObject {
  const utc = once(() => pytzZone('UTC'))
  const all = once(zoneNames)
  const common = once(zoneNames)
  return new PyNamespace('pytz', {
    timezone: method('timezone', (args) => pytzZone(text(args[0], 'timezone() argument'))),
    get utc() {
      return utc()
    },
    get UTC() {
      return utc()
    },
    get all_timezones() {
      return all()
    },
    get common_timezones() {
      return common()
    },
  })
}

function zoneNames(): string[] {
  return [...Intl.supportedValuesOf('timeZone'), 'UTC'].sort()
}

function once<T extends PyValue>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
