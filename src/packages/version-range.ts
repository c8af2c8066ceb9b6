import { TdbtError } from '../core/index.ts'

type Matcher = '=' | '>' | '>=' | '<' | '<='

/** One bound of a package's version: `>=1.0.0`, `1.2.3-rc1`. */
export interface VersionBound {
  readonly matcher: Matcher
  readonly numbers: readonly [number, number, number]
  readonly prerelease: string | null
  readonly text: string
}

/** Where versions may lie; null = no limit on that side. */
export interface VersionRange {
  readonly start: VersionBound | null
  readonly end: VersionBound | null
}

const NUMBER = '(0|[1-9]\\d*)'
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)'
const BOUND = new RegExp(
  `^(>=|<=|>|<|=)?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-?(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z.-]*)?$`,
)

/** Throws T1010 when the text is no semantic version. */
export function parseVersion(text: string): VersionBound {
  const match = BOUND.exec(text)
  if (!match) {
    throw new TdbtError('T1010', `"${text}" is not a valid semantic version.`, {
      found: text,
      expected: 'a version such as 1.2.3, or bounds such as [">=1.0.0", "<2.0.0"]',
    })
  }
  return {
    matcher: (match[1] ?? '=') as Matcher,
    numbers: [Number(match[2]), Number(match[3]), Number(match[4])],
    prerelease: match[5] ?? null,
    text,
  }
}

/**
 * The part of all bounds that they have in common. Throws T1010 when there is none. The rules, pre-releases among them, are those
 * of dbt's semver module.
 */
export function commonRange(bounds: readonly VersionBound[]): VersionRange {
  const impossible = (): TdbtError =>
    new TdbtError(
      'T1010',
      `Could not find a satisfactory version from options: ${JSON.stringify(bounds.map(boundText))}`,
      { hint: 'Change the versions that packages.yml and the packages themselves ask for, so that they overlap.' },
    )
  let range: VersionRange = { start: null, end: null }
  // dbt begins with the last one; it shows only where a tie is broken.
  for (const bound of [...bounds.slice(-1), ...bounds.slice(0, -1)]) {
    const next = narrow(range, toRange(bound))
    if (next === undefined) throw impossible()
    range = next
  }
  return range
}

/** True when the version lies in the range. */
export function isInRange(version: VersionBound, range: VersionRange): boolean {
  const exact = toRange({ ...version, matcher: '=' })
  // The order is dbt's: the end is taken first.
  const parts = [range.end, exact.start, range.start].filter((bound): bound is VersionBound => bound !== null)
  let found: VersionRange = { start: null, end: null }
  for (const part of parts) {
    const next = narrow(found, toRange(part))
    if (next === undefined) return false
    found = next
  }
  return true
}

/** Order of two bounds: negative when `a` is lower. */
export function compareVersions(a: VersionBound, b: VersionBound): number {
  for (const index of [0, 1, 2] as const) {
    const difference = a.numbers[index] - b.numbers[index]
    if (difference !== 0) return Math.sign(difference)
  }
  if (a.prerelease !== b.prerelease) {
    // A pre-release of the version that is the upper limit lies above the limit.
    if (a.prerelease === null) return a.matcher === '<' ? -1 : 1
    if (b.prerelease === null) return -1
    const order = comparePrereleases(a.prerelease, b.prerelease)
    if (order !== 0) return order
  }
  return compareMatchers(a.matcher, b.matcher)
}

/** The version without its matcher. */
export function bareVersion(bound: VersionBound): string {
  return bound.text.replace(/^[<>=]+/, '')
}

export function rangeText(range: VersionRange): string {
  const parts = [range.start, range.end].filter((bound): bound is VersionBound => bound !== null).map(boundText)
  return parts.length === 0 ? 'ANY' : [...new Set(parts)].join(', ')
}

function boundText(bound: VersionBound): string {
  return `${bound.matcher}${bareVersion(bound)}`
}

function toRange(bound: VersionBound): VersionRange {
  switch (bound.matcher) {
    case '=':
      return { start: bound, end: bound }
    case '>':
    case '>=':
      return { start: bound, end: null }
    case '<':
    case '<=':
      return { start: null, end: bound }
  }
}

function narrow(a: VersionRange, b: VersionRange): VersionRange | undefined {
  const start = tighter(a.start, b.start, 'start')
  const end = tighter(a.end, b.end, 'end')
  if (start === undefined || end === undefined) return undefined
  if (start !== null && end !== null && compareVersions(start, end) > 0) return undefined
  return { start, end }
}

/** The stricter of two bounds of one side; undefined when an exact version lies outside the other. */
function tighter(
  a: VersionBound | null,
  b: VersionBound | null,
  side: 'start' | 'end',
): VersionBound | null | undefined {
  if (a === null) return b
  if (b === null) return a
  if (a.matcher === '=' && b.matcher === '=') return compareVersions(a, b) === 0 ? a : undefined
  if (a.matcher === '=' || b.matcher === '=') {
    const [limit, exact] = a.matcher === '=' ? [b, a] : [a, b]
    const order = side === 'start' ? -compareVersions(limit, exact) : compareVersions(limit, exact)
    const touches = limit.matcher === (side === 'start' ? '>=' : '<=')
    return order > 0 || (order === 0 && touches) ? exact : undefined
  }
  const order = compareVersions(a, b)
  return (side === 'start' ? order < 0 : order > 0) ? b : a
}

function compareMatchers(a: Matcher, b: Matcher): number {
  if ((a === '>=' && b === '<=') || (a === '<=' && b === '>=')) return 0
  const upper = (matcher: Matcher) => matcher === '<' || matcher === '<='
  const lower = (matcher: Matcher) => matcher === '>' || matcher === '>='
  if ((a === '<' && b === '<=') || (b === '>' && a === '>=') || (upper(a) && lower(b))) return -1
  if ((b === '<' && a === '<=') || (a === '>' && b === '>=') || (lower(a) && upper(b))) return 1
  return 0
}

function comparePrereleases(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [x = '', y = ''] = [left[index], right[index]]
    const [xNumber, yNumber] = [/^\d+$/.test(x), /^\d+$/.test(y)]
    if (xNumber && yNumber && Number(x) !== Number(y)) return Math.sign(Number(x) - Number(y))
    if (xNumber !== yNumber) return xNumber ? -1 : 1
    if (!xNumber && x !== y) return x < y ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}
