import { TdbtError } from '../core/index.ts'
import type { Place } from './drafts.ts'
import { applyConfig } from './node-config.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import type { RawEntry } from './schema-render.ts'
import { fqnOf, newNode } from './sql-nodes.ts'
import { readStaticReference } from './static-reference.ts'

/** Makes the snapshot that a `snapshots` entry with a `relation` stands for; true when it is one. */
export function addYamlSnapshot(parsing: Parsing, properties: PropertiesFile, { entry }: RawEntry): boolean {
  const relation = entry.data['relation']
  if (relation === undefined) return false
  if (typeof relation !== 'string') throw entry.problem('relation', "'relation' must be a ref() or source()", relation)
  const { scope, file } = properties
  const packageName = scope.config.name
  const name = entry.name
  const uniqueId = `snapshot.${packageName}.${name}`
  const place: Place = { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source }
  const node = newNode(parsing, {
    kind: 'snapshot',
    scope,
    name,
    path: `${file.relativePath}/${name}.sql`,
    originalPath: file.originalPath,
    fqn: fqnOf(packageName, file.relativePath, name),
    uniqueId,
    code: `select * from {{ ${relation} }}`,
    checksum: file.checksum,
    place,
  })
  try {
    const reference = readStaticReference(relation)
    if (reference.kind === 'ref') node.refs?.push(reference.ref)
    else node.sources?.push(reference.source)
  } catch (error) {
    if (error instanceof TdbtError) throw entry.problem('relation', error.message, relation)
    throw error
  }
  applyConfig(parsing, node, {})
  parsing.builder.addNode(node, place)
  return true
}
