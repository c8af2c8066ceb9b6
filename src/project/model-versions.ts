import { TdbtError } from '../core/index.ts'
import { PyFloat } from '../jinja/index.ts'
import type { NodeVersion } from './drafts.ts'
import { isRecord } from './native-render.ts'
import { Entry } from './property-values.ts'

/** One item of a model's `versions`. */
export interface ModelVersion {
  readonly v: NodeVersion
  readonly entry: Entry
  /** Columns of this version: those of the model that it includes, then its own. */
  readonly columns: readonly Entry[]
}

/** The `versions` of a model entry. Throws T1004 on repeated or malformed ones. */
export function readVersions(model: Entry): readonly ModelVersion[] {
  const seen = new Set<string>()
  const versions = model.entries('versions').map((entry): ModelVersion => {
    const v = versionOf(entry.data['v'])
    if (v === null) throw entry.problem('v', "A version needs a 'v'", entry.data['v'] ?? null)
    if (seen.has(String(v))) throw entry.problem('v', `Version '${v}' of model '${model.name}' is listed twice`, v)
    seen.add(String(v))
    return { v, entry, columns: columnsOf(model, entry) }
  })
  const latest = versionOf(model.data['latest_version'])
  if (latest !== null && versions.length > 0 && !versions.some((version) => version.v === latest)) {
    throw model.problem(
      'latest_version',
      `latest_version '${latest}' is none of the versions of model '${model.name}'`,
      latest,
    )
  }
  return versions
}

/** The latest version: what the entry says, else the greatest. */
export function latestVersion(model: Entry, versions: readonly ModelVersion[]): NodeVersion | null {
  const written = versionOf(model.data['latest_version'])
  if (written !== null) return written
  let latest: NodeVersion | null = null
  for (const { v } of versions) if (latest === null || isBefore(latest, v)) latest = v
  return latest
}

function versionOf(value: unknown): NodeVersion | null {
  if (value instanceof PyFloat) return value.value
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

// Numbers by size; as soon as one is no number, both by their text.
function isBefore(a: NodeVersion, b: NodeVersion): boolean {
  const [left, right] = [Number(a), Number(b)]
  return Number.isNaN(left) || Number.isNaN(right) ? String(a) < String(b) : left < right
}

function columnsOf(model: Entry, version: Entry): Entry[] {
  let include: readonly string[] | 'all' = 'all'
  let exclude: readonly string[] = []
  let narrowed = false
  const own: Entry[] = []
  for (const [index, item] of version.list('columns').entries()) {
    const entry = new Entry(isRecord(item) ? item : {}, version.yaml, [...version.path, 'columns', index])
    if (!entry.has('include') && !entry.has('exclude')) {
      own.push(entry)
      continue
    }
    if (narrowed) throw entry.problem('include', 'A version can have one include/exclude item', item)
    narrowed = true
    const included = entry.data['include']
    include = included === '*' || included === 'all' || included === undefined ? 'all' : entry.texts('include')
    exclude = entry.texts('exclude')
    if (include !== 'all' && exclude.length > 0) {
      throw new TdbtError('T1004', "'exclude' goes with include: all only", {
        location: entry.yaml.locate(entry.path),
        source: entry.yaml.source,
      })
    }
  }
  const included = model.entries('columns').filter((column) => {
    const name = column.name
    return (include === 'all' || include.includes(name)) && !exclude.includes(name)
  })
  return [...included, ...own]
}
