import { TdbtError } from '../core/index.ts'
import { CONFIG_DEFAULTS, MERGE_RULES, OPTIONAL_FIELDS, REPLACED_TAGS } from './config-fields.ts'
import { isRecord } from './native-render.ts'
import type { ConfiguredKind } from './project-keys.ts'

/** A config under construction. Values are plain data. */
export type ConfigDict = Record<string, unknown>

/** `config` with `partial` laid over it by dbt's rules; neither argument is changed. */
export function mergeConfig(kind: ConfiguredKind, config: ConfigDict, partial: Readonly<ConfigDict>): ConfigDict {
  const fields = CONFIG_DEFAULTS[kind]
  const out = { ...config }
  for (const [written, value] of Object.entries(partial)) {
    const key = canonicalKey(written)
    const rule =
      (key in fields || OPTIONAL_FIELDS.has(key)) && !(key === 'tags' && REPLACED_TAGS.has(kind))
        ? MERGE_RULES[key]
        : undefined
    out[key] = rule === undefined || !(key in out) ? value : mergeValue(rule, out[key], value)
  }
  return out
}

/** Several `config()` calls of one file become one dict: lists grow, mappings are updated, the rest is replaced. */
export function mergeConfigCalls(calls: ConfigDict, added: Readonly<ConfigDict>): ConfigDict {
  if (Object.keys(calls).length === 0) return { ...added }
  const out = { ...calls }
  for (const [key, value] of Object.entries(added)) {
    const rule = MERGE_RULES[canonicalKey(key)]
    if (rule === 'append') out[key] = key in out ? [...listOf(out[key]), ...listOf(value)] : listOf(value)
    else if (rule === 'update' && isRecord(out[key]) && isRecord(value)) out[key] = { ...out[key], ...value }
    else if (rule === 'grants' && isRecord(out[key]) && isRecord(value)) out[key] = mergeGrantCalls(out[key], value)
    else out[key] = value
  }
  return out
}

function mergeValue(rule: MergeRuleName, before: unknown, added: unknown): unknown {
  switch (rule) {
    case 'append':
      return [...listOf(before), ...listOf(added)]
    case 'update':
      return { ...(isRecord(before) ? before : {}), ...(isRecord(added) ? added : {}) }
    case 'lay over':
      return isRecord(before) && isRecord(added) ? { ...before, ...added } : added
    case 'grants':
      return mergeGrants(isRecord(before) ? before : {}, isRecord(added) ? added : {})
  }
}

type MergeRuleName = NonNullable<(typeof MERGE_RULES)[string]>

// `select: [a]` replaces the grantees of select, `+select: [b]` adds to them.
function mergeGrants(before: ConfigDict, added: ConfigDict): ConfigDict {
  const out: ConfigDict = {}
  for (const [key, value] of Object.entries(before)) out[key] = listOf(value)
  for (const [written, value] of Object.entries(added)) {
    const key = written.replace(/^\++/, '')
    const extend = key !== written && key in out
    out[key] = extend ? [...listOf(out[key]), ...listOf(value)] : listOf(value)
  }
  return out
}

// Among the calls of one file the `+` is kept: what stands above the file is not known yet.
function mergeGrantCalls(before: ConfigDict, added: ConfigDict): ConfigDict {
  const out: ConfigDict = {}
  for (const [key, value] of Object.entries(before)) out[key] = listOf(value)
  for (const [key, value] of Object.entries(added)) {
    out[key] = key.startsWith('+') && key in out ? [...listOf(out[key]), ...listOf(value)] : listOf(value)
  }
  return out
}

/** The config as dbt stores it: hooks as objects, `docs`, `contract` and the like with all their fields. */
export function normaliseConfig(kind: ConfiguredKind, config: ConfigDict): ConfigDict {
  const out = { ...config }
  const { enabled } = out
  if (enabled !== undefined && enabled !== null && typeof enabled !== 'boolean') {
    throw new TdbtError('T1009', `enabled: '${String(enabled)}' is not of type 'boolean'`, {
      expected: 'true or false',
    })
  }
  for (const key of ['pre-hook', 'post-hook']) {
    if (key in CONFIG_DEFAULTS[kind] && out[key] !== undefined) out[key] = listOf(out[key]).map(hookOf)
  }
  const complete = (key: string) => {
    const defaults = CONFIG_DEFAULTS[kind][key]
    if (isRecord(defaults) && isRecord(out[key])) out[key] = { ...defaults, ...out[key] }
  }
  complete('docs')
  complete('contract')
  complete('snapshot_meta_column_names')
  if (typeof out['static_analysis'] === 'boolean') out['static_analysis'] = out['static_analysis'] ? 'on' : 'off'
  if (kind === 'model') out['freshness'] = modelFreshness(out['freshness'])
  if (kind === 'test') {
    // store_failures_as decides; without it store_failures means a table or nothing.
    const as = out['store_failures_as'] ?? null
    const store = out['store_failures'] ?? null
    if (as === null) out['store_failures_as'] = store === true ? 'table' : store === false ? 'ephemeral' : null
    else out['store_failures'] = as !== 'ephemeral'
  }
  return out
}

function modelFreshness(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value['build_after'])) return null
  return { build_after: { count: null, period: null, updates_on: 'any', ...value['build_after'] } }
}

/** A hook as written (SQL, JSON text or mapping) in dbt's shape. */
export function hookOf(hook: unknown): ConfigDict {
  if (isRecord(hook))
    return { ...hook, sql: hook['sql'], transaction: hook['transaction'] ?? true, index: hook['index'] ?? null }
  const sql = String(hook)
  if (/^\s*\{\s*"/.test(sql)) {
    try {
      const parsed: unknown = JSON.parse(sql)
      if (isRecord(parsed)) return hookOf(parsed)
    } catch {
      // Not JSON: the text is the SQL.
    }
  }
  return { sql, transaction: true, index: null }
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

// dbt takes both spellings of hooks, and two older names of credentials.
function canonicalKey(key: string): string {
  if (key === 'pre_hook') return 'pre-hook'
  if (key === 'post_hook') return 'post-hook'
  return key === 'dbname' ? 'database' : key
}
