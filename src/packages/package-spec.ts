/** An entry of packages.yml after rendering. */
export type PackageSpec = HubSpec | GitSpec | LocalSpec | TarballSpec

export interface HubSpec {
  readonly kind: 'hub'
  /** `dbt-labs/dbt_utils`. */
  readonly package: string
  readonly versions: readonly string[]
  readonly installPrerelease: boolean
}

export interface GitSpec {
  readonly kind: 'git'
  readonly git: string
  /** As written, before env_var() gave its value: what the lock file holds. */
  readonly gitUnrendered: string
  /** Empty = the default branch. */
  readonly revisions: readonly string[]
  readonly warnUnpinned: boolean
  readonly subdirectory: string | null
}

export interface LocalSpec {
  readonly kind: 'local'
  readonly local: string
}

export interface TarballSpec {
  readonly kind: 'tarball'
  readonly tarball: string
  readonly tarballUnrendered: string
  readonly name: string
}

/** The names under which two entries count as the same package. */
export function namesOf(spec: PackageSpec): readonly string[] {
  switch (spec.kind) {
    case 'hub':
      return [spec.package]
    case 'git': {
      const other = spec.git.endsWith('.git') ? spec.git.slice(0, -4) : `${spec.git}.git`
      const tail = spec.subdirectory === null ? '' : `/${spec.subdirectory}`
      return [`${spec.git}${tail}`, `${other}${tail}`]
    }
    case 'local':
      return [spec.local]
    case 'tarball':
      return [spec.tarball]
  }
}
