import { raise, raiseCall } from './errors.ts'
import { PyIterator } from './iterate.ts'
import { doubleOf, intOf, requireIndex } from './numbers.ts'
import { PySlice, sliceBounds } from './slice.ts'
import { pyRepr } from './str.ts'
import { type Kwargs, PyFunction, PyObject, type PyValue } from './values.ts'

/** The sandbox's limit on range(). */
const MAX_RANGE = 100_000

/** Python's range object. */
export class PyRange extends PyObject {
  readonly $type = 'range'
  readonly start: number
  readonly stop: number
  readonly step: number

  constructor(start: number, stop: number, step: number) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
  }

  override $len(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step))
  }

  override *$iter(): Generator<PyValue, undefined, undefined> {
    const length = this.$len()
    for (let index = 0; index < length; index++) yield this.start + index * this.step
    return undefined
  }

  override $item(key: PyValue): PyValue | undefined {
    const length = this.$len()
    if (key instanceof PySlice) {
      const bounds = sliceBounds(key.start, key.stop, key.step, length)
      return new PyRange(
        this.start + bounds.start * this.step,
        this.start + bounds.stop * this.step,
        this.step * bounds.step,
      )
    }
    const given = intOf(key)
    if (given === undefined) return undefined
    const index = Number(given) < 0 ? Number(given) + length : Number(given)
    return index >= 0 && index < length ? this.start + index * this.step : undefined
  }

  override $contains(item: PyValue): boolean {
    return this.indexOf(item) >= 0
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'start':
        return this.start
      case 'stop':
        return this.stop
      case 'step':
        return this.step
      case 'count':
        return new PyFunction('count', ([item = null]) => (this.indexOf(item) < 0 ? 0 : 1))
      case 'index':
        return new PyFunction('index', ([item = null]) => {
          const index = this.indexOf(item)
          return index < 0 ? raise('ValueError', `${pyRepr(item)} is not in range`) : index
        })
      default:
        return undefined
    }
  }

  override $eq(other: PyValue): boolean {
    if (!(other instanceof PyRange) || other.$len() !== this.$len()) return false
    const length = this.$len()
    return length === 0 || (this.start === other.start && (length === 1 || this.step === other.step))
  }

  override $hash(): string {
    return `${this.$len()}:${this.start}:${this.step}`
  }

  override $repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1 ? '' : `, ${this.step}`})`
  }

  /** reversed(range). */
  override $reversed(): PyIterator {
    return new PyIterator([...{ [Symbol.iterator]: () => this.$iter() }].reverse(), 'range_iterator')
  }

  private indexOf(item: PyValue): number {
    const value = doubleOf(item)
    if (value === undefined) return -1
    const index = (value - this.start) / this.step
    return Number.isInteger(index) && index >= 0 && index < this.$len() ? index : -1
  }
}

/** The sandbox's range(): at most 100,000 items, else OverflowError. */
export function makeRange(args: readonly PyValue[], kwargs: Kwargs): PyValue {
  if (kwargs.size > 0) raiseCall('range() takes no keyword arguments')
  if (args.length === 0) raiseCall('range expected at least 1 argument, got 0')
  if (args.length > 3) raiseCall(`range expected at most 3 arguments, got ${args.length}`)
  const [first = 0, second = 0, third = 1] = args.map(requireIndex)
  if (third === 0) raise('ValueError', 'range() arg 3 must not be zero')
  const range = args.length === 1 ? new PyRange(0, first, 1) : new PyRange(first, second, third)
  if (range.$len() > MAX_RANGE) {
    raise('OverflowError', `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`)
  }
  return range
}
