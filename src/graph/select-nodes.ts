import type { GraphNode, Json, Manifest } from '../core/index.ts'
import { dependencies } from './build-dag.ts'
import { configMatcher } from './config-method.ts'
import {
  accessMatcher,
  fileMatcher,
  fqnMatcher,
  groupMatcher,
  type Matcher,
  namedMatcher,
  packageMatcher,
  resourceTypeMatcher,
  sourceMatcher,
  tagMatcher,
  testNameMatcher,
  testTypeMatcher,
  versionMatcher,
} from './name-methods.ts'
import { parseCommandLine } from './parse-criterion.ts'
import { pathMatcher } from './path-method.ts'
import type { IndirectSelection, Selection, SelectOptions } from './select-options.ts'
import type { Criterion, SelectionSpec, SpecGroup } from './selection-spec.ts'
import { enabledResources, type SelectorScope } from './selector-scope.ts'
import { resultMatcher, sourceStatusMatcher, stateMatcher } from './state-method.ts'
import { defaultSelector, yamlSelector } from './yaml-selectors.ts'

/**
 * What dbt's selection chooses: `--selector`, else the YAML selector with `default: true` when neither select nor exclude is
 * given, else `--select` without `--exclude`; tests of chosen nodes by `indirectSelection`; filtered by resource type last.
 *
 * Throws T1014 on a selector that cannot be read, T0002 when `state:` and its like have nothing to compare with, T6005 when
 * `state:modified` meets a broken contract of a versioned model.
 */
export function selectNodes(options: SelectOptions): Selection {
  const { manifest, dag } = options
  const warnings: string[] = []
  const scope: SelectorScope = {
    manifest,
    dag,
    resources: enabledResources(manifest, dag),
    state: options.state,
    warn: (message) => {
      if (!warnings.includes(message)) warnings.push(message)
    },
  }
  const usesDefault = options.select.length === 0 && options.exclude.length === 0
  const name = options.selector ?? (usesDefault ? defaultSelector(manifest.selectors) : undefined)
  const spec =
    name === undefined
      ? parseCommandLine(options.select, options.exclude, options.indirectSelection)
      : yamlSelector(manifest.selectors, name, options.indirectSelection)
  const chosen = evaluateSpec(scope, spec, options)

  const types = options.resourceTypes === undefined ? undefined : new Set(options.resourceTypes)
  const notTypes = new Set(options.excludeResourceTypes ?? [])
  const ids = dag.ids.filter((id) => {
    const type = scope.resources.get(id)?.resource_type
    if (!chosen.has(id) || type === undefined || notTypes.has(type)) return false
    return (types === undefined || types.has(type)) && (options.includeEmpty === true || !isEmpty(manifest, id))
  })
  return { ids: new Set(ids), warnings, selectorName: name ?? null }
}

/** What a spec chooses of a scope. */
export function evaluateSpec(
  scope: SelectorScope,
  spec: SelectionSpec,
  options: Pick<SelectOptions, 'indirectSelection' | 'warnOnNoNodes'>,
): ReadonlySet<string> {
  return new Evaluation(scope, options).select(spec).direct
}

/** A node of SQL without any; seeds have none and are not empty. */
function isEmpty(manifest: Manifest, id: string): boolean {
  const node = manifest.nodes[id]
  return node !== undefined && node.resource_type !== 'seed' && node.raw_code.trim() === ''
}

/** Nodes found, and tests that would come in if their other parents did. */
interface Found {
  readonly direct: ReadonlySet<string>
  readonly indirect: ReadonlySet<string>
}

class Evaluation {
  readonly #scope: SelectorScope
  readonly #options: Pick<SelectOptions, 'indirectSelection' | 'warnOnNoNodes'>

  constructor(scope: SelectorScope, options: Pick<SelectOptions, 'indirectSelection' | 'warnOnNoNodes'>) {
    this.#scope = scope
    this.#options = options
  }

  select(spec: SelectionSpec): Found {
    return spec.kind === 'criterion' ? this.#criterion(spec) : this.#group(spec)
  }

