import { TdbtError } from '../core/index.ts'
import { download, type Fetch } from './download.ts'
import type { HubSpec, PackageSpec } from './package-spec.ts'
import { readHubList } from './read-packages.ts'
import {
  bareVersion,
  commonRange,
  compareVersions,
  isInRange,
  parseVersion,
  rangeText,
  type VersionBound,
} from './version-range.ts'

/** One version of a package as the hub describes it. */
export interface HubVersion {
  readonly name: string
  readonly packages: readonly PackageSpec[]
  readonly tarball: string
}

/** dbt's registry of packages, over HTTP. */
export interface Hub {
  /** The newest version that all the bounds allow. Throws T1010 when there is none, T1017 when the hub does not answer. */
  resolve(spec: HubSpec): Promise<{ readonly version: string; readonly latest: string }>
  version(packageName: string, version: string): Promise<HubVersion>
}

export function openHub(options: {
  readonly baseUrl: string
  readonly fetch: Fetch
  readonly signal: AbortSignal
  readonly versionCheck: boolean
  readonly dbtVersion: string
  readonly warn: (error: TdbtError) => void
}): Hub {
  const asked = new Map<string, Promise<unknown>>()
  const json = (path: string, what: string): Promise<unknown> => {
    const url = `${options.baseUrl.replace(/\/?$/, '/')}api/v1/${path}.json`
    const known = asked.get(url)
    if (known) return known
    const fresh = download(url, what, options).then((bytes): unknown => {
      try {
        return JSON.parse(bytes.toString('utf8'))
      } catch (cause) {
        throw new TdbtError('T1017', `The answer of ${url} is no JSON`, { cause })
      }
    })
    asked.set(url, fresh)
    return fresh
  }

  const versions = async (packageName: string): Promise<Readonly<Record<string, unknown>>> => {
    const index = await json('index', 'The list of packages')
    if (Array.isArray(index) && !index.includes(packageName)) {
      throw new TdbtError('T1010', `Package ${packageName} was not found in the package index`, {
        hint: 'See hub.getdbt.com for the names of packages; a package that is not there can be listed as `git:`.',
      })
    }
    const answer = await json(packageName, `Package ${packageName}`)
    if (!isRecord(answer) || !isRecord(answer['versions'])) {
      throw new TdbtError('T1017', `The hub's answer for ${packageName} has no versions`)
    }
    const moved = { namespace: answer['redirectnamespace'], name: answer['redirectname'] }
    if (moved.namespace || moved.name) {
      const next = `${String(moved.namespace ?? answer['namespace'])}/${String(moved.name ?? answer['name'])}`
      options.warn(
        new TdbtError('T1015', `The \`${packageName}\` package is deprecated in favor of \`${next}\``, {
          hint: `Write ${next} in packages.yml.`,
        }),
      )
    }
    return answer['versions']
  }

  return {
    async resolve(spec) {
      const bounds = spec.versions.map(parseVersion)
      const range = commonRange(bounds)
      const all = await versions(spec.package)
      const compatible = Object.entries(all)
        .filter(([, info]) => !options.versionCheck || allows(info, options.dbtVersion))
        .map(([text]) => parseVersion(text))
      const prereleases = spec.installPrerelease || bounds.some((bound) => bound.prerelease !== null)
      const installable = compatible
        .filter((version) => prereleases || version.prerelease === null)
        .sort(compareVersions)
      const fitting = installable.filter((version) => isInRange(version, range))
      const [chosen, latest] = [fitting[fitting.length - 1], installable[installable.length - 1]]
      if (!chosen || !latest) throw notFound(spec, rangeText(range), installable, options.versionCheck)
      return { version: bareVersion(chosen), latest: bareVersion(latest) }
    },
    async version(packageName, version) {
      const found = (await versions(packageName))[version]
      const downloads = isRecord(found) ? found['downloads'] : undefined
      const tarball = isRecord(downloads) ? downloads['tarball'] : undefined
      if (!isRecord(found) || typeof found['name'] !== 'string' || typeof tarball !== 'string') {
        throw new TdbtError('T1010', `The hub has no version ${version} of ${packageName}`, {
          hint: 'Run `tdbt deps --upgrade` to choose versions anew.',
        })
      }
      return { name: found['name'], packages: readHubList(found['packages'], packageName), tarball }
    },
  }
}

function allows(info: unknown, dbtVersion: string): boolean {
  const required = isRecord(info) ? info['require_dbt_version'] : undefined
  const bounds = (Array.isArray(required) ? required : [required])
    .filter((bound): bound is string => typeof bound === 'string' && bound !== '')
    .flatMap((bound) => bound.split(','))
  try {
    return isInRange(parseVersion(dbtVersion), commonRange(bounds.map((bound) => parseVersion(bound.trim()))))
  } catch {
    return false
  }
}

function notFound(
  spec: HubSpec,
  range: string,
  installable: readonly VersionBound[],
  versionCheck: boolean,
): TdbtError {
  const newest = installable.map(bareVersion).slice(-10).join(', ')
  return new TdbtError(
    'T1010',
    `Could not find a matching${versionCheck ? ' compatible' : ''} version for package ${spec.package}`,
    {
      found: newest === '' ? 'no version at all' : newest,
      expected: range,
      hint: versionCheck
        ? 'Versions that do not allow this version of dbt are left out; --no-version-check takes them in.'
        : 'Change the version in packages.yml.',
    },
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
