/** Edit distance (insert, delete, replace, swap of neighbours), capped: Infinity past `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? Number.POSITIVE_INFINITY
}

/** The candidate nearest to what was written, or undefined when none is near enough to be what was meant. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(written.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  const lower = written.toLowerCase()
  for (const candidate of candidates) {
    const d = distance(lower, candidate.toLowerCase(), limit)
    if (d < bestDistance || (d === bestDistance && best !== undefined && candidate < best)) {
      best = candidate
      bestDistance = d
    }
  }
  return bestDistance <= limit ? best : undefined
}