  #group(spec: SpecGroup): Found {
    const found = spec.parts.map((part) => this.select(part))
    const direct = combine(
      spec.kind,
      found.map((part) => part.direct),
    )
    // Nearly always no test is left out anywhere: then both are one set, and are found once.
    const wholes = found.map(wholeOf)
    const indirect = wholes.every((whole, index) => whole === found[index]?.direct)
      ? direct
      : combine(spec.kind, wholes)
    const all = this.#settleIndirect(direct, indirect, spec.indirectSelection)
    if (spec.warnAs !== null && all.size === 0 && this.#options.warnOnNoNodes !== false) {
      this.#scope.warn(`The selection criterion '${spec.warnAs}' does not match any enabled nodes`)
    }
    return { direct: all, indirect }
  }

  #criterion(spec: Criterion): Found {
    const hits =
      spec.method === 'selector'
        ? new Set(
            this.select(
              yamlSelector(this.#scope.manifest.selectors, String(spec.value), this.#options.indirectSelection),
            ).direct,
          )
        : this.#hits(matcherFor(spec, this.#scope))
    const selected = new Set(hits)
    if (spec.childrensParents) {
      const below = new Set([...hits, ...this.#walk(hits, 'children', Number.POSITIVE_INFINITY)])
      addAll(selected, below)
      addAll(selected, this.#walk(below, 'parents', Number.POSITIVE_INFINITY))
    }
    if (spec.parentsDepth !== null) addAll(selected, this.#walk(hits, 'parents', spec.parentsDepth))
    if (spec.childrenDepth !== null) addAll(selected, this.#walk(hits, 'children', spec.childrenDepth))
    return this.#expandTests(selected, spec.indirectSelection)
  }

  #hits(matches: Matcher): ReadonlySet<string> {
    const hits = new Set<string>()
    for (const [id, resource] of this.#scope.resources) if (matches(resource)) hits.add(id)
    return hits
  }

  /** Everything up or down from a set, at most `depth` edges away, through enabled resources. */
  #walk(from: ReadonlySet<string>, direction: 'parents' | 'children', depth: number): ReadonlySet<string> {
    const seen = new Set<string>()
    let layer: Iterable<string> = from
    for (let step = 0; step < depth; step++) {
      const next: string[] = []
      for (const id of layer) {
        for (const neighbour of this.#scope.dag[direction](id)) {
          if (seen.has(neighbour) || !this.#scope.resources.has(neighbour)) continue
          seen.add(neighbour)
          next.push(neighbour)
        }
      }
      if (next.length === 0) break
      layer = next
    }
    return seen
  }

  /**
   * Tests of what is selected. eager: one parent selected is enough; cautious: all parents; buildable: all parents selected
   * or upstream of what is selected (sources count as there); empty: none. Tests left out are kept as indirect.
   */
  #expandTests(selected: ReadonlySet<string>, mode: IndirectSelection): Found {
    if (mode === 'empty') return { direct: selected, indirect: new Set() }
    const direct = new Set(selected)
    const indirect = new Set<string>()
    const reachable = mode === 'buildable' ? this.#upstreamOf(selected) : selected
    for (const id of selected) {
      for (const child of this.#scope.dag.children(id)) {
        const resource = this.#scope.resources.get(child)
        if (!isTest(resource)) continue
        if (mode === 'eager' || dependencies(resource).every((parent) => reachable.has(parent))) direct.add(child)
        else indirect.add(child)
      }
    }
    return { direct, indirect }
  }

  /** What buildable tests may read: what is selected, all upstream of it, and every source. */
  #upstreamOf(selected: ReadonlySet<string>): ReadonlySet<string> {
    const reachable = new Set(selected)
    addAll(reachable, this.#walk(selected, 'parents', Number.POSITIVE_INFINITY))
    addAll(reachable, Object.keys(this.#scope.manifest.sources))
    return reachable
  }

  /** Once the parts of a group are known, tests whose other parents came with another part join in. */
  #settleIndirect(
    direct: ReadonlySet<string>,
    indirect: ReadonlySet<string>,
    mode: IndirectSelection,
  ): ReadonlySet<string> {
    if (mode !== 'cautious' && mode !== 'buildable') return direct
    const reachable = new Set(direct)
    if (mode === 'buildable') addAll(reachable, this.#walk(direct, 'parents', Number.POSITIVE_INFINITY))
    const settled = new Set(direct)
    for (const id of indirect) {
      const node = this.#scope.manifest.nodes[id]
      if (node === undefined || settled.has(id)) continue
      if (dependencies(node).every((parent) => reachable.has(parent))) settled.add(id)
    }
    return settled
  }
}

/** What was found, with the tests that were left out. */
function wholeOf({ direct, indirect }: Found): ReadonlySet<string> {
  return indirect.size === 0 || indirect === direct ? direct : new Set([...direct, ...indirect])
}

function isTest(resource: GraphNode | undefined): resource is GraphNode {
  return resource?.resource_type === 'test' || resource?.resource_type === 'unit_test'
}

function addAll(target: Set<string>, more: Iterable<string>): void {
  for (const id of more) target.add(id)
}

function combine(kind: SpecGroup['kind'], sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first, ...others] = sets
  if (first === undefined) return new Set()
  switch (kind) {
    case 'union': {
      const [some = first, ...more] = sets.filter((set) => set.size > 0)
      if (more.length === 0) return some
      const union = new Set(some)
      for (const set of more) addAll(union, set)
      return union
    }
    case 'intersection':
      return new Set([...first].filter((id) => others.every((set) => set.has(id))))
    case 'difference':
      return new Set([...first].filter((id) => !others.some((set) => set.has(id))))
  }
}

function matcherFor(spec: Criterion, scope: SelectorScope): Matcher {
  const value = asText(spec.value)
  switch (spec.method) {
    case 'fqn':
      return fqnMatcher(value)
    case 'tag':
      return tagMatcher(value)
    case 'group':
      return groupMatcher(value)
    case 'access':
      return accessMatcher(value)
    case 'source':
      return sourceMatcher(value)
    case 'path':
      return pathMatcher(value, scope)
    case 'file':
      return fileMatcher(value)
    case 'package':
      return packageMatcher(value, scope)
    case 'config':
      return configMatcher(spec.methodArguments, spec.value)
    case 'test_name':
      return testNameMatcher(value)
    case 'test_type':
      return testTypeMatcher(value)
    case 'resource_type':
      return resourceTypeMatcher(value)
    case 'version':
      return versionMatcher(value)
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
    case 'unit_test':
    case 'function':
      return namedMatcher(spec.method, value)
    case 'state':
      return stateMatcher(value, scope)
    case 'result':
      return resultMatcher(value, scope.state)
    case 'source_status':
      return sourceStatusMatcher(value, scope.state)
    case 'selector':
      return () => false
  }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
