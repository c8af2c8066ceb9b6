/** A call in a macro's text whose callee is a dotted name. */
export interface MacroHeadCall {
  /** `ref`, `dbt_utils.star`. */
  readonly name: string
  /** Of `adapter.dispatch` calls: the constant arguments; undefined where they are none. */
  readonly dispatch?: { readonly name?: string | undefined; readonly namespace: string | null }
}

/** What parsing needs of one macro of a file; the macro itself is parsed when it is first called. */
export interface MacroHead {
  /** As dbt keys it: `x`, `test_x`, `materialization_x_postgres`. */
  readonly name: string
  readonly kind: 'macro' | 'test' | 'materialization' | 'docs'
  /** Where the block begins and ends in the file's text. */
  readonly start: number
  readonly end: number
  /** Line of the text, from 1, on which the block begins. */
  readonly line: number
  readonly parameters: readonly string[]
  /** Of materializations; null for all else. */
  readonly supportedLanguages: readonly string[] | null
  readonly calls: readonly MacroHeadCall[]
  /** What the properties beside a built-in macro say of it. */
  readonly description?: string
}
