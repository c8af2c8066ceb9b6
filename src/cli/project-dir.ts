import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, type JsonObject } from '../core/index.ts'

const PROJECT_FILES = ['dbt_project.yml', 'project.yaml']

/** The nearest folder, from `start` upwards, that holds a project file; `start` when there is none. */
export function findProjectDir(start: string): string {
  for (let dir = start; ; dir = dirname(dir)) {
    if (PROJECT_FILES.some((name) => existsSync(join(dir, name)))) return dir
    if (dirname(dir) === dir) return start
  }
}

/**
 * The `flags:` of a project file, needed before the project is loaded (colours, log format). {} when the file is absent or
 * broken: loading the project then says why.
 */
export async function readProjectFlags(projectDir: string): Promise<JsonObject> {
  for (const name of PROJECT_FILES) {
    try {
      const value: unknown = parse(await readFile(join(projectDir, name), 'utf8'), {
        version: '1.1',
        logLevel: 'silent',
      })
      const flags = isJsonObject(value) ? value['flags'] : undefined
      return isJsonObject(flags) ? flags : {}
    } catch {}
  }
  return {}
}
