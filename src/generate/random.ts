/**
 * Random numbers by counter: a stream is fixed by the spec's seed, a label (table and column) and a row number, so that any
 * cell can be made on its own, in any order, by any worker, and is always the same. The generator is sfc32 after a
 * murmur3-style mix of the three keys; both are public-domain constructions.
 */
export interface RandomStream {
  /** Uniform in [0, 1), 32 random bits. */
  next(): number
  /** Faker's Randomizer asks for it; our streams are placed by `at` alone. */
  seed(): void
  /** Moves the stream to a row. */
  at(row: number): RandomStream
}

/** A 32-bit hash of a label, from which the labels' streams start apart. */
export function hashLabel(label: string, seed: number): number {
  let h = seed ^ 0x9e3779b9
  for (let i = 0; i < label.length; i++) {
    h = Math.imul(h ^ label.charCodeAt(i), 0x85ebca6b)
    h = ((h << 13) | (h >>> 19)) ^ 0xc2b2ae35
  }
  return mix(h)
}

function mix(value: number): number {
  let h = value
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

export function randomStream(seed: number, label: string): RandomStream {
  const base = hashLabel(label, seed | 0)
  let a = 0
  let b = 0
  let c = 0
  let counter = 1
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  const stream: RandomStream = {
    next,
    seed: () => {},
    at(row) {
      a = mix(base ^ row)
      b = mix((base + 0x6d2b79f5) ^ Math.floor(row / 4294967296))
      c = mix(row + 0x9e3779b9) ^ base
      counter = 1
      // sfc32 needs some rounds before its state is well spread.
      for (let i = 0; i < 6; i++) next()
      return stream
    },
  }
  return stream
}

/** An integer in [min, max], both included. */
export function integerBetween(stream: RandomStream, min: number, max: number): number {
  return min + Math.floor(stream.next() * (max - min + 1))
}

/**
 * A rank in [0, count) with P(rank) ~ 1 / (rank + 1)^skew, by the inverse of the continuous distribution. skew 0 is uniform.
 */
export function zipfRank(stream: RandomStream, count: number, skew: number): number {
  const u = stream.next()
  if (skew === 0) return Math.floor(u * count)
  const top = count + 1
  const x = skew === 1 ? top ** u : ((top ** (1 - skew) - 1) * u + 1) ** (1 / (1 - skew))
  return Math.min(count - 1, Math.floor(x) - 1)
}

/** Picks an index by cumulative weights (ascending, last is the total). */
export function pickByWeight(stream: RandomStream, cumulative: readonly number[]): number {
  const total = cumulative[cumulative.length - 1] ?? 0
  const at = stream.next() * total
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cumulative[middle] ?? 0) > at) high = middle
    else low = middle + 1
  }
  return low
}

export function cumulate(weights: readonly number[]): number[] {
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum
  })
}
