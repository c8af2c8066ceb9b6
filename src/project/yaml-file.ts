import { readYaml as readWith, type YamlFile, type YamlWords } from '../yaml/index.ts'
import { resolvePlainScalar } from './yaml-scalars.ts'

export type { YamlFile, YamlPath } from '../yaml/index.ts'

/**
 * Reads one YAML document with the meanings of YAML 1.1 that PyYAML gives (dbt's reader): `yes` is true, `010` is 8, floats are
 * PyFloat so that `1.0` stays apart from `1`. Throws T1002 with the place.
 */
export function readYaml(source: string, file: string): YamlFile {
  return readWith(source, file, PYTHON_WORDS)
}

const PYTHON_WORDS: YamlWords = { scalar: resolvePlainScalar, key: keyText }

/** The text of a key as Python prints it: `1`, `True`, `None`. */
function keyText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  return String(value)
}
