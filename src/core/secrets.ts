/** Variables whose name begins so are secrets (dbt's rule): only profiles and package lists may read them, and no output shows their values. */
export const SECRET_PREFIX = 'DBT_ENV_SECRET'

const MASK = '*****'

/** The values of all secret variables in the given sets, the longest first, so that one inside another leaves nothing over. */
export function secretValues(...sets: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  const values = new Set<string>()
  for (const [name, value] of sets.flatMap((set) => Object.entries(set))) {
    if (!name.startsWith(SECRET_PREFIX) || typeof value !== 'string' || value.trim() === '') continue
    values.add(value)
    // As it stands inside a JSON text.
    values.add(JSON.stringify(value).slice(1, -1))
  }
  return [...values].sort((a, b) => b.length - a.length)
}

/** The text with each of the values replaced by asterisks. */
export function scrubSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, MASK), text)
}

/** A key of a YAML or JSON mapping that holds what lets someone in, and what follows it on the line. */
const CREDENTIAL =
  /((?<![\w.])["']?[\w-]*(?:pass|password|passwd|passphrase|token|secret|private_key)(?:["']\s*:|\s*:(?=\s|$)))(\s*)(.*)$/i

/** The lines of a file with the values of passwords, tokens and the like replaced by asterisks, also those that go on over further lines. */
export function maskCredentials(lines: readonly string[]): readonly string[] {
  let keyColumn: number | undefined
  return lines.map((line) => {
    const indent = line.length - line.trimStart().length
    if (keyColumn !== undefined && indent > keyColumn) return `${line.slice(0, indent)}${MASK}`
    const match = CREDENTIAL.exec(line)
    if (match === null) {
      if (line.trim() !== '') keyColumn = undefined
      return line
    }
    keyColumn = match.index
    const [, key = '', space = '', value = ''] = match
    return `${line.slice(0, match.index)}${key}${value === '' ? space : `${space}${MASK}`}`
  })
}
