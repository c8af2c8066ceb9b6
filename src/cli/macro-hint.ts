import { type Manifest, nearest, TdbtError } from '../core/index.ts'

/** An undefined name's error with the nearest macro as its next step, when there is one that is near. */
export function withMacroHint(error: TdbtError, manifest: Manifest): TdbtError {
  const name = error.code === 'T2002' ? /^'(\w+)' is undefined/.exec(error.message)?.[1] : undefined
  if (name === undefined) return error
  const near = nearest(
    name,
    Object.values(manifest.macros).map((macro) => macro.name),
  )
  if (near === undefined) return error
  return new TdbtError(error.code, error.message, { ...error.details, hint: `Did you mean the macro '${near}'?` })
}
