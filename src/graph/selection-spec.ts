import type { Json } from '../core/index.ts'
import type { IndirectSelection } from './select-options.ts'

/** Which methods a criterion may name, as dbt 1.11 has them; `selector` and `function` on the command line are tdbt's own. */
export const METHODS = [
  'fqn',
  'tag',
  'group',
  'access',
  'source',
  'path',
  'file',
  'package',
  'config',
  'test_name',
  'test_type',
  'resource_type',
  'state',
  'exposure',
  'metric',
  'result',
  'source_status',
  'version',
  'semantic_model',
  'saved_query',
  'unit_test',
  'function',
  'selector',
] as const

export type Method = (typeof METHODS)[number]

/** One criterion: `2+config.materialized:table+1`. */
export interface Criterion {
  readonly kind: 'criterion'
  readonly raw: string
  readonly method: Method
  /** What follows the method's name after dots: `['materialized']`. */
  readonly methodArguments: readonly string[]
  /** A string on the command line; YAML may give any value (`config` compares it as it is). */
  readonly value: Json
  /** `@`: descendants, and all ancestors of those. */
  readonly childrensParents: boolean
  /** null: no parents asked for; Infinity: all. */
  readonly parentsDepth: number | null
  readonly childrenDepth: number | null
  readonly indirectSelection: IndirectSelection
}

/** Criteria put together: any of them, all of them, or the first without the others. */
export interface SpecGroup {
  readonly kind: 'union' | 'intersection' | 'difference'
  readonly parts: readonly SelectionSpec[]
  /** Decides whether tests found indirectly come in once all parts are known (cautious, buildable). */
  readonly indirectSelection: IndirectSelection
  /** Text for the warning when nothing matches; null where none is given. */
  readonly warnAs: string | null
}

export type SelectionSpec = Criterion | SpecGroup
