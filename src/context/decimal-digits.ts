/** Digits that results are rounded to: those of Python's default decimal context. */
export const PRECISION = 28

/** A finite decimal is (-1)^negative × coefficient × 10^exponent. */
export interface Finite {
  readonly negative: boolean
  readonly coefficient: bigint
  readonly exponent: number
}

export const ONE: Finite = { negative: false, coefficient: 1n, exponent: 0 }

export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Ten to a power that is not negative. */
export function power(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

export function digits(coefficient: bigint): number {
  return coefficient.toString().length
}

/** Exponent of the first digit. */
export function adjusted({ coefficient, exponent }: Finite): number {
  return digits(coefficient) + exponent - 1
}

/** Both as signed integers of one exponent, the smaller. */
export function aligned(a: Finite, b: Finite): readonly [left: bigint, right: bigint, exponent: number] {
  const exponent = Math.min(a.exponent, b.exponent)
  return [signed(a) * power(a.exponent - exponent), signed(b) * power(b.exponent - exponent), exponent]
}

function signed({ negative, coefficient }: Finite): bigint {
  return negative ? -coefficient : coefficient
}

/** a / b of whole numbers, halves to even. */
export function divideRounded(a: bigint, b: bigint): bigint {
  const quotient = a / b
  const twice = (a % b) * 2n
  if (twice > b || (twice === b && quotient % 2n === 1n)) return quotient + 1n
  return quotient
}

/** Rounded to the precision, halves to even. */
export function rounded28(value: Finite): Finite {
  const excess = digits(value.coefficient) - PRECISION
  if (excess <= 0) return value
  const coefficient = divideRounded(value.coefficient, power(excess))
  return rounded28({ ...value, coefficient, exponent: value.exponent + excess })
}

/** Without zeros at the end. */
export function normalized(value: Finite): Finite {
  if (value.coefficient === 0n) return { ...value, exponent: 0 }
  const text = value.coefficient.toString()
  const stripped = text.replace(/0+$/, '')
  return { ...value, coefficient: BigInt(stripped), exponent: value.exponent + text.length - stripped.length }
}

/** a + b, exactly; a zero is negative only when both are. */
export function sumOf(a: Finite, b: Finite): Finite {
  const [left, right, exponent] = aligned(a, b)
  const total = left + right
  const negative = total === 0n ? a.negative && b.negative : total < 0n
  return { negative, coefficient: magnitude(total), exponent }
}

/** a / b, to be rounded; exact quotients keep the scale of a less that of b, as Python's. b is not zero. */
export function quotientOf(a: Finite, b: Finite): Finite {
  const negative = a.negative !== b.negative
  const ideal = a.exponent - b.exponent
  if (a.coefficient === 0n) return { negative, coefficient: 0n, exponent: ideal }
  const shift = Math.max(0, digits(b.coefficient) - digits(a.coefficient) + PRECISION + 1)
  const numerator = a.coefficient * power(shift)
  let coefficient = numerator / b.coefficient
  let exponent = ideal - shift
  // A digit behind the last one keeps the rounding honest where the quotient does not end.
  if (numerator % b.coefficient !== 0n) return { negative, coefficient: coefficient * 10n + 1n, exponent: exponent - 1 }
  while (exponent < ideal && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent += 1
  }
  return { negative, coefficient, exponent }
}

/** base ** times, exactly. */
export function raised(base: Finite, times: bigint): Finite {
  return {
    negative: base.negative && times % 2n === 1n,
    coefficient: base.coefficient ** times,
    exponent: base.exponent * Number(times),
  }
}
