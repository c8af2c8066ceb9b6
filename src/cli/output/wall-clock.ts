/** Tells moments as `HH:MM:SS` of the local time. Lines come many a second: the last second's text is kept. */
export function wallClock(): (date: Date) => string {
  const two = (value: number): string => String(value).padStart(2, '0')
  let second = Number.NaN
  let text = ''
  return (date) => {
    const now = Math.floor(date.getTime() / 1000)
    if (now !== second) {
      second = now
      text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
    }
    return text
  }
}
