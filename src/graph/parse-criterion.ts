import { type Json, nearest, TdbtError } from '../core/index.ts'
import type { IndirectSelection } from './select-options.ts'
import { type Criterion, METHODS, type Method, type SelectionSpec } from './selection-spec.ts'

const PATTERN =
  /^(?<at>@)?(?<parents>(?<parentsDepth>\d*)\+)?(?:(?<method>[\p{L}\p{N}_.]+):)?(?<value>.*?)(?<children>\+(?<childrenDepth>\d*))?$/u

/** What dbt selects when neither `--select` nor a default selector is given. */
const DEFAULT_SELECT = ['fqn:*', 'source:*', 'exposure:*', 'metric:*', 'semantic_model:*']

/**
 * The spec of `--select` and `--exclude`: within a value, spaces join and commas intersect; everything when `select` is
 * empty. Throws T1014 on a method that does not exist and on `@a+`.
 */
export function parseCommandLine(
  select: readonly string[],
  exclude: readonly string[],
  indirectSelection: IndirectSelection,
): SelectionSpec {
  const included =
    select.length === 0
      ? parseUnion(DEFAULT_SELECT, false, indirectSelection)
      : parseUnion(select, true, indirectSelection)
  if (exclude.length === 0) return included
  return {
    kind: 'difference',
    parts: [included, parseUnion(exclude, true, indirectSelection)],
    indirectSelection: 'eager',
    warnAs: null,
  }
}

function parseUnion(
  values: readonly string[],
  expectExists: boolean,
  indirectSelection: IndirectSelection,
): SelectionSpec {
  const words = values.flatMap((value) => value.split(' ')).filter((word) => word !== '')
  return {
    kind: 'union',
    parts: (words.length === 0 ? [''] : words).map((word) => ({
      kind: 'intersection',
      parts: word.split(',').map((part) => parseCriterion(part, indirectSelection)),
      indirectSelection,
      warnAs: expectExists ? word : null,
    })),
    indirectSelection,
    warnAs: null,
  }
}

/** One criterion of the command line, or a string of a YAML selector. */
export function parseCriterion(raw: string, indirectSelection: IndirectSelection): Criterion {
  const groups = PATTERN.exec(raw)?.groups
  if (groups === undefined) throw new TdbtError('T1014', `Invalid selector spec "${raw}"`, { found: raw })
  return makeCriterion({
    raw,
    method: groups['method'],
    value: groups['value'] ?? '',
    childrensParents: groups['at'] !== undefined,
    parentsDepth: groups['parents'] === undefined ? null : depth(groups['parentsDepth']),
    childrenDepth: groups['children'] === undefined ? null : depth(groups['childrenDepth']),
    indirectSelection,
  })
}

export interface CriterionParts {
  readonly raw: string
  /** `config.materialized`; undefined lets the value decide: a path, a file name, else fqn. */
  readonly method: string | undefined
  readonly value: Json
  readonly childrensParents: boolean
  readonly parentsDepth: number | null
  readonly childrenDepth: number | null
  readonly indirectSelection: IndirectSelection
}

/** Checks the method's name and that `@` and a trailing `+` do not meet. Throws T1014. */
export function makeCriterion(parts: CriterionParts): Criterion {
  if (parts.childrensParents && parts.childrenDepth !== null) {
    throw new TdbtError('T1014', `Invalid node spec ${parts.raw} - "@" prefix and "+" suffix are incompatible`, {
      found: parts.raw,
      hint: '"@a" holds all descendants of "a" already; leave the "+" out.',
    })
  }
  const [name, ...methodArguments] = parts.method === undefined ? [defaultMethod(parts.value)] : parts.method.split('.')
  return {
    kind: 'criterion',
    raw: parts.raw,
    method: checkedMethod(name ?? '', parts.raw),
    methodArguments,
    value: parts.value,
    childrensParents: parts.childrensParents,
    parentsDepth: parts.parentsDepth,
    childrenDepth: parts.childrenDepth,
    indirectSelection: parts.indirectSelection,
  }
}

function checkedMethod(name: string, raw: string): Method {
  const method = METHODS.find((known) => known === name)
  if (method !== undefined) return method
  const near = nearest(name, METHODS)
  throw new TdbtError('T1014', `'${name}' is not a valid method name (in selector "${raw}")`, {
    found: name,
    expected: `one of ${METHODS.join(', ')}`,
    hint: near === undefined ? undefined : `Did you mean '${near}:'?`,
  })
}

function defaultMethod(value: Json): Method {
  const text = String(value)
  if (text.includes('/')) return 'path'
  return /\.(sql|py|csv)$/i.test(text) ? 'file' : 'fqn'
}

function depth(digits: string | undefined): number {
  return digits === undefined || digits === '' ? Number.POSITIVE_INFINITY : Number(digits)
}
