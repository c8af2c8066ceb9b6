import type { GroupNode, JsonObject } from '../core/index.ts'
import { compileTemplate } from '../jinja/index.ts'
import type { Place } from './drafts.ts'
import { exportBlock } from './exposure-export.ts'
import type { ExposureDraft } from './manifest-builder.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import type { RawEntry } from './schema-render.ts'
import { fqnOf } from './sql-nodes.ts'

/** Adds an exposure of a properties file. */
export function parseExposure(parsing: Parsing, properties: PropertiesFile, { entry }: RawEntry): void {
  const { scope, file } = properties
  const packageName = scope.config.name
  const name = entry.name
  const fqn = fqnOf(packageName, file.relativePath, name)
  const place: Place = { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source }
  const { export: ownExport, ...patch } = entry.mapping('config')
  const request = { kind: 'exposure', fqn, packageName, patch } as const
  const { export: inherited, ...config } = parsing.configs.resolve(request)
  const configTags = config['tags']
  const tags = [
    ...new Set([...entry.texts('tags'), ...(Array.isArray(configTags) ? configTags.map(String) : [])]),
  ].sort()
  const written = entry.text('type')
  if (written === null) throw entry.problem('type', `Exposure '${name}' has no 'type'`, null)
  const block = exportBlock(entry, written, inherited, ownExport)
  const meta = {
    ...entry.mapping('meta'),
    ...(config['meta'] as JsonObject | undefined),
    ...(block === undefined ? {} : { export: block }),
  } as JsonObject
  // dbt's artifacts know no exposure of type export: to other readers it is an application.
  const type = written === 'export' ? 'application' : written
  const exposure: ExposureDraft = {
    name,
    resource_type: 'exposure',
    package_name: packageName,
    path: file.relativePath,
    original_file_path: file.originalPath,
    unique_id: `exposure.${packageName}.${name}`,
    fqn,
    type,
    owner: { email: null, name: null, ...(entry.mapping('owner') as JsonObject) },
    description: entry.text('description') ?? '',
    label: entry.text('label'),
    maturity: entry.text('maturity'),
    meta,
    tags,
    config: { ...config, tags, meta },
    unrendered_config: parsing.configs.resolveUnrendered(request),
    url: entry.text('url'),
    depends_on: { macros: [], nodes: [] },
    refs: [],
    sources: [],
    metrics: [],
    created_at: parsing.createdAt,
  }
  parsing.builder.setPlace(exposure, place)
  for (const [index, line] of entry.texts('depends_on').entries()) {
    const location = entry.yaml.locate([...entry.path, 'depends_on', index])
    const globals = parsing.context.forExposure(exposure)
    compileTemplate(`{{ ${line} }}`, { file: location.file, firstLine: location.line }).render(globals, {
      undefined: 'capture',
    })
  }
  if (config['enabled'] === false) parsing.builder.addDisabled(exposure)
  else parsing.builder.claim(parsing.builder.exposures, exposure)
}

/** Adds a group of a properties file. */
export function parseGroup(parsing: Parsing, properties: PropertiesFile, { entry }: RawEntry): void {
  const { scope, file } = properties
  const packageName = scope.config.name
  const name = entry.name
  const config = parsing.configs.resolve({
    kind: 'group',
    fqn: fqnOf(packageName, file.relativePath, name),
    packageName,
    patch: entry.mapping('config'),
  })
  const group: GroupNode = {
    name,
    resource_type: 'group',
    package_name: packageName,
    path: file.relativePath,
    original_file_path: file.originalPath,
    unique_id: `group.${packageName}.${name}`,
    owner: { email: null, name: null, ...(entry.mapping('owner') as JsonObject) },
    description: entry.text('description'),
    config: withoutHooks(config) as JsonObject,
  }
  parsing.builder.setPlace(group, { location: () => entry.yaml.locate(entry.path), source: entry.yaml.source })
  parsing.builder.claim<GroupNode>(parsing.builder.groups, group)
}

// dbt reads groups' config from the tree of models, and drops its hooks.
function withoutHooks(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { 'pre-hook': _pre, 'post-hook': _post, ...rest } = config
  return rest
}
