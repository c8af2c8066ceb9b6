/**
 * How Python values stand in JavaScript while a template runs.
 *
 *   None → null            bool → boolean          str → string
 *   int → number (integral, |n| ≤ 2^53-1) or bigint beyond; `int()` below keeps that normal form
 *   float → number when it is not integral, PyFloat when it is (2.0, 1e16, inf, nan), so that 2.0 prints `2.0`
 *   list → JavaScript array (mutable, shared by reference)      tuple → PyTuple      dict → PyDict      set → PySet
 *   undefined → an Undefined of undefined.ts; JavaScript's own `undefined` never stands for a value
 *   everything else (macros, relations, datetimes, namespace, loop, cycler, Markup, host functions) → PyObject
 *
 * Plain JavaScript objects and Maps never enter a template: hosts pass them through `toPython` (convert.ts) first.
 */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PyFloat
  | PyValue[]
  | PyTuple
  | PyDict
  | PySet
  | PyObject

/** An integral or non-finite float. Make floats with `float()` only. */
export class PyFloat {
  constructor(readonly value: number) {}

  /** Plain data may hold floats until it is written as JSON. */
  toJSON(): number {
    return this.value
  }
}

/** A float in normal form: boxed when a bare number would read as an int. */
export function float(value: number): number | PyFloat {
  return Number.isInteger(value) || !Number.isFinite(value) ? new PyFloat(value) : value
}

/** An int in normal form: a number where it is safe, a bigint beyond. */
export function int(value: bigint | number): number | bigint {
  if (typeof value === 'number') return value
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

export class PyTuple {
  constructor(readonly items: readonly PyValue[]) {}
}

/**
 * A dict: insertion-ordered, keys compared as Python does (1, 1.0 and True are one key). Values may be replaced by the template.
 * Keyed by `hashKey` of hash.ts; string keys, by far the most, cost one Map look-up.
 */
export class PyDict {
  readonly entries = new Map<unknown, [key: PyValue, value: PyValue]>()

  static ofStrings(record: Readonly<Record<string, PyValue>> | Iterable<readonly [string, PyValue]>): PyDict {
    const dict = new PyDict()
    const pairs = Symbol.iterator in record ? (record as Iterable<readonly [string, PyValue]>) : Object.entries(record)
    for (const [key, value] of pairs) dict.entries.set(key, [key, value])
    return dict
  }

  /** The value under a string key, undefined when absent. */
  getString(key: string): PyValue | undefined {
    return this.entries.get(key)?.[1]
  }

  setString(key: string, value: PyValue): void {
    this.entries.set(key, [key, value])
  }

  get size(): number {
    return this.entries.size
  }
}

export class PySet {
  readonly entries = new Map<unknown, PyValue>()
}

export type Kwargs = ReadonlyMap<string, PyValue>

/** What a call may give back in resumable code: a value, or a Pending that must be run first. */
export type CallResult = PyValue | Pending

/**
 * An object with behaviour of its own. Each method is a Python protocol; a missing one means that the type lacks it (then
 * the runtime raises Python's TypeError). No JavaScript property is ever visible to a template, only what $attr answers.
 */
export abstract class PyObject {
  /** Python's type name, as error messages show it. */
  abstract readonly $type: string
  /** Python's module of that type, which Jinja shows in "… has no attribute 'x'"; absent for built-in types. */
  readonly $module?: string
  /** The attribute, or undefined when there is none (the runtime then tries $item, then gives an Undefined). */
  $attr?(name: string): PyValue | undefined
  $setattr?(name: string, value: PyValue): void
  /** `x[key]`; undefined when there is none. */
  $item?(key: PyValue): PyValue | undefined
  $setitem?(key: PyValue, value: PyValue): void
  $call?(args: readonly PyValue[], kwargs: Kwargs): CallResult
  $iter?(): Iterator<PyValue>
  $len?(): number
  /** Python's str() and repr(); repr falls back to `<type object>`, str to repr. */
  $str?(): string
  $repr?(): string
  /** True where str() has no effect and cannot fail: a render of which the text is not wanted leaves it out. */
  get $quiet(): boolean {
    return false
  }
  /** Truth; true when absent and $len is absent too. */
  $truth?(): boolean
  $eq?(other: PyValue): boolean
  /** Ordering: negative, zero, positive; undefined when not comparable. */
  $compare?(other: PyValue): number | undefined
  /** A primitive that is equal for equal objects; absent means unhashable unless $eq is absent too (then identity). */
  $hash?(): string | number
  $contains?(item: PyValue): boolean
  /** Own text of an object that is a str (Markup): it then compares, hashes, prints and tests as that str. */
  $text?(): string
  /** `-x` and `+x`. */
  $unary?(operator: '-' | '+'): PyValue
  /** True for mappings other than dict: `is mapping`, `**x`, json. */
  readonly $mapping?: boolean
  /** format(x, spec); absent means str() with a width and fill only. */
  $format?(spec: string): string
  /** int(x) and float(x), where the type has them. */
  $number?(): number | bigint | PyFloat
  /** round(x, digits). */
  $round?(digits: number | null): PyValue
  /** reversed(x), where the type has it. */
  $reversed?(): PyValue
  /** Binary operators, `this` on the left (`reflected` false) or the right; undefined means NotImplemented. */
  $binary?(operator: string, other: PyValue, reflected: boolean): PyValue | undefined
}

export type HostCallable = (args: readonly PyValue[], kwargs: Kwargs) => CallResult

/** A host function as a template sees it. */
export class PyFunction extends PyObject {
  readonly $type: string = 'function'

  constructor(
    readonly name: string,
    readonly run: HostCallable,
  ) {
    super()
  }

  override $call(args: readonly PyValue[], kwargs: Kwargs): CallResult {
    return this.run(args, kwargs)
  }

  override $repr(): string {
    return `<function ${this.name}>`
  }
}

/**
 * Work that has to wait (a query). Host callables return one where the value is not at hand; resumable code writes
 * `(t = call(...)) instanceof Pending ? yield* t.run() : t`, plain code raises T2003. The generator yields promises to whoever drives it
 * and is resumed with what they resolve to (or throws what they reject with).
 */
export class Pending {
  constructor(readonly run: () => Resumable<PyValue>) {}

  /** A Pending for one promise-returning step. */
  static of(start: () => Promise<PyValue>): Pending {
    return new Pending(function* () {
      return (yield start()) as PyValue
    })
  }
}

/** A computation that can be suspended at promises. */
export type Resumable<T> = Generator<Promise<unknown>, T, unknown>
