import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { TdbtError } from '../core/index.ts'
import { download, type Fetch } from './download.ts'
import { type GitSource, gitCheckout } from './git-checkout.ts'
import { openHub } from './hub.ts'
import { isLockCurrent, LOCK_FILE, writeLock } from './lock-file.ts'
import { type PinnedPackage, packageLabel, sourceLabel } from './pinned-package.ts'
import { type RenderText, readLockedPackages, readPackages } from './read-packages.ts'
import { type PackageSources, resolvePackages } from './resolve-packages.ts'
import { unpackTarball } from './tarball.ts'

export interface InstallOptions {
  /** Absolute folder of the project. */
  readonly root: string
  readonly projectName: string
  /** packages-install-path, relative to the project. */
  readonly installPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Renders Jinja of packages.yml, secrets included. */
  readonly render: RenderText
  /** Resolve anew although the lock file is current. */
  readonly upgrade: boolean
  /** Write the lock file and stop. */
  readonly lockOnly: boolean
  /** Leave out versions of the hub that do not allow `dbtVersion`. */
  readonly versionCheck: boolean
  readonly dbtVersion: string
  readonly fetch: Fetch
  readonly signal: AbortSignal
  /** A line for the user, with dbt's name of the event. */
  readonly say: (line: string, event: string) => void
  readonly warn: (error: TdbtError) => void
}

const HUB_URL = 'https://hub.getdbt.com/'

/**
 * What `deps` does: brings package-lock.yml up to date when the list has changed (or `upgrade`), then installs what it says. The
 * packages of before are replaced at the end, when all are there. Throws T1010 and T1017.
 */
export async function installPackages(options: InstallOptions): Promise<void> {
  const { root, render, say } = options
  const target = resolve(root, options.installPath)
  if (!relative(target, root).startsWith('..')) {
    throw new TdbtError('T1003', `packages-install-path '${options.installPath}' holds the project itself`, {
      hint: 'Give it a folder of its own: everything in it is replaced.',
    })
  }
  const given = options.env['DBT_DOWNLOADS_DIR']
  if (given) await mkdir(given, { recursive: true })
  const downloads = await mkdtemp(join(given || tmpdir(), 'tdbt-packages-'))
  try {
    const sources = openSources(options, downloads)
    const list = readPackages(root, render)
    let pinned: readonly PinnedPackage[] | undefined
    if (options.upgrade || !isLockCurrent(root, list, render)) {
      if (list.specs.length === 0) say(`Warning: No packages were found in ${list.file}`, 'DepsNoPackagesFound')
      else {
        pinned = await resolvePackages(list.specs, sources, options.projectName)
        say(`Updating lock file in file path: ${writeLock(root, pinned, list)}`, 'DepsLockUpdating')
      }
    }
    if (options.lockOnly) return
    if (list.specs.length === 0) {
      await rm(target, { recursive: true, force: true })
      await mkdir(target, { recursive: true })
      return
    }
    pinned ??= await resolvePackages(
      readLockedPackages(root, LOCK_FILE, render).list.specs,
      sources,
      options.projectName,
    )
    await installAll(pinned, target, sources, options)
  } finally {
    await rm(downloads, { recursive: true, force: true })
  }
}

function openSources(options: InstallOptions, downloads: string): PackageSources {
  const remembered = <T>(make: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
    const known = new Map<string, Promise<T>>()
    return (key) => {
      const made = known.get(key) ?? make(key)
      known.set(key, made)
      return made
    }
  }
  const folderOf = (key: string): string => join(downloads, createHash('sha1').update(key).digest('hex'))
  const checkouts = remembered(async (key) => {
    const source = JSON.parse(key) as GitSource
    return await gitCheckout(source, folderOf(key), options)
  })
  return {
    root: options.root,
    render: options.render,
    hub: openHub({ ...options, baseUrl: options.env['DBT_PACKAGE_HUB_URL'] || HUB_URL }),
    checkout: ({ git, revision, subdirectory }) => checkouts(JSON.stringify({ git, revision, subdirectory })),
    unpack: remembered(
      async (url) => await unpackTarball(await download(url, 'The package', options), folderOf(url), url),
    ),
    warn: options.warn,
  }
}

async function installAll(
  pinned: readonly PinnedPackage[],
  target: string,
  sources: PackageSources,
  options: InstallOptions,
): Promise<void> {
  const staging = `${target}.new`
  await rm(staging, { recursive: true, force: true })
  await mkdir(staging, { recursive: true })
  const outdated: string[] = []
  try {
    for (const item of pinned) {
      options.signal.throwIfAborted()
      options.say(`Installing ${packageLabel(item)}`, 'DepsStartPackageInstall')
      await install(item, join(staging, item.name), sources)
      options.say(`Installed from ${sourceLabel(item)}`, 'DepsInstallInfo')
      if (item.kind === 'hub') {
        if (item.latest === item.version) options.say('Up to date!', 'DepsUpToDate')
        else {
          outdated.push(item.package)
          options.say(`Updated version available: ${item.latest}`, 'DepsUpdateAvailable')
        }
      }
      if (item.kind === 'git' && item.subdirectory !== null) {
        options.say(`and subdirectory ${item.subdirectory}`, 'DepsListSubdirectory')
      }
    }
    await rm(target, { recursive: true, force: true })
    await mkdir(dirname(target), { recursive: true })
    await rename(staging, target)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  if (outdated.length > 0) {
    options.say('', 'Formatting')
    options.say(
      `Updates available for packages: ${outdated.join(', ')}\nUpdate your versions in packages.yml, then run tdbt deps`,
      'DepsNotifyUpdatesAvailable',
    )
  }
}

async function install(item: PinnedPackage, folder: string, sources: PackageSources): Promise<void> {
  switch (item.kind) {
    case 'hub':
      return await move(await sources.unpack(item.tarball, item.package), folder)
    case 'git':
      return await move((await sources.checkout(item)).path, folder)
    case 'tarball':
      return await move(await sources.unpack(item.tarball, item.name), folder)
    case 'local': {
      const from = resolve(sources.root, item.local)
      if (!existsSync(from))
        throw new TdbtError('T1010', `The local package '${item.local}' does not exist`, { found: from })
      try {
        await symlink(from, folder, 'junction')
      } catch {
        // Some systems give no links to everyone.
        await cp(from, folder, { recursive: true })
      }
    }
  }
}

/** The downloads may lie on another disk than the project. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch {
    await cp(from, to, { recursive: true, verbatimSymlinks: true })
  }
}
