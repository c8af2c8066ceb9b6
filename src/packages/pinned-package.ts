import type { GitSpec, LocalSpec, TarballSpec } from './package-spec.ts'

/** A package of which it is decided what exactly to install. `name` is that of its project: the folder it goes to. */
export type PinnedPackage =
  | {
      readonly kind: 'hub'
      readonly package: string
      readonly version: string
      /** The newest version that works with this dbt. */
      readonly latest: string
      readonly tarball: string
      readonly name: string
    }
  | (Omit<GitSpec, 'revisions'> & { readonly revision: string; readonly name: string })
  | (LocalSpec & { readonly name: string })
  | (TarballSpec & { readonly name: string })

/** How a message names the package before it is installed. */
export function packageLabel(pinned: PinnedPackage): string {
  switch (pinned.kind) {
    case 'hub':
      return pinned.package
    case 'git':
      return pinned.subdirectory === null ? pinned.git : `${pinned.git}/${pinned.subdirectory}`
    case 'local':
      return pinned.local
    case 'tarball':
      return pinned.name
  }
}

/** What it was installed from, in dbt's words. */
export function sourceLabel(pinned: PinnedPackage): string {
  switch (pinned.kind) {
    case 'hub':
      return `version ${pinned.version}`
    case 'git':
      return pinned.revision === 'HEAD' ? 'HEAD (default revision)' : `revision ${pinned.revision}`
    case 'local':
      return `<local @ ${pinned.local}>`
    case 'tarball':
      return `tarball (url: ${pinned.tarball})`
  }
}
