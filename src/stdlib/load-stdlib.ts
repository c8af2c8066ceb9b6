import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MacroHead } from '../core/index.ts'

/** One file of the built-in packages. `path` is its path inside the package as dbt would write it (`macros/relations/table.sql`). */
export interface StdlibFile {
  readonly package: string
  readonly path: string
  readonly text: string
  /** What a build noted of it: a hash of the text, and its macros as project/'s `readMacroHeads` gives them. */
  readonly digest?: string
  readonly macros?: readonly MacroHead[]
}

/**
 * Every SQL file of the built-in packages `dbt`, `dbt_postgres`, `dbt_duckdb` and `tdbt`, in a fixed order: from the index that the build made, else from
 * the files. Throws what node:fs throws where the installation is broken.
 */
export function loadStdlib(): readonly StdlibFile[] {
  const index = join(sqlRoot(), '..', 'index.json')
  if (existsSync(index)) return JSON.parse(readFileSync(index, 'utf8')) as readonly StdlibFile[]
  return filesEndingIn('.sql')
}

/** The YAML files beside them: descriptions of the public macros (`macros:` blocks). */
export function loadStdlibDocs(): readonly StdlibFile[] {
  return filesEndingIn('.yml')
}

function filesEndingIn(extension: string): readonly StdlibFile[] {
  const root = sqlRoot()
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(extension))
    .sort()
    .map((path) => {
      const slash = path.indexOf('/')
      return {
        package: path.slice(0, slash),
        path: `macros/${path.slice(slash + 1)}`,
        text: readFileSync(join(root, path), 'utf8'),
      }
    })
}

/** Beside this file in src; in the bundle this code sits in dist/ or dist/chunks/, the SQL in dist/stdlib/sql. */
function sqlRoot(): string {
  const candidates = ['./sql/', './stdlib/sql/', '../stdlib/sql/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`The built-in macros are missing; looked in ${candidates.join(', ')}`)
  return found
}
