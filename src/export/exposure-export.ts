import {
  type ExportSpec,
  type ExposureNode,
  fileExtension,
  findResource,
  isJsonObject,
  type Manifest,
  readExportSpec,
  TdbtError,
} from '../core/index.ts'

/** A relation that an export writes, and under which name. */
export interface ExportedRelation {
  readonly name: string
  /** The relation as the engine's SQL names it. */
  readonly relation: string
}

/** True for exposures that are exports: their block is under `meta.export` and says where to. */
export function isExport({ meta }: ExposureNode): boolean {
  const block = meta['export']
  return block !== undefined && isJsonObject(block) && typeof block['to'] === 'string'
}

/** The block of an exposure. Throws T8030. */
export function exposureSpec(exposure: ExposureNode): ExportSpec {
  return readExportSpec(exposure.meta['export'], `Exposure '${exposure.name}'`)
}

/**
 * What an exposure exports: the relations of the models, seeds, snapshots and sources it depends on, in order. Throws T8030 where there is none,
 * where two have one name, where one of them is ephemeral, or where several are to go into one file.
 */
export function exposureRelations(
  exposure: ExposureNode,
  manifest: Manifest,
  spec: ExportSpec,
): readonly ExportedRelation[] {
  const owner = `Exposure '${exposure.name}'`
  const relations = exposure.depends_on.nodes.flatMap((id): ExportedRelation[] => {
    const node = findResource(manifest, id)
    if (node === undefined || !('relation_name' in node)) return []
    const { relation_name: relation } = node
    if (typeof relation !== 'string') {
      throw new TdbtError('T8030', `${owner}: '${node.name}' is ephemeral, there is no table to export`, {
        nodeId: exposure.unique_id,
        hint: `Materialize '${node.name}' as a table or a view.`,
      })
    }
    return [{ name: 'alias' in node && typeof node.alias === 'string' ? node.alias : node.name, relation }]
  })
  if (relations.length === 0) {
    throw new TdbtError('T8030', `${owner}: there is nothing to export`, {
      nodeId: exposure.unique_id,
      found: exposure.depends_on.nodes.join(', ') || 'no depends_on',
      expected: "depends_on: [ref('daily_revenue')]",
      hint: 'Name the models to export under `depends_on`.',
    })
  }
  const names = relations.map((relation) => relation.name.toLowerCase())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new TdbtError('T8030', `${owner}: two relations are named '${twice}', and would be one file`, {
      nodeId: exposure.unique_id,
      hint: 'Make two exposures of it, with folders of their own.',
    })
  }
  if (relations.length > 1 && fileExtension(spec.to) !== undefined) {
    throw new TdbtError('T8030', `${owner}: 'to' is one file, and there are ${relations.length} relations`, {
      nodeId: exposure.unique_id,
      found: spec.to,
      expected: 'a folder: to: reports/',
      hint: 'Name a folder; each relation gets a file in it.',
    })
  }
  return relations
}
