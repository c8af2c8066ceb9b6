import type { SourceLocation, TdbtError } from '../../core/index.ts'

/** Where the macros that come with tdbt say they are. */
const BUILT_IN = /^(?:dbt|dbt_postgres|dbt_duckdb|tdbt)\/macros\//

/** The innermost place of an error in code of the user: built-in macros, through which every statement goes, are no place to look at. */
export function userPlace(error: TdbtError | undefined): SourceLocation | undefined {
  if (!error) return undefined
  const { location, calls } = error.details
  return [location, ...(calls ?? []).map((call) => call.location)].find(
    (place) => place !== undefined && !BUILT_IN.test(place.file),
  )
}
