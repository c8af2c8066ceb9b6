import { type SourceLocation, TdbtError } from '../core/index.ts'
import { compileTemplate, extractBlocks, type Template } from '../jinja/index.ts'
import type { NodeDraft, NodeKind, Place } from './drafts.ts'
import { isRecord } from './native-render.ts'
import { applyConfig } from './node-config.ts'
import { ParseCapture } from './parse-capture.ts'
import type { PackageScope, Parsing } from './parsing.ts'
import type { SourceFile } from './project-files.ts'
import { readPythonModel } from './python-model.ts'

/** What a node is made of before its SQL is rendered. */
export interface NodeSeed {
  readonly kind: NodeKind
  readonly scope: PackageScope
  readonly name: string
  /** dbt's `path`: below the resource folder, or a made-up one. */
  readonly path: string
  readonly originalPath: string
  readonly fqn: readonly string[]
  readonly uniqueId: string
  readonly code: string
  readonly checksum: NodeDraft['checksum']
  readonly place: Place
  readonly tags?: readonly string[]
}

/** A node with nothing but its name, code and the config that the project files give it. */
export function newNode(parsing: Parsing, seed: NodeSeed): NodeDraft {
  const packageName = seed.scope.config.name
  const fqn = [...seed.fqn]
  const config = parsing.configs.base({ kind: seed.kind, fqn, packageName })
  const node: NodeDraft = {
    database: parsing.target.database,
    schema: parsing.target.schema,
    name: seed.name,
    resource_type: seed.kind,
    package_name: packageName,
    path: seed.path,
    original_file_path: seed.originalPath,
    unique_id: seed.uniqueId,
    fqn,
    alias: seed.name,
    checksum: seed.checksum,
    config,
    tags: [...(seed.tags ?? [])],
    description: '',
    columns: {},
    meta: {},
    group: null,
    docs: { show: true, node_color: null },
    patch_path: null,
    build_path: null,
    unrendered_config: {},
    created_at: parsing.createdAt,
    config_call_dict: {},
    unrendered_config_call_dict: {},
    relation_name: null,
    raw_code: seed.code,
    doc_blocks: [],
    depends_on: { macros: [], nodes: [] },
  }
  if (seed.kind === 'seed') {
    node.root_path = seed.scope.config.root
    return node
  }
  node.language = languageOf(seed)
  node.refs = []
  node.sources = []
  node.metrics = []
  node.functions = []
  node.contract = { enforced: false, alias_types: true, checksum: null }
  if (seed.kind === 'model') {
    node.access = 'protected'
    node.constraints = []
    node.version = null
    node.latest_version = null
    node.deprecation_date = null
    node.primary_key = []
    node.time_spine = null
  }
  return node
}

function languageOf(seed: NodeSeed): 'sql' | 'python' | 'javascript' {
  if (seed.path.endsWith('.py')) return 'python'
  return seed.kind === 'function' && seed.path.endsWith('.js') ? 'javascript' : 'sql'
}

/** Renders the node's SQL as dbt does at parse time, takes what its calls say, and works out its config. */
export function renderNode(parsing: Parsing, node: NodeDraft, place: Place): void {
  const capture = new ParseCapture(node)
  const location = place.location()
  // Python models call dbt; a function's body is a template in any language.
  const callsDbt = node.language === 'python' && node.resource_type !== 'function'
  if (!callsDbt && node.raw_code.includes('{')) {
    const template = compileTemplate(node.raw_code, { file: location.file, firstLine: location.line })
    template.render(parsing.context.forNode(node, capture), { undefined: 'capture', keepsText: false })
    if (node.resource_type === 'model') dropRepeatedSources(node, template)
  }
  const written = callsDbt ? readPythonModel(node) : {}
  applyConfig(parsing, node, { ...capture.config, ...written })
  renderHooks(parsing, node, capture, location)
}

// dbt does not render models that hold nothing but plain ref, source and config calls: its reader of those notes each source once.
function dropRepeatedSources(node: NodeDraft, template: Template): void {
  const sources = node.sources ?? []
  const keys = sources.map((source) => source.join('\0'))
  if (new Set(keys).size === keys.length || node.raw_code.includes('{%')) return
  const calls = template.staticCalls()
  const plain = calls.filter(
    ({ name, args, kwargs }) =>
      (name === 'ref' || name === 'source' || name === 'config') &&
      [...args, ...Object.values(kwargs)].every((argument) => argument.value !== undefined),
  )
  if (plain.length !== node.raw_code.split('{{').length - 1 || plain.length !== calls.length) return
  node.sources = sources.filter((_, index) => keys.indexOf(keys[index] ?? '') === index)
}

