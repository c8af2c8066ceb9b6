import type { Relation } from '../context/index.ts'
import { type Manifest, type ManifestNode, nearest, type SourceNode, TdbtError } from '../core/index.ts'
import {
  type CallResult,
  type HostCallable,
  type Kwargs,
  Pending,
  PyFunction,
  type PyValue,
  pyStr,
  type Resumable,
  typeName,
} from '../jinja/index.ts'
import { getRelation } from './adapter-relations.ts'
import type { Found } from './manifest-lookup.ts'
import type { NamedRelation, RelationFilters } from './relations.ts'
import type { EventTimeWindow } from './runtime.ts'
import type { Scope } from './scope.ts'

/** Whoever refers: a node, or an operation (a macro), which may refer to anything but ephemeral models. */
export interface Referrer {
  readonly uniqueId: string
  readonly resourceType: string
  readonly name: string
  readonly packageName: string
  readonly originalFilePath: string
  readonly group: string | null
  /** What it was parsed to depend on; null for operations, which are not held to it. */
  readonly dependsOn: ReadonlySet<string> | null
  /** The window that refs are narrowed to: the batch of a microbatch model. */
  readonly batch: EventTimeWindow | null
  /** Called for each ephemeral model that is referred to. */
  readonly useCte: (uniqueId: string) => void
}

