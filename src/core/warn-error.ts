import type { Json } from './json.ts'
import type { Flags } from './project.ts'

/** Whether `--warn-error` or `--warn-error-options` make the warning of this name (dbt's name of the event) an error. */
export function isEscalated(event: string, flags: Pick<Flags, 'warnError' | 'warnErrorOptions'>): boolean {
  if (flags.warnError) return true
  const options = flags.warnErrorOptions
  const list = (key: string): readonly Json[] => {
    const value = options[key]
    return Array.isArray(value) ? value : value === undefined ? [] : [value as Json]
  }
  const errors = [...list('include'), ...list('error')]
  const spared = [...list('exclude'), ...list('warn'), ...list('silence')]
  return !spared.includes(event) && errors.some((each) => each === 'all' || each === '*' || each === event)
}
