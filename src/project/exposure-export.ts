import { type Json, readExportSpec, TdbtError } from '../core/index.ts'
import { isRecord } from './native-render.ts'
import type { Entry } from './property-values.ts'

/**
 * The `export:` of an exposure: of the project file's config, of its own config, of itself, each laid over the one before; for projects that dbt is to
 * read too, of `config.meta`. undefined for an exposure that is no export. Throws T8030 with the place of the key.
 */
export function exportBlock(entry: Entry, type: string, inherited: unknown, ownConfig: unknown): Json | undefined {
  const own = entry.data['export']
  const inMeta = inMetaOf(entry)
  if (type !== 'export' && own === undefined && ownConfig === undefined && inMeta === undefined) return undefined
  const fail = (found: unknown): never => {
    throw new TdbtError('T8030', `Exposure '${entry.name}': 'export' is no mapping`, {
      location: entry.yaml.locate([...entry.path, 'export']),
      source: entry.yaml.source,
      found: JSON.stringify(found),
      expected: 'export: {format: csv, to: reports/}',
    })
  }
  const levels = [inherited, inMeta, ownConfig, own].filter((level) => level !== undefined && level !== null)
  const block: Record<string, Json> = {}
  for (const level of levels) Object.assign(block, isRecord(level) ? level : fail(level))
  readExportSpec(block, `Exposure '${entry.name}'`, (key) => ({
    location: entry.yaml.locate(placeOf(entry, key)),
    source: entry.yaml.source,
  }))
  return block
}

/** Meta belongs to the user: only a block that says where to is an export. */
function inMetaOf(entry: Entry): unknown {
  for (const meta of [entry.mapping('config')['meta'], entry.data['meta']]) {
    const block = isRecord(meta) ? meta['export'] : undefined
    if (isRecord(block) && block['to'] !== undefined) return block
  }
  return undefined
}

/** Where the key is written; for one that is missing, where the block is. */
function placeOf(entry: Entry, key: string | null): readonly (string | number)[] {
  const config = entry.mapping('config')
  const blocks = [
    [entry.data['export'], ['export']],
    [config['export'], ['config', 'export']],
    [isRecord(config['meta']) ? config['meta']['export'] : undefined, ['config', 'meta', 'export']],
  ] as const
  const holder = blocks.find(([block]) => isRecord(block) && key !== null && block[key] !== undefined)
  if (holder !== undefined && key !== null) return [...entry.path, ...holder[1], key]
  const block = blocks.find(([each]) => isRecord(each))
  return block === undefined ? entry.path : [...entry.path, ...block[1]]
}
