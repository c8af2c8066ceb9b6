import { big, exactFraction } from './numbers.ts'

const BITS = 192n
const ONE = 1n << BITS

/**
 * base ** exponent for a positive finite base, rounded once. JavaScript's own `**` may be off in the last digit, which `str()` then
 * shows. Returns undefined where the plain operator is exact enough (results that overflow or vanish).
 */
export function precisePower(base: number, exponent: number): number | undefined {
  const rough = base ** exponent
  if (!Number.isFinite(rough) || Math.abs(rough) < 1e-300 || rough === 0) return undefined
  const power = multiply(logarithm(base), exponent)
  const log2 = logarithmNear(2n * ONE)
  const twos = (power + (power < 0n ? -log2 : log2) / 2n) / log2
  const result = exponential(power - twos * log2)
  return twos >= 0n ? big.trueDiv(result << twos, ONE) : big.trueDiv(result, ONE << -twos)
}

/** A fixed-point number times a double, exactly but for the last bit. */
function multiply(value: bigint, factor: number): bigint {
  const [numerator, exponent] = exactFraction(Math.abs(factor))
  const product = value * (factor < 0 ? -numerator : numerator)
  return exponent >= 0 ? product << BigInt(exponent) : product / (1n << BigInt(-exponent))
}

function logarithm(value: number): bigint {
  const [numerator, exponent] = exactFraction(value)
  const length = numerator.toString(2).length
  // value = mantissa * 2^power with a mantissa between 1 and 2
  const mantissa = (numerator << BITS) >> BigInt(length - 1)
  return logarithmNear(mantissa) + BigInt(exponent + length - 1) * logarithmNear(2n * ONE)
}

/** ln of a fixed-point number between 1 and 2: twice artanh((x - 1) / (x + 1)). */
function logarithmNear(value: bigint): bigint {
  const ratio = ((value - ONE) << BITS) / (value + ONE)
  const square = (ratio * ratio) >> BITS
  let term = ratio
  let sum = 0n
  for (let odd = 1n; term !== 0n; odd += 2n) {
    sum += term / odd
    term = (term * square) >> BITS
  }
  return 2n * sum
}

function exponential(value: bigint): bigint {
  let term = ONE
  let sum = 0n
  for (let index = 1n; term !== 0n && term !== -1n; index++) {
    sum += term
    term = ((term * value) >> BITS) / index
  }
  return sum
}
