import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { PinnedPackage } from './pinned-package.ts'
import { type PackageList, type RenderText, readLockedPackages } from './read-packages.ts'

export const LOCK_FILE = 'package-lock.yml'

/** dbt's hash of a list of packages: the lock file is current while it is the same. */
export function lockHash(list: PackageList): string {
  return createHash('sha1')
    .update([...list.hashTexts].sort().join('\n'))
    .digest('hex')
}

/** True when the lock file was made of this list. */
export function isLockCurrent(root: string, list: PackageList, render: RenderText): boolean {
  return existsSync(join(root, LOCK_FILE)) && readLockedPackages(root, LOCK_FILE, render).hash === lockHash(list)
}

/** Writes package-lock.yml as dbt does: keys in order, lists indented. Gives its path. */
export function writeLock(root: string, packages: readonly PinnedPackage[], list: PackageList): string {
  const path = join(root, LOCK_FILE)
  const text = stringify(
    { packages: packages.map(lockEntry), sha1_hash: lockHash(list) },
    { version: '1.1', sortMapEntries: true, singleQuote: true, lineWidth: 0 },
  )
  writeFileSync(path, text)
  return path
}

function lockEntry(pinned: PinnedPackage): Readonly<Record<string, string>> {
  const { name } = pinned
  switch (pinned.kind) {
    case 'hub':
      return { package: pinned.package, version: pinned.version, name }
    case 'git':
      return {
        git: pinned.gitUnrendered,
        revision: pinned.revision,
        ...(pinned.subdirectory === null ? {} : { subdirectory: pinned.subdirectory }),
        name,
      }
    case 'local':
      return { local: pinned.local, name }
    case 'tarball':
      return { tarball: pinned.tarballUnrendered, name }
  }
}
