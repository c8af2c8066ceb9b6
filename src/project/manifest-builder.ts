import {
  asTdbtError,
  type DocNode,
  type ExposureNode,
  type GraphNode,
  type GroupNode,
  type JsonObject,
  type MacroHeadCall,
  type MacroNode,
  type Manifest,
  type ManifestMetadata,
  type ManifestNode,
  type SemanticResource,
  type SourceLocation,
  type SourceNode,
  TdbtError,
  TdbtErrors,
  type UnitTestNode,
} from '../core/index.ts'
import type { Template } from '../jinja/index.ts'
import type { NodeDraft, Place, ResourceDraft } from './drafts.ts'

export type Draft<T> = { -readonly [K in keyof T]: T[K] }
export type SourceDraft = Omit<Draft<SourceNode>, 'config'> & ResourceDraft
export type ExposureDraft = Omit<Draft<ExposureNode>, 'config' | 'depends_on'> &
  ResourceDraft & { depends_on: { macros: string[]; nodes: string[] } }
export type UnitTestDraft = Omit<Draft<UnitTestNode>, 'config' | 'depends_on'> &
  ResourceDraft & { depends_on: { macros: string[]; nodes: string[] } }
export type SemanticDraft = Omit<Draft<SemanticResource>, 'config' | 'depends_on'> &
  ResourceDraft & { depends_on: { macros: string[]; nodes: string[] }; [extra: string]: unknown }
export type AnyDraft = NodeDraft | SourceDraft | ExposureDraft | UnitTestDraft | SemanticDraft

/** The manifest while it grows, with the places of what is in it and the errors found on the way. */
export class ManifestBuilder {
  readonly nodes = new Map<string, NodeDraft>()
  readonly functions = new Map<string, NodeDraft>()
  readonly sources = new Map<string, SourceDraft>()
  readonly macros = new Map<string, Draft<MacroNode>>()
  /** Templates of the macros, by unique_id. */
  readonly templates = new Map<string, Template>()
  /** What the macros call, by unique_id. */
  readonly macroCalls = new Map<string, readonly MacroHeadCall[]>()
  readonly docs = new Map<string, DocNode>()
  readonly exposures = new Map<string, ExposureDraft>()
  readonly groups = new Map<string, GroupNode>()
  readonly unitTests = new Map<string, UnitTestDraft>()
  readonly metrics = new Map<string, SemanticDraft>()
  readonly semanticModels = new Map<string, SemanticDraft>()
  readonly savedQueries = new Map<string, SemanticDraft>()
  /** By unique_id; one id may be disabled several times. */
  readonly disabled = new Map<string, AnyDraft[]>()
  readonly errors: TdbtError[] = []
  readonly warnings: TdbtError[] = []
  private readonly places = new Map<object, Place>()
  private restored: Readonly<Record<string, SourceLocation>> | undefined
  private readonly descriptionPlaces = new Map<object, Place>()

  /** Takes over the resources of an earlier parse. */
  restore(manifest: Partial<Manifest>, locations: Readonly<Record<string, SourceLocation>>): void {
    const fill = (map: Map<string, unknown>, record: Readonly<Record<string, unknown>> = {}) => {
      for (const id of Object.keys(record)) map.set(id, record[id])
    }
    fill(this.nodes, manifest.nodes)
    fill(this.functions, manifest.functions)
    fill(this.sources, manifest.sources)
    fill(this.macros, manifest.macros)
    fill(this.docs, manifest.docs)
    fill(this.exposures, manifest.exposures)
    fill(this.groups, manifest.groups)
    fill(this.unitTests, manifest.unit_tests)
    fill(this.metrics, manifest.metrics)
    fill(this.semanticModels, manifest.semantic_models)
    fill(this.savedQueries, manifest.saved_queries)
    fill(this.disabled, manifest.disabled)
    this.restored = locations
  }

  setPlace(resource: object, place: Place): void {
    this.places.set(resource, place)
  }

  /** Where the description of a node stands, when that is another file than the node's. */
  setDescriptionPlace(resource: object, place: Place): void {
    this.descriptionPlaces.set(resource, place)
  }

  descriptionPlaceOf(resource: object): Place | undefined {
    return this.descriptionPlaces.get(resource) ?? this.places.get(resource)
  }

  placeOf(resource: object): Place | undefined {
    return this.places.get(resource)
  }

