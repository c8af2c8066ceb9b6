import type { Manifest, NodeResult } from '../../core/index.ts'

/** `3 table models, 12 data tests and 1 seed`-like counts, in dbt's words and order of kinds. */
export function countKinds(manifest: Manifest, macroCount: number): string {
  const counts = new Map<string, number>()
  const count = (kind: string, by = 1): void => {
    if (by > 0) counts.set(kind, (counts.get(kind) ?? 0) + by)
  }
  for (const node of Object.values(manifest.nodes)) count(kindName(node.resource_type))
  count('source', Object.keys(manifest.sources).length)
  count('exposure', Object.keys(manifest.exposures).length)
  count('metric', Object.keys(manifest.metrics).length)
  count('macro', macroCount)
  count('group', Object.keys(manifest.groups).length)
  count('semantic model', Object.keys(manifest.semantic_models).length)
  count('saved query', Object.keys(manifest.saved_queries).length)
  count('unit test', Object.keys(manifest.unit_tests).length)
  count('function', Object.keys(manifest.functions).length)
  return [...counts].map(([kind, number]) => plural(number, kind)).join(', ')
}

function kindName(resourceType: string): string {
  if (resourceType === 'test') return 'data test'
  if (resourceType === 'operation') return 'project hook'
  return resourceType.replaceAll('_', ' ')
}

export function plural(count: number, word: string): string {
  if (count === 1) return `${count} ${word}`
  if (word === 'analysis') return `${count} analyses`
  if (word.endsWith('y')) return `${count} ${word.slice(0, -1)}ies`
  return `${count} ${word}s`
}

/** What a run did, for dbt's "Finished running" line: kinds of nodes that have results, models with their materialization. */
export function ranKinds(manifest: Manifest, results: readonly NodeResult[]): string {
  const counts = new Map<string, number>()
  for (const result of results) {
    const node = manifest.nodes[result.unique_id]
    let kind = 'node'
    if (node?.resource_type === 'model')
      kind = `${String(node.config.materialized ?? 'view').replaceAll('_', ' ')} model`
    else if (node) kind = kindName(node.resource_type)
    else if (manifest.unit_tests[result.unique_id]) kind = 'unit test'
    else if (manifest.exposures[result.unique_id]) kind = 'exposure'
    else if (manifest.sources[result.unique_id]) kind = 'source'
    else if (manifest.saved_queries[result.unique_id]) kind = 'saved query'
    else if (manifest.functions[result.unique_id]) kind = 'function'
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, number]) => plural(number, kind))
    .join(', ')
}

export function duration(seconds: number): string {
  const whole = Math.floor(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = seconds - hours * 3600 - minutes * 60
  return `in ${hours} hours ${minutes} minutes and ${rest.toFixed(2)} seconds (${seconds.toFixed(2)}s)`
}

export interface Tally {
  readonly pass: number
  readonly warn: number
  readonly error: number
  readonly skip: number
  readonly noOp: number
  readonly partial: number
  readonly total: number
}

export function tally(results: readonly NodeResult[]): Tally {
  const of = (...statuses: readonly string[]): number =>
    results.filter((result) => statuses.includes(result.status)).length
  return {
    pass: of('success', 'pass'),
    warn: of('warn'),
    error: of('error', 'fail', 'runtime error'),
    skip: of('skipped'),
    noOp: of('no-op'),
    partial: of('partial success'),
    total: results.length,
  }
}
