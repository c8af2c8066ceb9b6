import { DBT_VERSION, TdbtError } from '../core/index.ts'

type Version = readonly [major: number, minor: number, patch: number]
interface Bound {
  readonly operator: '=' | '>' | '>=' | '<' | '<='
  readonly version: Version
}

/** True when this dbt version satisfies every bound (`>=1.3.0`, `<2.0.0`; one string may hold several, by commas). Throws T1003 on what is no bound. */
export function satisfiesDbtVersion(bounds: readonly string[], version: string = DBT_VERSION): boolean {
  const installed = parseVersion(version)
  return bounds
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseBound)
    .every(({ operator, version: bound }) => holds(operator, compare(installed, bound)))
}

function holds(operator: Bound['operator'], order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
  }
}

function parseBound(text: string): Bound {
  const match = /^(>=|<=|>|<|=)?\s*v?(\d+\.\d+\.\d+\S*)$/.exec(text)
  if (!match) {
    throw new TdbtError('T1003', `'${text}' is not a version bound`, {
      found: text,
      expected: 'bounds like ">=1.6.0" or [">=1.6.0", "<2.0.0"]',
    })
  }
  return { operator: (match[1] ?? '=') as Bound['operator'], version: parseVersion(match[2] ?? '') }
}

function parseVersion(text: string): Version {
  const [major, minor, patch] = (/^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number)
  return [major ?? 0, minor ?? 0, patch ?? 0]
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
