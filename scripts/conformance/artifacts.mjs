// The artifacts of a run, cut into fields: `kind|resource|path of keys` → value as text. Long values are hashed. What no two runs share
// (clocks, ids, paths of the machine) and what is the tool's own (versions, built-in macros and their texts) is left out.
import { createHash } from 'node:crypto'

const VOLATILE = new Set([
  'created_at',
  'execution_time',
  'started_at',
  'completed_at',
  'snapshotted_at',
  'age',
  'root_path',
])
const BUILT_IN = /^(?:macro|doc)\.(?:dbt|dbt_postgres|dbt_duckdb|tdbt)\./
/** Lists that dbt makes of sets: their order is chance. */
const SETS = new Set(['tags', 'nodes', 'macros', 'supported_languages'])

export function manifestFields(manifest, kind = 'manifest') {
  const out = {}
  for (const [section, resources] of Object.entries(manifest)) {
    if (section === 'metadata' || !resources || typeof resources !== 'object') continue
    for (const [id, resource] of Object.entries(resources)) {
      if (BUILT_IN.test(id)) continue
      // Those of one name stand in the order of their folders on the disk.
      if (section === 'disabled') spread(out, `${kind}|${section} ${id}`, resource.toSorted(byPath))
      else if (Array.isArray(resource)) out[`${kind}|${section} ${id}`] = text([...resource].sort())
      else spread(out, `${kind}|${section} ${id}`, resource)
    }
  }
  return out
}

const byPath = (a, b) => (a.original_file_path < b.original_file_path ? -1 : 1)

/** Statuses stand elsewhere on the board; messages of errors are each tool's own. */
export function resultFields(results, label) {
  const out = {}
  for (const result of results.results) {
    const at = `run results|${label} ${result.unique_id}`
    const good = ['success', 'pass'].includes(result.status)
    out[`${at} status`] = result.status
    out[`${at} keys`] = Object.keys(result).sort().join(' ')
    out[`${at} timing`] = result.timing.map((each) => each.name).join(' ')
    out[`${at} compiled`] = text(result.compiled)
    out[`${at} relation_name`] = text(result.relation_name)
    out[`${at} failures`] = text(result.failures)
    if (good) {
      out[`${at} message`] = text(result.message)
      out[`${at} adapter_response`] = text(sorted(result.adapter_response))
    }
  }
  return out
}

export function sourceFields(sources, label) {
  const out = {}
  for (const result of sources.results) {
    const { status, criteria, adapter_response: response, max_loaded_at: loaded } = result
    out[`freshness|${label} ${result.unique_id}`] = text(sorted({ status, criteria, response, loaded }))
  }
  return out
}

export function catalogFields(catalog, label) {
  const out = {}
  for (const section of ['nodes', 'sources']) {
    for (const [id, entry] of Object.entries(catalog[section])) spread(out, `catalog|${label} ${section} ${id}`, entry)
  }
  return out
}

/** The leaves of a value; lists are leaves. */
function spread(out, at, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length === 0) {
    const key = at.slice(at.lastIndexOf(' ') + 1)
    out[at] = text(SETS.has(key) && Array.isArray(value) ? [...value].sort() : sorted(value))
    return
  }
  for (const [key, inner] of Object.entries(value)) if (!VOLATILE.has(key)) spread(out, `${at} ${key}`, inner)
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => !VOLATILE.has(key))
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

function text(value) {
  const json = JSON.stringify(value) ?? 'null'
  return json.length <= 160 ? json : `md5 ${createHash('md5').update(json).digest('hex')} ${json.slice(0, 60)}`
}
