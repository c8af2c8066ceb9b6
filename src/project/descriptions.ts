import { type ColumnInfo, nearest, TdbtError } from '../core/index.ts'
import { compileTemplate, PyFunction, type PyValue } from '../jinja/index.ts'
import { DocLookup } from './lookups.ts'
import type { Draft } from './manifest-builder.ts'
import { hasJinja } from './native-render.ts'
import type { Parsing } from './parsing.ts'

interface Described {
  readonly package_name: string
  readonly unique_id: string
  description: string
}

/** Renders the descriptions of all resources, `doc('…')` in them, and notes which docs blocks each uses. Errors go to the builder. */
export function renderDescriptions(parsing: Parsing): void {
  const { builder, root } = parsing
  const docs = new DocLookup(builder.docs.values(), root.config.name)
  const render = (text: string, resource: Described, used?: string[]): string => {
    if (!hasJinja(text)) return text
    const doc = (args: readonly PyValue[]): PyValue => {
      const [first, second] = args
      if (typeof first !== 'string' || (second !== undefined && typeof second !== 'string') || args.length > 2) {
        throw new TdbtError('T2004', 'doc() takes the name of a docs block, or a package and a name')
      }
      const [packageName, name] = second === undefined ? [null, first] : [first, second]
      const found = docs.find(name, packageName, resource.package_name)
      if (!found) {
        const near = nearest(name, docs.names())
        throw new TdbtError(
          'T3001',
          `Documentation for '${resource.unique_id}' depends on doc '${name}' which was not found`,
          {
            found: name,
            hint: near === undefined ? `Write {% docs ${name} %} in a .md file.` : `Did you mean '${near}'?`,
          },
        )
      }
      used?.push(found.unique_id)
      return found.block_contents
    }
    const globals = parsing.context.forYaml(resource.package_name)
    const names = { get: (name: string) => (name === 'doc' ? new PyFunction('doc', doc) : globals.get(name)) }
    const place = builder.descriptionPlaceOf(resource)
    const location = place?.location()
    try {
      return compileTemplate(text, { file: location?.file ?? 'description' }).render(names)
    } catch (error) {
      // The place of the description, not a place in its text: that says nothing of the file.
      if (!(error instanceof TdbtError)) throw error
      throw new TdbtError(error.code, error.message, {
        ...error.details,
        location,
        source: place?.source,
        nodeId: resource.unique_id,
        cause: error,
      })
    }
  }
  const describe = (resource: Described & { doc_blocks?: readonly string[] }) => {
    const used: string[] = []
    resource.description = render(resource.description, resource, used)
    if (used.length > 0) resource.doc_blocks = used
  }
  const describeColumns = (resource: Described, columns: Readonly<Record<string, ColumnInfo>>) => {
    for (const [name, column] of Object.entries(columns)) {
      if (!hasJinja(column.description)) continue
      const used: string[] = []
      const draft = column as Draft<ColumnInfo>
      builder.attempt(() => {
        draft.description = render(column.description, resource, used)
        draft.doc_blocks = used
      }, resource)
      ;(columns as Record<string, ColumnInfo>)[name] = draft
    }
  }
  for (const node of [...builder.nodes.values(), ...builder.functions.values()]) {
    builder.attempt(() => describe(node), node)
    describeColumns(node, node.columns)
  }
  for (const source of builder.sources.values()) {
    builder.attempt(() => {
      describe(source)
      source.source_description = render(source.source_description, source)
    }, source)
    describeColumns(source, source.columns)
  }
  for (const macro of builder.macros.values()) {
    builder.attempt(() => {
      macro.description = render(macro.description, macro)
      macro.arguments = macro.arguments.map((argument) => ({
        ...argument,
        description: render(argument.description, macro),
      }))
    }, macro)
  }
  for (const resource of [
    ...builder.exposures.values(),
    ...builder.metrics.values(),
    ...builder.semanticModels.values(),
    ...builder.savedQueries.values(),
  ]) {
    builder.attempt(() => {
      const described = resource as unknown as Described
      if (typeof described.description === 'string') described.description = render(described.description, described)
    }, resource)
  }
}