function describe(referrer: Referrer): string {
  return `${capital(referrer.resourceType)} '${referrer.uniqueId}' (${referrer.originalFilePath})`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function notFound(
  referrer: Referrer,
  kind: string,
  name: string,
  packageName: string | null,
  version: string | number | null,
  disabled: boolean,
  candidates: Iterable<string>,
): TdbtError {
  const inPackage = packageName === null ? '' : ` in package or project '${packageName}'`
  const ofVersion = version === null ? '' : ` with version '${version}'`
  const message = `${describe(referrer)} depends on a ${kind} named '${name}'${ofVersion}${inPackage} which ${disabled ? 'is disabled' : 'was not found'}`
  if (disabled) {
    return new TdbtError('T3002', message, {
      hint: `Enable ${name}, or drop the reference.`,
      nodeId: referrer.uniqueId,
    })
  }
  const close = nearest(name, candidates)
  return new TdbtError('T3001', message, {
    nodeId: referrer.uniqueId,
    ...(close === undefined ? {} : { hint: `Did you mean '${close}'?` }),
  })
}

function found<T>(result: Found<T>, miss: (disabled: boolean) => TdbtError, referrer: Referrer, name: string): T {
  switch (result.kind) {
    case 'found':
      return result.node
    case 'ambiguous':
      throw new TdbtError(
        'T3004',
        `When referencing '${name}', dbt found nodes in multiple packages: ${result.ids.map((id) => `'${id}'`).join(', ')}`,
        { hint: "Use two-argument 'ref', with the package name first.", nodeId: referrer.uniqueId },
      )
    case 'disabled':
      throw miss(true)
    case 'missing':
      throw miss(false)
  }
}

/** Event time of a node as SQL names it: quoted where the column says so. */
function eventTimeField(scope: Scope, node: ManifestNode | SourceNode): string | null {
  const field = node.config['event_time']
  if (typeof field !== 'string' || field === '') return null
  const column = Object.values(node.columns).find((each) => each.name === field)
  const quoting = node.resource_type === 'source' ? node.quoting.column : null
  const quoted = column?.quote ?? quoting ?? false
  return quoted ? scope.runtime.project.adapter.dialect.quote(field) : field
}

/** `2024-01-01 00:00:00+00:00`: how Python prints the bounds. */
export function pythonTimestamp(time: Date): string {
  const text = time.toISOString()
  const fraction = text.slice(20, 23)
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === '000' ? '' : `.${fraction}000`}+00:00`
}

function filtersFor(
  scope: Scope,
  referrer: Referrer,
  node: ManifestNode | SourceNode,
  limits: boolean,
): RelationFilters {
  const { flags } = scope.runtime.invocation
  const limit = limits && flags.empty ? 0 : null
  const narrows = referrer.resourceType === 'model' || referrer.resourceType === 'snapshot'
  const window = narrows ? intersect(referrer.batch, scope.runtime.sample ?? null) : null
  const field = window === null ? null : eventTimeField(scope, node)
  if (window === null || field === null) return { limit }
  return { limit, eventTime: { field, start: pythonTimestamp(window.start), end: pythonTimestamp(window.end) } }
}

function intersect(batch: EventTimeWindow | null, sample: EventTimeWindow | null): EventTimeWindow | null {
  if (batch === null || sample === null) return batch ?? sample
  const startsLater = batch.start.getTime() > sample.start.getTime()
  const endsEarlier = batch.end.getTime() < sample.end.getTime()
  return { start: (startsLater ? batch : sample).start, end: (endsEarlier ? batch : sample).end }
}

function checkAccess(scope: Scope, referrer: Referrer, target: ManifestNode): void {
  if (target.resource_type !== 'model' || referrer.resourceType === 'sql_operation') return
  const dependency = scope.runtime.project.packages.find((each) => each.name === target.package_name)
  const restricted = dependency?.restrictAccess === true && referrer.packageName !== target.package_name
  const refuse = (what: string, scopeName: string): TdbtError =>
    new TdbtError(
      'T3005',
      `Node ${referrer.uniqueId} attempted to reference node ${target.unique_id}, which is not allowed because the referenced node is ${what} to the '${scopeName}' ${what === 'private' ? 'group' : 'package'}.`,
      { nodeId: referrer.uniqueId, hint: `Ask the owner of ${target.name} for a wider access.` },
    )
  if (target.access === 'private' && (referrer.group === null || referrer.group !== target.group || restricted)) {
    throw refuse('private', target.group ?? '')
  }
  if (target.access === 'protected' && restricted) throw refuse('protected', target.package_name)
}

/** The counterpart of a node in the previous manifest, when refs may be deferred to it. */
export function deferred(previous: Manifest | undefined, node: ManifestNode): NamedRelation | null {
  const other = previous?.nodes[node.unique_id] ?? previous?.functions[node.unique_id]
  if (other === undefined || other.config.materialized === 'ephemeral') return null
  return { database: other.database, schema: other.schema, alias: other.alias, config: other.config }
}

/** Where a ref goes when deferral is on: to the previous state, if that is preferred or the node's own relation is not there. */
function* deferredRelation(
  scope: Scope,
  node: ManifestNode,
  filters: RelationFilters,
  type: string | null,
): Resumable<Relation | null> {
  const { runtime } = scope
  const { flags } = runtime.invocation
  const other = flags.defer ? deferred(runtime.previous, node) : null
  if (other === null) return null
  const prefersState = flags.favorState && !runtime.selected.has(node.unique_id)
  const exists = prefersState ? null : yield* getRelation(scope, node.database, node.schema, node.alias)
  return exists === null ? runtime.relations.ofNode(other, filters, type) : null
}

function nameArguments(what: string, args: readonly PyValue[]): readonly [packageName: string | null, name: string] {
  const [first, second] = args
  if (args.length < 1 || args.length > 2 || first === undefined) {
    throw new TdbtError('T4001', `${what}() takes at most two arguments (${args.length} given)`)
  }
  const name = second ?? first
  const packageName = second === undefined ? null : first
  if (typeof name !== 'string') {
    throw new TdbtError('T4001', `The name argument to ${what}() must be a string, got <class '${typeName(name)}'>`)
  }
  if (packageName !== null && typeof packageName !== 'string') {
    throw new TdbtError(
      'T4001',
      `The package argument to ${what}() must be a string or None, got <class '${typeName(packageName)}'>`,
    )
  }
  return [packageName, name]
}

function versionArgument(kwargs: Kwargs): string | number | null {
  const version = kwargs.get('version') ?? kwargs.get('v') ?? null
  if (version === null || typeof version === 'string' || typeof version === 'number') return version
  return pyStr(version)
}

/** A resolver as dbt has it: a callable through whose `config` packages look at the project. */
class ResolverFunction extends PyFunction {
  readonly #runtime: Scope['runtime']

  constructor(name: string, runtime: Scope['runtime'], run: HostCallable) {
    super(name, run)
    this.#runtime = runtime
  }

  override $attr(name: string): PyValue | undefined {
    return name === 'config' ? this.#runtime.runtimeConfig() : undefined
  }
}

/** The run-time `ref`. */
export function refFunction(scope: Scope, referrer: Referrer): PyFunction {
  const { runtime } = scope
  return new ResolverFunction('ref', scope.runtime, (args, kwargs): CallResult => {
    const [packageName, name] = nameArguments('ref', args)
    const version = versionArgument(kwargs)
    const node = found(
      runtime.lookup.ref(name, packageName, version, referrer.packageName),
      (disabled) => notFound(referrer, 'node', name, packageName, version, disabled, runtime.lookup.refNames()),
      referrer,
      name,
    )
    checkAccess(scope, referrer, node)
    if (referrer.dependsOn !== null && !referrer.dependsOn.has(node.unique_id)) {
      const written = packageName === null ? `'${name}'` : `'${packageName}', '${name}'`
      throw new TdbtError(
        'T3001',
        `dbt was unable to infer all dependencies for the model "${referrer.name}".\nThis typically happens when ref() is placed within a conditional block.\n\nTo fix this, add the following hint to the top of the model "${referrer.name}":\n\n-- depends_on: {{ ref(${written}) }}`,
        { nodeId: referrer.uniqueId },
      )
    }
    if (node.resource_type === 'model' && node.config.materialized === 'ephemeral') {
      if (referrer.dependsOn === null) {
        throw new TdbtError('T4001', `Operations can not ref() ephemeral nodes, but ${node.name} is ephemeral`)
      }
      referrer.useCte(node.unique_id)
      return runtime.relations.ofEphemeral(node, filtersFor(scope, referrer, node, true))
    }
    const filters = filtersFor(scope, referrer, node, true)
    if (!runtime.invocation.flags.defer) return runtime.relations.ofNode(node, filters)
    return atOnceOrPending(function* () {
      return (yield* deferredRelation(scope, node, filters, null)) ?? runtime.relations.ofNode(node, filters)
    })
  })
}

/** What needs no answer from the server is given at once: arguments of generic tests are rendered where nothing may wait. */
function atOnceOrPending(work: () => Resumable<PyValue>): CallResult {
  const steps = work()
  const first = steps.next()
  if (first.done) return first.value
  return new Pending(function* (): Resumable<PyValue> {
    let step: IteratorResult<Promise<unknown>, PyValue> = first
    for (;;) {
      if (step.done) return step.value
      let answer: unknown
      try {
        answer = yield step.value
      } catch (error) {
        step = steps.throw(error)
        continue
      }
      step = steps.next(answer)
    }
  })
}

/** The source that a template names. Throws T3001/T3002. */
function findSource(scope: Scope, referrer: Referrer, args: readonly PyValue[]): SourceNode {
  const { runtime } = scope
  const [sourceName, tableName] = args
  if (args.length !== 2) {
    throw new TdbtError('T4001', `source() takes exactly two arguments (${args.length} given)`)
  }
  if (typeof sourceName !== 'string' || typeof tableName !== 'string') {
    throw new TdbtError('T4001', 'The source name and the table name of source() must be strings')
  }
  const key = `${sourceName}.${tableName}`
  return found(
    runtime.lookup.source(sourceName, tableName, referrer.packageName),
    (disabled) => notFound(referrer, 'source', key, null, null, disabled, runtime.lookup.sourceNames()),
    referrer,
    key,
  )
}

/** The run-time `source`. */
export function sourceFunction(scope: Scope, referrer: Referrer): PyFunction {
  return new ResolverFunction('source', scope.runtime, (args) => {
    const node = findSource(scope, referrer, args)
    return scope.runtime.relations.ofSource(node, filtersFor(scope, referrer, node, true))
  })
}

/** The run-time `function`: the relation of a user-defined function. */
export function functionFunction(scope: Scope, referrer: Referrer): PyFunction {
  const { runtime } = scope
  return new ResolverFunction('function', scope.runtime, (args): CallResult => {
    const [packageName, name] = nameArguments('function', args)
    const node = found(
      runtime.lookup.function(name, packageName, referrer.packageName),
      (disabled) => notFound(referrer, 'function', name, packageName, null, disabled, []),
      referrer,
      name,
    )
    if (!runtime.invocation.flags.defer) return runtime.relations.ofNode(node, {}, 'function')
    return atOnceOrPending(function* () {
      return (yield* deferredRelation(scope, node, {}, 'function')) ?? runtime.relations.ofNode(node, {}, 'function')
    })
  })
}

/** The run-time `metric`: its name. */
export function metricFunction(scope: Scope, referrer: Referrer): PyFunction {
  return new ResolverFunction('metric', scope.runtime, (args) => {
    const [packageName, name] = nameArguments('metric', args)
    const node = found(
      scope.runtime.lookup.metric(name, packageName, referrer.packageName),
      (disabled) => notFound(referrer, 'metric', name, packageName, null, disabled, []),
      referrer,
      name,
    )
    return node.name
  })
}
