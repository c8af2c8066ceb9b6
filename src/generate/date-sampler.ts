import type { RandomStream } from './random.ts'
import { cumulate, pickByWeight } from './random.ts'
import type { DateSpec } from './spec.ts'

const DAY_MS = 86_400_000

/** Draws moments of a DateSpec in milliseconds since 1970 UTC, a whole second (or day) each. */
export function dateSampler(spec: DateSpec): (stream: RandomStream, notBeforeMs: number | null) => number {
  const firstDay = Math.floor(spec.fromMs / DAY_MS)
  const days = Math.max(1, Math.floor(spec.toMs / DAY_MS) - firstDay + 1)
  const weights = Array.from({ length: days }, (_, index) => {
    const date = new Date((firstDay + index) * DAY_MS)
    const growth = 1 + spec.trend * (days === 1 ? 0 : index / (days - 1))
    const weekday = spec.weekday?.[date.getUTCDay()] ?? 1
    const month = spec.season?.[date.getUTCMonth()] ?? 1
    return Math.max(0, growth * weekday * month)
  })
  const cumulative = cumulate(weights)
  const total = cumulative[days - 1] ?? 0

  return (stream, notBeforeMs) => {
    const skippedDays = notBeforeMs === null ? 0 : Math.floor(notBeforeMs / DAY_MS) - firstDay
    const uniform = stream.next()
    let day: number
    if (skippedDays <= 0) day = pickByWeight({ ...stream, next: () => uniform }, cumulative)
    else {
      const from = cumulative[Math.min(skippedDays, days) - 1] ?? 0
      const at = (from + uniform * (total - from)) / (total || 1)
      day = Math.max(Math.min(skippedDays, days - 1), pickByWeight({ ...stream, next: () => at }, cumulative))
    }
    const midnight = (firstDay + day) * DAY_MS
    if (spec.precision === 'day') return midnight
    // Shops sell in the daytime: the mean of three draws peaks at 14:00 and thins out towards the night.
    const hour = (stream.next() + stream.next() + stream.next()) / 3
    const moment = midnight + Math.floor((((hour * 24 + 2) % 24) / 24) * 86_400) * 1000
    return notBeforeMs !== null && moment < notBeforeMs ? notBeforeMs + Math.floor(stream.next() * 3600) * 1000 : moment
  }
}

/** `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`, UTC. */
export function formatMoment(ms: number, precision: 'day' | 'second'): string {
  const iso = new Date(ms).toISOString()
  return precision === 'day' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}
