import { type Json, nearest, type SourceLocation, TdbtError } from '../core/index.ts'
import { compileTemplate } from '../jinja/index.ts'
import type { NodeDraft, ResourceDraft } from './drafts.ts'
import { DisabledLookup, PackageLookup, packagesToSearch, RefLookup } from './lookups.ts'
import type { ExposureDraft, SourceDraft } from './manifest-builder.ts'
import { behaviorFlag, type Parsing } from './parsing.ts'

type Referrer = NodeDraft | ExposureDraft

interface Target {
  readonly kind: 'node' | 'source' | 'function'
  readonly name: string
  readonly packageName: string | null
  readonly version: string | number | null
}

type Found<T> = { readonly node: T } | { readonly disabled: boolean }

/** Resolves every ref, source and function of nodes and exposures into depends_on.nodes: sources first, as in dbt. */
export class ReferenceResolver {
  readonly refs: RefLookup
  readonly disabled: DisabledLookup
  private readonly parsing: Parsing
  private readonly sources = new PackageLookup<SourceDraft>()
  private readonly functions = new PackageLookup<NodeDraft>()
  private readonly nodePackageFirst: boolean

  constructor(parsing: Parsing) {
    this.parsing = parsing
    const { builder } = parsing
    this.refs = new RefLookup(builder.nodes.values())
    this.disabled = new DisabledLookup(builder.disabled.values())
    for (const source of builder.sources.values()) {
      this.sources.set(`${source.source_name}.${source.name}`, source.package_name, source)
    }
    for (const node of builder.functions.values()) this.functions.set(node.name, node.package_name, node)
    this.nodePackageFirst = behaviorFlag(parsing.behavior, 'require_ref_searches_node_package_before_root', false)
  }

  /** Errors (T3001 not found, T3002 disabled, T3005 not allowed) go to the builder; a test whose target is missing is switched off with a warning. */
  resolveAll(): void {
    const { builder } = this.parsing
    const referrers: Referrer[] = [
      ...builder.nodes.values(),
      ...builder.exposures.values(),
      ...builder.functions.values(),
    ]
    for (const node of referrers) builder.attempt(() => this.resolve(node), node)
  }

  resolve(node: Referrer): void {
    if (node.resource_type === 'seed') return
    const depend = (id: string) => {
      if (!node.depends_on.nodes.includes(id)) node.depends_on.nodes.push(id)
    }
    for (const [source, table] of node.sources ?? []) {
      const name = `${source}.${table}`
      const found = this.search(
        node,
        name,
        null,
        (pkg) => this.sources.all(name, pkg)[0],
        (pkg) => this.disabled.find(name, pkg),
      )
      if ('node' in found) depend(found.node.unique_id)
      else this.miss(node, { kind: 'source', name, packageName: null, version: null }, found.disabled)
    }
    for (const ref of node.refs ?? []) {
      const target: Target = { kind: 'node', name: ref.name, packageName: ref.package, version: ref.version }
      const found = this.search(
        node,
        ref.name,
        ref.package,
        (pkg) => this.refs.find(ref.name, pkg, ref.version),
        (pkg) => this.disabled.find(ref.name, pkg, { version: ref.version, kinds: ['model', 'seed', 'snapshot'] }),
      )
      if (!('node' in found)) {
        this.miss(node, target, found.disabled)
        continue
      }
      this.checkAccess(node, found.node)
      depend(found.node.unique_id)
    }
    for (const call of 'functions' in node ? (node.functions ?? []) : []) {
      const [first = '', second] = call
      const name = second ?? first
      const packageName = second === undefined ? null : first
      const found = this.search(
        node,
        name,
        packageName,
        (pkg) => this.functions.all(name, pkg)[0],
        (pkg) => this.disabled.find(name, pkg, { kinds: ['function'] }),
      )
      if ('node' in found) depend(found.node.unique_id)
      else this.miss(node, { kind: 'function', name, packageName, version: null }, found.disabled)
    }
  }

  private search<T extends ResourceDraft>(
    node: Referrer,
    _name: string,
    packageName: string | null,
    find: (packageName: string | null) => T | undefined,
    findDisabled: (packageName: string | null) => readonly ResourceDraft[],
  ): Found<T> {
    let isDisabled = false
    for (const candidate of packagesToSearch(
      this.parsing.root.config.name,
      node.package_name,
      packageName,
      this.nodePackageFirst,
    )) {
      const found = find(candidate)
      if (found && found.config['enabled'] !== false) return { node: found }
      isDisabled ||= findDisabled(candidate).length > 0
    }
    return { disabled: isDisabled }
  }

