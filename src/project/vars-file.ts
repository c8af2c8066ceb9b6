import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonObject, TdbtError } from '../core/index.ts'
import { isRecord } from './native-render.ts'
import type { RawProject } from './project-file.ts'
import { readYaml } from './yaml-file.ts'

const VARS_FILE = 'vars.yml'

/**
 * The `vars:` of vars.yml beside the root project's file, as of dbt 1.12: they stand where the project file's would, and its Jinja
 * sees them. Empty where there is no such file. Throws T1003 where both have vars, T1002 and T1003 for what cannot be read.
 */
export function readVarsFile(raw: RawProject): JsonObject {
  const path = join(raw.root, VARS_FILE)
  if (!existsSync(path)) return {}
  const yaml = readYaml(readFileSync(path, 'utf8'), VARS_FILE)
  const vars = isRecord(yaml.value) ? (yaml.value['vars'] ?? {}) : {}
  if (!isRecord(vars)) {
    throw new TdbtError('T1003', `'vars' of ${VARS_FILE} must be a mapping`, {
      location: yaml.locate(['vars']),
      source: yaml.source,
      found: JSON.stringify(vars),
    })
  }
  const inProject = raw.data['vars']
  if (Object.keys(vars).length > 0 && isRecord(inProject) && Object.keys(inProject).length > 0) {
    throw new TdbtError('T1003', `Variables cannot be defined in both ${VARS_FILE} and ${raw.fileName}`, {
      location: raw.yaml.locate(['vars']),
      source: raw.yaml.source,
      hint: `Move the vars of ${raw.fileName} to ${VARS_FILE}, or the other way round.`,
    })
  }
  return vars as JsonObject
}
