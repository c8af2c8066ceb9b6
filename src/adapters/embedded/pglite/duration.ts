const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a time as Postgres's settings take it: `500`, `500ms`, `30s`, `5 min`; null when it is none, or 0 for none. */
export function durationMs(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * (UNITS[match[2] ?? 'ms'] ?? 1)
}