  private miss(node: Referrer, target: Target, disabled: boolean): void {
    const { builder } = this.parsing
    const version = target.version === null ? '' : ` with version '${target.version}'`
    const inPackage = target.packageName === null ? '' : ` in package '${target.packageName}'`
    const state = disabled ? 'is disabled' : 'was not found'
    const names =
      target.kind === 'source'
        ? this.sources.names()
        : target.kind === 'function'
          ? this.functions.names()
          : this.refs.names()
    const near = disabled ? undefined : nearest(target.name, names)
    const place = builder.detailsOf(node)
    const error = new TdbtError(
      disabled ? 'T3002' : 'T3001',
      `${titleOf(node)} '${node.unique_id}' (${node.original_file_path}) depends on a ${target.kind} named '${target.name}'${version}${inPackage} which ${state}`,
      {
        ...place,
        ...this.callPlace(node, target),
        found: shown(target),
        hint: disabled
          ? 'Enable it, or take the reference out.'
          : near === undefined
            ? target.kind === 'source'
              ? 'Define it under `sources:` of a properties file.'
              : undefined
            : `Did you mean '${near}'?`,
      },
    )
    if (node.resource_type !== 'test') throw error
    // A copy: nodes of the same settings share their config.
    node.config = { ...node.config, enabled: false }
    // dbt lets a test of something disabled go without a word.
    if (!disabled || target.kind === 'source') builder.warnings.push(error)
  }

  /** The line of the call in the node's file, when the call is written out. */
  private callPlace(node: Referrer, target: Target): { location?: SourceLocation } {
    if (!('raw_code' in node) || node.test_metadata !== undefined) return {}
    const place = this.parsing.builder.placeOf(node)
    if (!place) return {}
    const start = place.location()
    try {
      const calls = compileTemplate(node.raw_code, { file: start.file, firstLine: start.line }).staticCalls()
      const wanted: (Json | undefined)[] =
        target.kind === 'source'
          ? target.name.split('.')
          : target.packageName === null
            ? [target.name]
            : [target.packageName, target.name]
      const name = target.kind === 'node' ? 'ref' : target.kind
      const call = calls.find(
        (item) => item.name === name && wanted.every((value, index) => item.args[index]?.value === value),
      )
      if (!call) return {}
      const text = place.source.split(/\r?\n/)[call.line - 1] ?? ''
      return { location: { file: start.file, line: call.line, column: Math.max(1, text.indexOf(`${name}(`) + 1) } }
    } catch {
      return {}
    }
  }

  private checkAccess(node: Referrer, target: NodeDraft): void {
    if (target.resource_type !== 'model' || node.resource_type === 'sql_operation') return
    const restricted =
      this.parsing.packages.get(target.package_name)?.config.restrictAccess === true &&
      target.package_name !== this.parsing.root.config.name
    const foreign = node.package_name !== target.package_name
    const group = 'group' in node ? node.group : null
    const refuse = (access: string, scope: string) => {
      throw new TdbtError(
        'T3005',
        `Node ${node.unique_id} attempted to reference node ${target.unique_id}, which is not allowed because the referenced node is ${access} to the ${scope}`,
        {
          hint:
            access === 'private'
              ? `Put the node into the group '${target.group ?? ''}', or make the model protected or public.`
              : 'Make the model public.',
        },
      )
    }
    if (target.access === 'private' && (!group || group !== target.group || (foreign && restricted))) {
      refuse('private', `'${target.group ?? ''}' group`)
    }
    if (target.access === 'protected' && foreign && restricted) refuse('protected', `'${target.package_name}' package`)
  }
}

function shown(target: Target): string {
  const version = target.version === null ? '' : `, v=${target.version}`
  if (target.kind === 'source')
    return `source(${target.name
      .split('.')
      .map((part) => `'${part}'`)
      .join(', ')})`
  const name = target.packageName === null ? `'${target.name}'` : `'${target.packageName}', '${target.name}'`
  return `${target.kind === 'function' ? 'function' : 'ref'}(${name}${version})`
}

function titleOf(node: Referrer): string {
  const kind = node.resource_type
  return kind.charAt(0).toUpperCase() + kind.slice(1).replace('_', ' ')
}
