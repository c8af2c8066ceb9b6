import { type JsonObject, type MacroArgument, nearest, TdbtError } from '../core/index.ts'
import type { NodeDraft } from './drafts.ts'
import { isRecord } from './native-render.ts'
import { applyConfig } from './node-config.ts'
import { fileId, type Parsing, type PropertiesFile } from './parsing.ts'
import type { RawEntry } from './schema-render.ts'

/** Lays a `macros` entry over its macro. A missing macro is a warning (T1016), a second entry T1007. */
export function patchMacro(parsing: Parsing, properties: PropertiesFile, { entry }: RawEntry): void {
  const { builder } = parsing
  const packageName = properties.scope.config.name
  const macro = builder.macros.get(`macro.${packageName}.${entry.name}`)
  if (!macro) {
    const names = [...builder.macros.values()]
      .filter((item) => item.package_name === packageName)
      .map((item) => item.name)
    const near = nearest(entry.name, names)
    builder.warnings.push(
      new TdbtError('T1016', `There is no macro '${entry.name}' for these properties`, {
        location: entry.yaml.locate([...entry.path, 'name']),
        source: entry.yaml.source,
        hint: near === undefined ? undefined : `Did you mean '${near}'?`,
      }),
    )
    return
  }
  if (macro.patch_path !== null) {
    throw new TdbtError('T1007', `Macro '${entry.name}' has properties in two places`, {
      location: entry.yaml.locate(entry.path),
      source: entry.yaml.source,
      found: `${macro.patch_path.split('://')[1] ?? ''} and ${properties.file.originalPath}`,
    })
  }
  const config = entry.mapping('config')
  const meta = { ...entry.mapping('meta'), ...(isRecord(config['meta']) ? config['meta'] : {}) } as JsonObject
  const written = isRecord(config['docs']) ? config['docs'] : entry.mapping('docs')
  const color = written['node_color']
  const docs = { show: written['show'] !== false, node_color: typeof color === 'string' ? color : null }
  macro.patch_path = fileId(packageName, properties.file.originalPath)
  macro.description = entry.text('description') ?? ''
  macro.meta = meta
  macro.docs = docs
  macro.config = { meta, docs }
  const described = entry.entries('arguments').map(
    (argument): MacroArgument => ({
      name: argument.name,
      type: argument.text('type'),
      description: argument.text('description') ?? '',
    }),
  )
  // With validate_macro_args the macro's own parameters stand where the entry lists none.
  if (described.length > 0 || parsing.behavior['validate_macro_args'] !== true) macro.arguments = described
}

/** Lays a `data_tests` entry with a description or config over the singular test of that name. */
export function patchSingularTest(parsing: Parsing, properties: PropertiesFile, { entry, raw }: RawEntry): void {
  const { builder } = parsing
  const packageName = properties.scope.config.name
  const id = `test.${packageName}.${entry.name}`
  const disabled = builder.disabled.get(id)?.[0]
  const node = builder.nodes.get(id) ?? (disabled?.resource_type === 'test' ? (disabled as NodeDraft) : undefined)
  if (!node) {
    builder.warnings.push(
      new TdbtError('T1016', `There is no singular test '${entry.name}' for these properties`, {
        location: entry.yaml.locate([...entry.path, 'name']),
        source: entry.yaml.source,
      }),
    )
    return
  }
  const config = { ...entry.mapping('config') }
  for (const key of ['meta', 'docs', 'group'] as const)
    if (entry.has(key) && !(key in config)) config[key] = entry.data[key]
  if (Object.keys(config).length > 0) {
    applyConfig(
      parsing,
      node,
      node.config_call_dict as Record<string, unknown>,
      config,
      isRecord(raw['config']) ? raw['config'] : undefined,
    )
  }
  node.patch_path = fileId(packageName, properties.file.originalPath)
  node.description = entry.text('description') ?? ''
}
