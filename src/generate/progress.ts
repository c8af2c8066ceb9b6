/** How far a generation is: asked after each chunk, it speaks of rate and time left. */
export interface Progress {
  add(rows: number): void
  /** `shop: 1,200,000 of 2,360,000 rows (51%), 130,000 rows/s, 9 s left`. */
  text(): string
}

/** `total` is without duplicates: the share stops at 100. The clock is given. */
export function progress(name: string, total: number, nowMs: () => number): Progress {
  const startMs = nowMs()
  let done = 0
  const count = (value: number): string => Math.round(value).toLocaleString('en')
  return {
    add(rows) {
      done += rows
    },
    text() {
      const seconds = Math.max(0.001, (nowMs() - startMs) / 1000)
      const rate = done / seconds
      const share = Math.min(100, Math.floor((done / Math.max(1, total)) * 100))
      const left = rate > 0 ? `, ${duration(Math.max(0, total - done) / rate)} left` : ''
      return `${name}: ${count(done)} of ${count(total)} rows (${share}%), ${count(rate)} rows/s${left}`
    },
  }
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
