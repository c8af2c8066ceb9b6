import { PyObject, type PyValue } from '../runtime/values.ts'
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
