import { join, normalize, sep } from 'node:path'
import { TdbtError } from '../core/index.ts'
import type { ProducedText } from './inputs.ts'
import { writeTextNow } from './write-text.ts'

/** What `normalize` would change. */
const LEADS_ELSEWHERE = /(?:^|[\\/])\.{0,2}(?:[\\/]|$)/

/** Writes target/compiled/<path> or target/run/<path>; no promise where it is done at once. Throws T7002, also on a path that leads out of that folder. */
export function writeProduced(targetDir: string, file: ProducedText): Promise<void> | undefined {
  const folder = join(targetDir, file.kind)
  const path = LEADS_ELSEWHERE.test(file.path) ? normalize(join(folder, file.path)) : `${folder}${sep}${file.path}`
  if (!path.startsWith(folder + sep)) {
    throw new TdbtError('T7002', `Refused to write outside of ${folder}: ${file.path}`, { found: file.path })
  }
  return writeTextNow(path, file.text)
}
