import { type TargetConfig, TdbtError } from '../../core/index.ts'

const BACKENDS = ['auto', 'native', 'pglite'] as const
export type Backend = (typeof BACKENDS)[number]

/** What an `embedded` target says, after defaults. Paths are as written: relative ones count from the project's root. */
export interface EmbeddedSettings {
  readonly backend: Backend
  /** Folder of the native backend, `.tdbt/pg`. */
  readonly nativePath: string
  /** Folder of the PGlite backend, `.tdbt/pglite`. */
  readonly pglitePath: string
  readonly database: string
  readonly threads: number
  /** Whether commits survive a power cut, not only a killed process. */
  readonly fsync: boolean
  readonly statementTimeout: string | null
  readonly searchPath: string | null
  readonly applicationName: string | null
  /** How long a server may stay up whose owner was killed. */
  readonly lingerSeconds: number
}

const DEFAULT_PATH = '.tdbt/pg'
const DEFAULT_LINGER_SECONDS = 60

/**
 * Reads an `embedded` target: `backend` (auto), `path` (`.tdbt/pg`), `database` (postgres), `fsync` (true), `statement_timeout`,
 * `search_path`. The environment's TDBT_EMBEDDED_BACKEND wins over `backend`. Throws T1006.
 */
export function readEmbeddedSettings(
  target: TargetConfig,
  env: Readonly<Record<string, string | undefined>>,
): EmbeddedSettings {
  const where = `target "${target.targetName}" of profile "${target.profileName}"`
  const { credentials } = target
  const text = (key: string): string | null => {
    const value = credentials[key] ?? null
    if (value === null || value === '') return null
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    throw new TdbtError('T1006', `\`${key}\` of ${where} cannot be right`, {
      found: JSON.stringify(value),
      expected: 'text',
      hint: 'Correct it in the profile.',
    })
  }
  const forced = env['TDBT_EMBEDDED_BACKEND'] || null
  const written = forced ?? text('backend') ?? 'auto'
  const backend = BACKENDS.find((each) => each === written)
  if (backend === undefined) {
    const source = forced === null ? `\`backend\` of ${where}` : 'The environment variable TDBT_EMBEDDED_BACKEND'
    throw new TdbtError('T1006', `${source} names no backend`, { found: written, expected: BACKENDS.join(', ') })
  }
  const path = text('path') ?? DEFAULT_PATH
  const fsync = credentials['fsync'] ?? true
  if (typeof fsync !== 'boolean') {
    throw new TdbtError('T1006', `\`fsync\` of ${where} cannot be right`, {
      found: JSON.stringify(fsync),
      expected: 'true or false',
    })
  }
  const linger = Number(env['TDBT_EMBEDDED_LINGER_SECONDS'] || DEFAULT_LINGER_SECONDS)
  return {
    backend,
    nativePath: path,
    // Neither backend can read the other's files, so each has a folder.
    pglitePath: backend === 'pglite' && path !== DEFAULT_PATH ? path : path.replace(/([\\/])pg$|$/, besidePath),
    database: target.database || text('database') || text('dbname') || 'postgres',
    threads: target.threads,
    fsync,
    statementTimeout: text('statement_timeout'),
    searchPath: text('search_path'),
    applicationName: text('application_name'),
    lingerSeconds: Number.isFinite(linger) && linger > 0 ? linger : DEFAULT_LINGER_SECONDS,
  }
}

function besidePath(_match: string, separator: string | undefined): string {
  return separator === undefined ? '-pglite' : `${separator}pglite`
}
