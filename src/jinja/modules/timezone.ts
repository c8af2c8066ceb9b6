import { raise } from '../runtime/errors.ts'
import { typeName } from '../runtime/type-name.ts'
import { type Kwargs, PyObject, type PyValue } from '../runtime/values.ts'
import { named, required } from './arguments.ts'
import { offsetText } from './strftime.ts'
import { PyTimedelta } from './timedelta.ts'

/** A tzinfo: how far a moment is from UTC. `local` is the wall clock as microseconds since 1970, as if it were UTC. */
export abstract class PyTzInfo extends PyObject {
  abstract offsetSeconds(localMicroseconds: number): number
  abstract zoneName(localMicroseconds: number): string
  abstract dstSeconds(localMicroseconds: number): number | null
  /** The tzinfo to attach and its offset, for a moment in UTC. */
  abstract atUtc(utcMicroseconds: number): { readonly zone: PyTzInfo; readonly offsetSeconds: number }
}

/** datetime.timezone: a fixed offset. */
export class FixedTimezone extends PyTzInfo {
  readonly $type = 'datetime.timezone'

  constructor(
    readonly seconds: number,
    private readonly label: string | null = null,
  ) {
    super()
  }

  override offsetSeconds(): number {
    return this.seconds
  }

  override zoneName(): string {
    if (this.label !== null) return this.label
    return this.seconds === 0 ? 'UTC' : `UTC${offsetText(this.seconds, ':')}`
  }

  override dstSeconds(): null {
    return null
  }

  override atUtc(): { readonly zone: PyTzInfo; readonly offsetSeconds: number } {
    return { zone: this, offsetSeconds: this.seconds }
  }

  override $eq(other: PyValue): boolean {
    return other instanceof FixedTimezone && other.seconds === this.seconds
  }

  override $hash(): string {
    return `timezone:${this.seconds}`
  }

  override $str(): string {
    return this.zoneName()
  }

  override $repr(): string {
    if (this.seconds === 0 && this.label === null) return 'datetime.timezone.utc'
    const delta = PyTimedelta.of(this.seconds * 1_000_000).$repr()
    return `datetime.timezone(${delta}${this.label === null ? '' : `, '${this.label}'`})`
  }
}

export const UTC_TIMEZONE: FixedTimezone = new FixedTimezone(0)

/** timezone(offset, name=None). */
export function makeTimezone(args: readonly PyValue[], kwargs: Kwargs): FixedTimezone {
  const given = named('timezone', ['offset', 'name'], args, kwargs)
  const offset = required('timezone', 'offset', given['offset'])
  if (!(offset instanceof PyTimedelta)) {
    raise('TypeError', `timezone() argument 1 must be datetime.timedelta, not ${typeName(offset)}`)
  }
  const seconds = offset.totalMicroseconds / 1_000_000
  if (Math.abs(seconds) >= 86_400) {
    raise('ValueError', 'offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).')
  }
  const name = given['name']
  return new FixedTimezone(seconds, typeof name === 'string' ? name : null)
}
