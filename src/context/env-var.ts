import { SECRET_PREFIX, TdbtError } from '../core/index.ts'
import { bindArguments, PyFunction, type PyValue, pyStr } from '../jinja/index.ts'

export interface EnvVarOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** True in profiles.yml and packages.yml. */
  readonly secrets: boolean
  /** Values that unit tests put in the place of the environment's. */
  readonly overrides?: Readonly<Record<string, PyValue>>
  /** Told of each variable read, with its value from the environment or null where the default was taken. */
  readonly onRead?: (name: string, value: string | null) => void
}

/**
 * `env_var(name, default=None)`. Throws T1011 when the variable is not set and there is no default, and when a secret is read where secrets may not be.
 */
export function envVarFunction(options: EnvVarOptions): PyFunction {
  return new PyFunction('env_var', (args, kwargs) => {
    const bound = bindArguments('env_var', [{ name: 'var' }, { name: 'default', default: null }], args, kwargs)
    const name = pyStr(bound['var'] ?? null)
    const override = options.overrides?.[name]
    if (override !== undefined) return override
    if (name.startsWith(SECRET_PREFIX) && !options.secrets) {
      throw new TdbtError(
        'T1011',
        `Secret env vars are allowed only in profiles.yml or packages.yml. Found '${name}' referenced elsewhere.`,
        { hint: `Give the variable a name that does not begin with ${SECRET_PREFIX}, or use it in profiles.yml.` },
      )
    }
    const value = options.env[name]
    if (value !== undefined) {
      options.onRead?.(name, value)
      return value
    }
    const fallback = bound['default'] ?? null
    if (fallback === null) {
      throw new TdbtError('T1011', `Env var required but not provided: '${name}'`, {
        hint: `Set ${name}, or give env_var('${name}') a default as its second argument.`,
      })
    }
    options.onRead?.(name, null)
    return fallback
  })
}