  /** Location and source of a resource, to spread into the details of an error. */
  detailsOf(resource: object): { location?: SourceLocation; source?: string; nodeId?: string } {
    const place = this.places.get(resource)
    const nodeId = (resource as { unique_id?: string }).unique_id
    const id = nodeId === undefined ? {} : { nodeId }
    return place === undefined ? id : { location: place.location(), source: place.source, ...id }
  }

  addNode(node: NodeDraft, place: Place): void {
    this.setPlace(node, place)
    if (node.config['enabled'] === false) {
      this.addDisabled(node)
      return
    }
    const target = node.resource_type === 'function' ? this.functions : this.nodes
    this.claim(target, node)
  }

  addDisabled(resource: AnyDraft): void {
    const list = this.disabled.get(resource.unique_id)
    if (list) list.push(resource)
    else this.disabled.set(resource.unique_id, [resource])
  }

  /** Puts the resource under its id; a second one of the same id is T1007. */
  claim<T extends { unique_id: string; name: string; resource_type: string; original_file_path: string }>(
    map: Map<string, T>,
    resource: T,
  ): boolean {
    const before = map.get(resource.unique_id)
    if (before === undefined) {
      map.set(resource.unique_id, resource)
      return true
    }
    this.errors.push(
      new TdbtError('T1007', `Two ${resource.resource_type}s are named '${resource.name}' in one package`, {
        ...this.detailsOf(resource),
        found: `${before.original_file_path} and ${resource.original_file_path}`,
        hint: 'Rename one of the two, or disable it.',
      }),
    )
    return false
  }

  /** Runs a step; what it throws is kept, and parsing goes on. */
  attempt(step: () => void, resource?: object): void {
    try {
      step()
    } catch (thrown) {
      this.fail(thrown, resource)
    }
  }

  fail(thrown: unknown, resource?: object): void {
    const error = asTdbtError(thrown)
    if (error instanceof TdbtErrors) this.errors.push(...error.errors)
    else this.errors.push(resource === undefined ? error : this.complete(error, resource))
  }

  // Fills in what the error does not say itself: the place of the resource, and the text the frame is cut from.
  private complete(error: TdbtError, resource: object): TdbtError {
    const own = this.detailsOf(resource)
    const { location, source, nodeId } = error.details
    if (location !== undefined && source !== undefined && nodeId !== undefined) return error
    const sameFile = location === undefined || location.file === own.location?.file
    return new TdbtError(error.code, error.message, {
      ...error.details,
      location: location ?? own.location,
      source: source ?? (sameFile ? own.source : undefined),
      nodeId: nodeId ?? own.nodeId,
      cause: error.details.cause ?? error,
    })
  }

  throwIfFailed(): void {
    const [first, ...others] = this.errors
    if (first === undefined) return
    throw others.length === 0 ? first : new TdbtErrors(this.errors)
  }

  finish(metadata: ManifestMetadata, selectors: JsonObject): Manifest {
    const record = <T>(map: ReadonlyMap<string, unknown>) => Object.fromEntries(map) as Record<string, T>
    return {
      metadata,
      nodes: record<ManifestNode>(this.nodes),
      sources: record<SourceNode>(this.sources),
      macros: record<MacroNode>(this.macros),
      docs: record<DocNode>(this.docs),
      exposures: record<ExposureNode>(this.exposures),
      metrics: record<SemanticResource>(this.metrics),
      groups: record<GroupNode>(this.groups),
      selectors,
      disabled: record<readonly GraphNode[]>(this.disabled),
      saved_queries: record<SemanticResource>(this.savedQueries),
      semantic_models: record<SemanticResource>(this.semanticModels),
      unit_tests: record<UnitTestNode>(this.unitTests),
      functions: record<ManifestNode>(this.functions),
    }
  }

  /** Where each resource begins, by unique_id; computed when it is asked for, or now, where all will be. */
  locations(now = false): Readonly<Record<string, SourceLocation>> {
    const out: Record<string, SourceLocation> = this.restored ?? {}
    const seen = new Set<string>()
    for (const [resource, place] of this.places) {
      const id = (resource as { unique_id?: string }).unique_id
      if (id === undefined || seen.has(id)) continue
      seen.add(id)
      if (now) out[id] = place.location()
      else Object.defineProperty(out, id, { enumerable: true, configurable: true, get: memo(place.location) })
    }
    return out
  }
}

function memo<T>(compute: () => T): () => T {
  let value: { readonly result: T } | undefined
  return () => {
    value ??= { result: compute() }
    return value.result
  }
}
