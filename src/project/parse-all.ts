import { renderDescriptions } from './descriptions.ts'
import { parseDocFile } from './doc-files.ts'
import { unknownProperties } from './known-properties.ts'
import type { ManifestBuilder } from './manifest-builder.ts'
import { checkManifest } from './manifest-checks.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import { inferPrimaryKeys } from './primary-keys.ts'
import { openProperties, parseProperties, patchLookups } from './properties-files.ts'
import { ReferenceResolver } from './resolve-references.ts'
import { linkSemanticNodes } from './semantic-nodes.ts'
import { SourceCollection } from './source-nodes.ts'
import { parseFileNode, parseRunHooks, parseSnapshotFile } from './sql-nodes.ts'
import { isTestFile, parseTestFile } from './test-files.ts'
import { linkUnitTests } from './unit-tests.ts'

/** dbt's order: files of SQL package by package, then properties, then sources, then what links them all. */
export function parseAll(parsing: Parsing): void {
  const { builder, packages } = parsing
  for (const scope of packages.values()) {
    const { files } = scope
    for (const file of files.models) parseFileNode(parsing, scope, 'model', file)
    for (const file of files.snapshots) parseSnapshotFile(parsing, scope, file)
    for (const file of files.analyses) parseFileNode(parsing, scope, 'analysis', file)
    for (const file of files.singularTests) parseFileNode(parsing, scope, 'test', file)
    for (const file of files.seeds) parseFileNode(parsing, scope, 'seed', file)
    for (const file of files.docs) parseDocFile(builder, scope.config.name, file)
    parseRunHooks(parsing, scope)
    for (const file of files.functions) parseFileNode(parsing, scope, 'function', file)
  }
  const lookups = patchLookups(parsing)
  const sources = new SourceCollection()
  const testFiles: PropertiesFile[] = []
  for (const scope of packages.values()) {
    for (const file of scope.files.properties) {
      builder.attempt(() => {
        const properties = openProperties(scope, file)
        if (!properties) return
        builder.warnings.push(...properties.yaml.warnings, ...unknownProperties(properties))
        parseProperties(parsing, properties, lookups, sources)
        if (isTestFile(properties)) testFiles.push(properties)
      })
    }
  }
  lookups.refresh()
  for (const properties of testFiles) builder.attempt(() => parseTestFile(parsing, properties, lookups, sources))
  settleDisabled(builder)
  sources.build(parsing)
  const references = new ReferenceResolver(parsing)
  references.resolveAll()
  linkUnitTests(parsing, references.refs, references.disabled)
  linkSemanticNodes(parsing, references.refs)
  renderDescriptions(parsing)
  inferPrimaryKeys(builder)
  checkManifest(parsing)
}

/** Properties may have switched nodes off or on: each goes where its config now says. */
function settleDisabled(builder: ManifestBuilder): void {
  for (const node of [...builder.nodes.values()]) {
    if (node.config['enabled'] !== false) continue
    builder.nodes.delete(node.unique_id)
    builder.addDisabled(node)
  }
  for (const [id, list] of [...builder.disabled]) {
    const enabled = list.filter((item) => item.config['enabled'] !== false)
    if (enabled.length === 0) continue
    const rest = list.filter((item) => item.config['enabled'] === false)
    if (rest.length > 0) builder.disabled.set(id, rest)
    else builder.disabled.delete(id)
    for (const item of enabled) {
      if ('raw_code' in item) builder.claim(item.resource_type === 'function' ? builder.functions : builder.nodes, item)
    }
  }
}
