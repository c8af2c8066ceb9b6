import { readdirSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { TdbtError } from '../core/index.ts'
import type { ProducedText } from './inputs.ts'
import { writeTextNow } from './write-text.ts'

/** What `normalize` would change. */
const LEADS_ELSEWHERE = /(?:^|[\\/])\.{0,2}(?:[\\/]|$)/

export type ProducedWriter = (file: ProducedText) => Promise<void> | undefined

/**
 * What writes target/compiled/<path> and target/run/<path> of one run; no promise where it is done at once. It looks into each folder once,
 * instead of at each file. Throws T7002, also on a path that leads out of those folders.
 */
export function producedWriter(targetDir: string): ProducedWriter {
  const roots = { compiled: join(targetDir, 'compiled'), run: join(targetDir, 'run') }
  const folders = new Map<string, Set<string> | undefined>()
  return (file) => {
    const root = roots[file.kind]
    const path = LEADS_ELSEWHERE.test(file.path) ? normalize(join(root, file.path)) : `${root}${sep}${file.path}`
    if (!path.startsWith(root + sep)) {
      throw new TdbtError('T7002', `Refused to write outside of ${root}: ${file.path}`, { found: file.path })
    }
    const end = Math.max(path.lastIndexOf(sep), path.lastIndexOf('/'))
    const folder = path.slice(0, end)
    const name = path.slice(end + 1)
    if (!folders.has(folder)) folders.set(folder, filesOf(folder))
    const names = folders.get(folder)
    const before = names?.has(name)
    names?.add(name)
    return writeTextNow(path, file.text, before)
  }
}

/** The names of a folder's files; none of a folder that is not there; undefined where they cannot be told. */
function filesOf(folder: string): Set<string> | undefined {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return new Set(entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => entry.name))
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? new Set() : undefined
  }
}
