import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq, parseDocument } from 'yaml'
import { TdbtError } from '../core/index.ts'

export interface AddPackageOptions {
  readonly root: string
  /** `dbt-labs/dbt_utils@1.1.1`, `dbt-labs/dbt_utils@>=1.0.0,<2.0.0`, a git address with `@revision`, a folder. */
  readonly package: string
  readonly source: string
  readonly say: (line: string, event: string) => void
}

/**
 * Adds an entry to packages.yml (or to dependencies.yml, when the list is there), in the place of one for the same package.
 * Comments of the file stay. Throws T0002 for a package without the version that its source needs.
 */
export function addPackage(options: AddPackageOptions): void {
  const { root, say } = options
  const { name, version } = splitVersion(options.package, options.source)
  if (version === null && options.source !== 'local') {
    throw new TdbtError('T0002', `--add-package needs a version when the source is ${options.source}.`, {
      found: options.package,
      expected: '--add-package NAME@VERSION',
    })
  }
  if (!['hub', 'git', 'local'].includes(options.source)) {
    throw new TdbtError('T0002', `--source '${options.source}' is none of hub, git, local.`)
  }
  const inDependencies =
    existsSync(join(root, 'dependencies.yml')) &&
    parseDocument(readFileSync(join(root, 'dependencies.yml'), 'utf8')).has('packages')
  const path = join(root, inDependencies ? 'dependencies.yml' : 'packages.yml')
  if (!existsSync(path)) {
    writeFileSync(path, 'packages: []\n')
    say('Created packages.yml', 'Formatting')
  }
  const document = parseDocument(readFileSync(path, 'utf8'))
  const list = document.get('packages')
  if (isSeq(list)) {
    // The flow form `[]` of an empty list would be kept for the new entry.
    if (list.items.length === 0) list.flow = false
    list.items = list.items.filter((item) => {
      const entry: unknown = isMap(item) ? item.toJSON() : null
      const known = entry !== null && isSamePackage(entry as Readonly<Record<string, unknown>>, name)
      if (known)
        say(`Found duplicate package in packages.yml, removing: ${JSON.stringify(entry)}`, 'DepsFoundDuplicatePackage')
      return !known
    })
  } else document.set('packages', document.createNode([]))
  const versionKey = options.source === 'git' ? 'revision' : 'version'
  const versions = version?.includes(',') ? version.split(',') : version
  document.addIn(
    ['packages'],
    document.createNode({
      [options.source === 'hub' ? 'package' : options.source]: name,
      ...(versions === null || versions === undefined ? {} : { [versionKey]: versions }),
    }),
  )
  writeFileSync(path, document.toString({ lineWidth: 0 }))
  say(`Added new package ${name}@${version ?? 'None'} to ${path}`, 'DepsAddPackage')
}

function splitVersion(text: string, source: string): { readonly name: string; readonly version: string | null } {
  const at = text.lastIndexOf('@')
  const version = text.slice(at + 1)
  // git@github.com:owner/name.git has no version.
  if (at <= 0 || (source === 'git' && /[:/]/.test(version) && /^[\w.-]+:/.test(version)))
    return { name: text, version: null }
  return { name: text.slice(0, at), version }
}

/**
 * dbt's rule of what counts as the same package: its name, in whole or after the last slash, with - and _ alike, stands in the
 * entry's address between slashes or dots.
 */
function isSamePackage(entry: Readonly<Record<string, unknown>>, name: string): boolean {
  const address = ['package', 'git', 'local', 'tarball', 'private']
    .map((key) => entry[key])
    .find((value) => typeof value === 'string')
  if (typeof address !== 'string') return false
  const alike = (text: string): string => text.replaceAll('-', '_')
  const words = [name, name.slice(name.lastIndexOf('/') + 1)].map(alike)
  const place = alike(address)
  return words.some((word) => {
    const start = place.indexOf(word)
    if (word === '' || start === -1) return false
    const [before, after] = [place[start - 1], place[start + word.length]]
    return (before === undefined || '/.'.includes(before)) && (after === undefined || '/.'.includes(after))
  })
}
