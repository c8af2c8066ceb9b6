import type { NodeDraft } from './drafts.ts'
import type { ManifestBuilder } from './manifest-builder.ts'

/** Writes `primary_key` of every model: what its constraints say, else what its unique and not_null tests let dbt infer. */
export function inferPrimaryKeys(builder: ManifestBuilder): void {
  const testsOf = new Map<string, NodeDraft[]>()
  const collect = (node: NodeDraft) => {
    if (node.test_metadata === undefined || !node.attached_node) return
    const list = testsOf.get(node.attached_node)
    if (list) list.push(node)
    else testsOf.set(node.attached_node, [node])
  }
  for (const node of builder.nodes.values()) collect(node)
  for (const list of builder.disabled.values())
    for (const item of list) if (item.resource_type === 'test') collect(item as NodeDraft)
  for (const node of builder.nodes.values()) {
    if (node.resource_type === 'model')
      node.primary_key = [...primaryKey(node, testsOf.get(node.unique_id) ?? [])].sort()
  }
}

function primaryKey(model: NodeDraft, tests: readonly NodeDraft[]): Iterable<string> {
  const declared = model.constraints?.find((constraint) => constraint.type === 'primary_key')
  if (declared) return declared.columns ?? []
  for (const column of Object.values(model.columns)) {
    if (column.constraints.some((constraint) => constraint.type === 'primary_key')) return [column.name]
  }
  const enabledUnique = new Set<string>()
  const disabledUnique = new Set<string>()
  const notNull = new Set<string>()
  for (const test of tests) {
    const name = test.test_metadata?.name
    for (const column of columnsOf(test)) {
      if (name === 'not_null') notNull.add(column)
      else if (name === 'unique' || name === 'unique_combination_of_columns') {
        if (test.config['enabled'] === false) disabledUnique.add(column)
        else enabledUnique.add(column)
      }
    }
  }
  const both = [...notNull].filter((column) => enabledUnique.has(column) || disabledUnique.has(column))
  if (both.length > 0) return both
  return enabledUnique.size > 0 ? enabledUnique : disabledUnique
}

function columnsOf(test: NodeDraft): readonly string[] {
  const kwargs = test.test_metadata?.kwargs ?? {}
  const column = kwargs['column_name']
  if (typeof column === 'string') return [column]
  const combination = kwargs['combination_of_columns']
  return Array.isArray(combination) ? combination.filter((item): item is string => typeof item === 'string') : []
}
