import { resolve } from 'node:path'
import { TdbtError } from '../core/index.ts'
import { type GitSource, withoutPassword } from './git-checkout.ts'
import type { Hub } from './hub.ts'
import { namesOf, type PackageSpec } from './package-spec.ts'
import { type PinnedPackage, packageLabel } from './pinned-package.ts'
import { type RenderText, readPackages, readProjectName } from './read-packages.ts'

/** Where packages are fetched to be looked into. */
export interface PackageSources {
  readonly root: string
  readonly render: RenderText
  readonly hub: Hub
  /** The folder of a checkout and its commit; the same answer for the same source. */
  readonly checkout: (source: GitSource) => Promise<{ readonly path: string; readonly commit: string }>
  /** The folder of an unpacked archive; the same answer for the same URL. */
  readonly unpack: (url: string, what: string) => Promise<string>
  readonly warn: (error: TdbtError) => void
}

/**
 * All packages that the listed ones need, each once, in dbt's order: breadth first, asked versions of one package narrowed to what all
 * allow. Throws T1010 where that cannot be, and where two packages have one name.
 */
export async function resolvePackages(
  listed: readonly PackageSpec[],
  sources: PackageSources,
  projectName: string,
): Promise<readonly PinnedPackage[]> {
  const final = new Listing()
  const looked = new Map<string, Looked>()
  const look = async (spec: PackageSpec): Promise<Looked> => {
    const pinned = await choose(spec, sources)
    const key = JSON.stringify(pinned)
    const known = looked.get(key)
    if (known) return known
    const found = await lookInto(pinned, sources)
    looked.set(key, found)
    return found
  }
  for (let pending = listingOf(listed); pending.specs.length > 0; ) {
    const next = new Listing()
    for (const spec of pending.specs) for (const needed of (await look(final.add(spec))).packages) next.add(needed)
    pending = next
  }
  const pinned: PinnedPackage[] = []
  for (const spec of final.specs) pinned.push((await look(spec)).pinned)
  checkNames(pinned, projectName)
  return pinned
}

function checkNames(pinned: readonly PinnedPackage[], projectName: string): void {
  const seen = new Map<string, PinnedPackage>()
  for (const item of pinned) {
    const { name } = item
    if (!/^[A-Za-z0-9_][\w.-]*$/.test(name)) {
      throw new TdbtError('T1010', `Invalid package name '${name}'`, { expected: "a name that can be a folder's" })
    }
    if (name === projectName) {
      throw new TdbtError('T1010', `Found a dependency with the same name as the root project "${name}"`, {
        found: packageLabel(item),
        hint: 'Package names must be unique in a project: rename one of them.',
      })
    }
    const other = seen.get(name)
    if (other) {
      throw new TdbtError(
        'T1010',
        `Found duplicate project "${name}". This occurs when a dependency has the same project name as some other dependency.`,
        {
          found: `${packageLabel(other)} and ${packageLabel(item)}`,
          hint: 'List it once in packages.yml.',
        },
      )
    }
    seen.set(name, item)
  }
}

/** Specs, those of one package merged into one. */
class Listing {
  private readonly byKey = new Map<string, PackageSpec>()

  get specs(): readonly PackageSpec[] {
    return [...this.byKey.values()]
  }

  add(spec: PackageSpec): PackageSpec {
    const names = namesOf(spec)
    const key = names.find((name) => this.byKey.has(name)) ?? names[0] ?? ''
    const existing = this.byKey.get(key)
    const merged = existing === undefined ? spec : merge(existing, spec)
    this.byKey.set(key, merged)
    return merged
  }
}

function listingOf(specs: readonly PackageSpec[]): Listing {
  const listing = new Listing()
  for (const spec of specs) listing.add(spec)
  return listing
}

function merge(old: PackageSpec, next: PackageSpec): PackageSpec {
  if (old.kind === 'hub' && next.kind === 'hub') return { ...old, versions: [...old.versions, ...next.versions] }
  if (old.kind === 'git' && next.kind === 'git') {
    return {
      ...old,
      revisions: [...new Set([...old.revisions, ...next.revisions])],
      warnUnpinned: old.warnUnpinned && next.warnUnpinned,
    }
  }
  if (old.kind === next.kind) return old
  throw new TdbtError('T1010', `${namesOf(old)[0] ?? ''} is listed as ${old.kind} and as ${next.kind}`, {
    hint: 'List a package in one way.',
  })
}

type Chosen =
  | { readonly kind: 'hub'; readonly package: string; readonly version: string; readonly latest: string }
  | (Extract<PackageSpec, { kind: 'git' }> & { readonly revision: string })
  | Extract<PackageSpec, { kind: 'local' }>
  | Extract<PackageSpec, { kind: 'tarball' }>

async function choose(spec: PackageSpec, sources: PackageSources): Promise<Chosen> {
  switch (spec.kind) {
    case 'hub':
      return { kind: 'hub', package: spec.package, ...(await sources.hub.resolve(spec)) }
    case 'git': {
      const [revision = 'HEAD', ...others] = spec.revisions
      if (others.length > 0) {
        throw new TdbtError(
          'T1010',
          `git dependencies should contain exactly one version. ${withoutPassword(spec.git)} contains: ${spec.revisions.join(', ')}`,
          {
            hint: 'Ask for the same revision everywhere.',
          },
        )
      }
      return { ...spec, revision }
    }
    case 'local':
    case 'tarball':
      return spec
  }
}

interface Looked {
  readonly pinned: PinnedPackage
  readonly packages: readonly PackageSpec[]
}

/** Fetches a package so far that its name and what it needs are known. */
async function lookInto(chosen: Chosen, sources: PackageSources): Promise<Looked> {
  const { render } = sources
  const needs = (folder: string): readonly PackageSpec[] => readPackages(folder, render, `${folder}/`).specs
  switch (chosen.kind) {
    case 'hub': {
      const found = await sources.hub.version(chosen.package, chosen.version)
      return { pinned: { ...chosen, tarball: found.tarball, name: found.name }, packages: found.packages }
    }
    case 'git': {
      const { revisions: _, ...rest } = chosen
      const { path, commit } = await sources.checkout(chosen)
      warnUnpinned(chosen, sources)
      return { pinned: { ...rest, revision: commit, name: readProjectName(path, render) }, packages: needs(path) }
    }
    case 'local': {
      // dbt resolves these against the root project, wherever they are listed.
      const path = resolve(sources.root, chosen.local)
      return { pinned: { ...chosen, name: readProjectName(path, render) }, packages: needs(path) }
    }
    case 'tarball': {
      const path = await sources.unpack(chosen.tarball, chosen.name)
      readProjectName(path, render)
      return { pinned: chosen, packages: needs(path) }
    }
  }
}

function warnUnpinned(chosen: Extract<Chosen, { kind: 'git' }>, sources: PackageSources): void {
  if (!chosen.warnUnpinned || !['HEAD', 'main', 'master'].includes(chosen.revision)) return
  const how =
    chosen.revision === 'HEAD' ? 'not pinned, using HEAD (default branch)' : `pinned to the "${chosen.revision}" branch`
  sources.warn(
    new TdbtError(
      'T1018',
      `The git package "${withoutPassword(chosen.git)}" \n\tis ${how}.\n\tThis can introduce breaking changes into your project without warning!`,
      {
        hint: 'Give it a `revision`: a tag or a commit; `warn-unpinned: false` hides this.',
      },
    ),
  )
}
