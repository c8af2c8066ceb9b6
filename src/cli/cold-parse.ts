import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PARSING = new Set(['parse', 'build', 'run', 'test', 'compile', 'ls', 'list', 'seed', 'snapshot', 'docs', 'show'])
const ELSEWHERE = ['--project-dir', '--target-path', '--help']
const ELSEWHERE_ENV = ['PROJECT_DIR', 'TARGET_PATH'].flatMap((name) => [`DBT_${name}`, `DBT_ENGINE_${name}`])

/**
 * Whether the command will likely parse a project of at least `models` models from scratch, told by a look at the folders: no more than a guess
 * on which a thread is started early.
 */
export function isColdParseLikely(
  {
    argv,
    cwd,
    env,
  }: {
    readonly argv: readonly string[]
    readonly cwd: string
    readonly env: Readonly<Record<string, string | undefined>>
  },
  models: number,
): boolean {
  if (!PARSING.has(argv[0] ?? '')) return false
  if (argv.some((word) => ELSEWHERE.some((option) => word.startsWith(option)))) return false
  if (ELSEWHERE_ENV.some((name) => env[name] !== undefined)) return false
  try {
    if (existsSync(join(cwd, 'target', 'partial_parse.json'))) return false
    const project = readFileSync(join(cwd, 'dbt_project.yml'), 'utf8')
    if (/^target-path:(?!\s*["']?target["']?\s*$)/m.test(project)) return false
    return hasFiles(join(cwd, 'models'), models)
  } catch {
    return false
  }
}

function hasFiles(top: string, wanted: number): boolean {
  const folders = [top]
  let found = 0
  for (let folder = folders.pop(); folder !== undefined && found < wanted; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name))
      else if (entry.name.endsWith('.sql')) found++
    }
  }
  return found >= wanted
}