/** Renders pre- and post-hooks for the refs, sources and macros they name. */
export function renderHooks(parsing: Parsing, node: NodeDraft, capture: ParseCapture, location: SourceLocation): void {
  // A seed has no place for references: those that its hooks make are noted on a copy, to be refused.
  const isSeed = node.resource_type === 'seed'
  const holder: NodeDraft = isSeed ? { ...node, refs: [], sources: [], metrics: [] } : node
  for (const key of ['pre-hook', 'post-hook']) {
    const hooks = node.config[key]
    if (!Array.isArray(hooks)) continue
    for (const hook of hooks) {
      const sql: unknown = isRecord(hook) ? hook['sql'] : undefined
      if (typeof sql !== 'string' || !sql.includes('{')) continue
      compileTemplate(sql, { file: location.file, firstLine: location.line }).render(
        parsing.context.forNode(holder, capture),
        {
          undefined: 'capture',
        },
      )
    }
  }
  const needed = [...(holder.refs ?? []), ...(holder.sources ?? []), ...(holder.metrics ?? [])]
  if (isSeed && needed.length > 0) {
    throw new TdbtError(
      'T3005',
      "Seeds cannot depend on other nodes: a pre- or post-hook of this one calls 'ref', 'source' or 'metric'.",
      {
        location,
        nodeId: node.unique_id,
        hint: 'Move the hook to a model that comes after the seed, or to on-run-end.',
      },
    )
  }
}

/** Makes, renders and adds one node; what fails is kept in the builder. */
function parseNode(parsing: Parsing, seed: NodeSeed): NodeDraft | undefined {
  const { builder } = parsing
  const holder: object = { unique_id: seed.uniqueId }
  builder.setPlace(holder, seed.place)
  let result: NodeDraft | undefined
  builder.attempt(() => {
    const node = newNode(parsing, seed)
    if (seed.kind === 'seed') {
      applyConfig(parsing, node, {})
      renderHooks(parsing, node, new ParseCapture(node), seed.place.location())
    } else renderNode(parsing, node, seed.place)
    builder.addNode(node, seed.place)
    result = node
  }, holder)
  return result
}

export function filePlace(file: SourceFile, line: number = file.firstLine): Place {
  return { location: () => ({ file: file.displayPath, line, column: 1 }), source: file.fullText }
}

const withoutExtension = (path: string) => path.replace(/\.[^./]+$/, '')
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const folders = (path: string) => path.split('/').slice(0, -1)

/** The fqn of a node in a file: package, folders below the resource folder, name. */
export function fqnOf(packageName: string, path: string, name: string): string[] {
  const steps = path.split('/')
  steps[steps.length - 1] = name
  return [packageName, ...steps]
}

/** Models, analyses, seeds, singular tests and functions: one node a file. */
export function parseFileNode(
  parsing: Parsing,
  scope: PackageScope,
  kind: 'model' | 'analysis' | 'seed' | 'test' | 'function',
  file: SourceFile,
): void {
  const packageName = scope.config.name
  const name = withoutExtension(baseName(file.relativePath))
  const path = kind === 'analysis' ? `analysis/${file.relativePath}` : file.relativePath
  parseNode(parsing, {
    kind,
    scope,
    name,
    path: kind === 'test' ? [...folders(file.relativePath), `${name}.sql`].join('/') : path,
    originalPath: file.originalPath,
    fqn: fqnOf(packageName, path, name),
    uniqueId: `${kind}.${packageName}.${name}`,
    code: file.text,
    checksum: file.checksum,
    place: filePlace(file),
  })
}

/** Snapshot blocks of a file. Their fqn holds the file's name too. */
export function parseSnapshotFile(parsing: Parsing, scope: PackageScope, file: SourceFile): void {
  const packageName = scope.config.name
  parsing.builder.setPlace(file, filePlace(file))
  parsing.builder.attempt(() => {
    for (const block of extractBlocks(file.text, { file: file.displayPath, kinds: ['snapshot'] })) {
      parseNode(parsing, {
        kind: 'snapshot',
        scope,
        name: block.name,
        path: file.relativePath,
        originalPath: file.originalPath,
        fqn: [packageName, ...withoutExtension(file.relativePath).split('/'), block.name],
        uniqueId: `snapshot.${packageName}.${block.name}`,
        code: block.contents,
        checksum: file.checksum,
        place: filePlace(file, file.firstLine + block.contentsLine - 1),
      })
    }
  }, file)
}

/** on-run-start and on-run-end of a project file as operations. */
export function parseRunHooks(parsing: Parsing, scope: PackageScope): void {
  const { config, settings } = scope
  const yaml = settings.raw.yaml
  for (const [key, hooks] of [
    ['on-run-start', config.onRunStart],
    ['on-run-end', config.onRunEnd],
  ] as const) {
    for (const [index, sql] of hooks.entries()) {
      const name = `${config.name}-${key}-${index}`
      const node = parseNode(parsing, {
        kind: 'operation',
        scope,
        name,
        path: `hooks/${name}.sql`,
        originalPath: `./${config.fileName}`,
        fqn: [config.name, 'hooks', name],
        uniqueId: `operation.${config.name}.${name}`,
        code: sql,
        checksum: { name: 'sha256', checksum: parsing.context.projectChecksum(scope) },
        place: { location: () => yaml.locate([key, index]), source: yaml.source },
        tags: [key],
      })
      if (node) node.index = index
    }
  }
}
