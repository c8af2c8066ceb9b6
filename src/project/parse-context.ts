import type { Adapter } from '../adapters/interface.ts'
import {
  ColumnFactoryObject,
  createGlobals,
  type MacroLibrary,
  type MutableGlobals,
  Relation,
  RelationFactoryObject,
  type RelationMaker,
  RuntimeConfigObject,
  VarFunction,
  varsOf,
} from '../context/index.ts'
import { type Invocation, type JsonObject, type ProjectConfig, type TargetConfig, TdbtError } from '../core/index.ts'
import {
  bindArguments,
  compileTemplate,
  type Globals,
  lazyDict,
  PyDict,
  PyFunction,
  PyObject,
  type PyValue,
  pyStr,
  toPython,
  typeName,
} from '../jinja/index.ts'
import type { NodeDraft, NodeVersion } from './drafts.ts'
import type { ExposureDraft } from './manifest-builder.ts'
import { hostValue } from './native-render.ts'
import { ParseAdapter } from './parse-adapter.ts'
import type { ParseCapture } from './parse-capture.ts'

export interface ParseContextOptions {
  readonly library: MacroLibrary
  readonly adapter: Adapter
  readonly target: TargetConfig
  readonly invocation: Invocation
  readonly root: ProjectConfig
  readonly packages: readonly ProjectConfig[]
  /** What needs no node: `var`, `env_var`, `target`… as a package's templates see it while SQL is parsed. */
  readonly baseVariables: (packageName: string) => Map<string, PyValue>
  /** The narrower set that YAML files and descriptions see. */
  readonly yamlVariables: (packageName: string) => Map<string, PyValue>
  readonly projectChecksum: (packageName: string) => string
}

/** Makes the name spaces in which SQL, hooks and tests are rendered at parse time, when `execute` is false. */
export class ParseContext {
  readonly relations: RelationMaker
  private readonly options: ParseContextOptions
  private readonly quoting: Readonly<Record<string, unknown>>
  private readonly bases = new Map<string, Map<string, PyValue>>()
  private readonly vars = new Map<string, JsonObject>()
  private readonly config: RuntimeConfigObject
  private known: ReadonlySet<string> | undefined
  private readonly yamls = new Map<string, Map<string, PyValue>>()

  constructor(options: ParseContextOptions) {
    this.options = options
    const { dialect } = options.adapter
    const { root: config, packages, target, invocation } = options
    this.config = new RuntimeConfigObject({ config, packages, target, invocation })
    this.quoting = { ...dialect.quoting, ...options.root.quoting }
    this.relations = {
      create: (parts) => Relation.create({ ...parts, quotePolicy: options.root.quoting, dialect }),
    }
  }

  /** Names for the SQL of a node; what its calls say goes into `capture`. */
  forNode(node: NodeDraft, capture: ParseCapture, isNoted: (macroId: string) => boolean = () => true): MutableGlobals {
    const variables = this.base(node.package_name)
    const names: Globals = { get: (name) => globals.get(name) }
    variables.set('var', this.varFunction(node.package_name, node.name, 'none', names))
    variables.set('render', renderFunction(names))
    const config = new ParseConfig(capture)
    const own = this.nodeRelation(node)
    variables.set('this', node.resource_type === 'operation' ? null : own)
    variables.set('model', lazyDict(node))
    variables.set('config', config)
    variables.set('database', node.database ?? this.options.target.database)
    variables.set('schema', node.schema)
    variables.set('pre_hooks', toPython(node.config['pre-hook'] ?? []))
    variables.set('post_hooks', toPython(node.config['post-hook'] ?? []))
    variables.set('sql', null)
    variables.set('compiled_code', null)
    variables.set('defer_relation', null)
    this.references(variables, node, own)
    const globals = this.globals(node.package_name, variables, (id) => {
      if (isNoted(id)) capture.addMacro(id)
    })
    return globals
  }

  /** Names for the `depends_on` of an exposure. */
  forExposure(exposure: ExposureDraft): Globals {
    const variables = new Map<string, PyValue>()
    const refs = [...exposure.refs]
    const sources = [...exposure.sources]
    const metrics = [...exposure.metrics]
    variables.set(
      'ref',
      new PyFunction('ref', (args, kwargs) => {
        refs.push(refArguments(args, kwargs))
        exposure.refs = refs
        return ''
      }),
    )
    variables.set(
      'source',
      new PyFunction('source', (args) => {
        sources.push(sourceArguments(args))
        exposure.sources = sources
        return ''
      }),
    )
    variables.set(
      'metric',
      new PyFunction('metric', (args) => {
        metrics.push(args.map((arg) => pyStr(arg)))
        exposure.metrics = metrics
        return ''
      }),
    )
    return variables
  }

  /** Names for values and descriptions in YAML files. */
  forYaml(packageName: string): Globals {
    let variables = this.yamls.get(packageName)
    if (!variables) {
      variables = this.options.yamlVariables(packageName)
      this.yamls.set(packageName, variables)
    }
    return variables
  }

  /** Names for generate_schema_name and its like. */
  forNames(packageName: string): ReadonlyMap<string, PyValue> {
    const variables = this.base(packageName)
    variables.set('model', null)
    variables.set('var', this.varFunction(packageName, 'generate_*_name', 'raise', variables))
    const holder: { globals?: MutableGlobals } = {}
    this.setAdapter(variables, () => holder.globals ?? this.globals(packageName, variables))
    variables.set('builtins', PyDict.ofStrings(variables))
    return variables
  }

  projectChecksum(scope: { readonly config: ProjectConfig }): string {
    return this.options.projectChecksum(scope.config.name)
  }

  /** True when dbt's context has a variable of that name for macros: such a call is no macro call. */
  isVariable(name: string): boolean {
    this.known ??= new Set(this.base(this.options.root.name).keys())
    return this.known.has(name)
  }

  private base(packageName: string): Map<string, PyValue> {
    let base = this.bases.get(packageName)
    if (!base) {
      base = this.options.baseVariables(packageName)
      base.set('execute', false)
      base.set('graph', toPython({}))
      base.set(
        'api',
        PyDict.ofStrings({ Relation: new RelationFactoryObject(this.relations), Column: new ColumnFactoryObject() }),
      )
      base.set('selected_resources', [])
      base.set('column', new ColumnFactoryObject())
      base.set('sql_now', 'now()')
      for (const name of [
        'load_result',
        'store_result',
        'store_raw_result',
        'write',
        'submit_python_job',
        'load_agate_table',
      ]) {
        base.set(name, new PyFunction(name, () => (name === 'load_result' ? null : '')))
      }
      base.set('validation', toPython({}))
      this.bases.set(packageName, base)
    }
    return new Map(base)
  }

  // A var's text may hold Jinja, even a ref(): it is rendered with the names of the node that asks.
  private varFunction(packageName: string, owner: string, missing: 'none' | 'raise', globals: Globals): PyValue {
    let vars = this.vars.get(packageName)
    if (!vars) {
      const { root, packages, invocation } = this.options
      vars = varsOf({ root, packages, packageName, cli: invocation.vars })
      this.vars.set(packageName, vars)
    }
    const all = vars
    return new VarFunction({ vars: () => all, owner, missing, globals })
  }

  private globals(
    packageName: string,
    variables: Map<string, PyValue>,
    onMacroCall?: (id: string) => void,
  ): MutableGlobals {
    const globals = createGlobals({
      library: this.options.library,
      packageName,
      flavour: 'plain',
      variables,
      ...(onMacroCall === undefined ? {} : { onMacroCall }),
    })
    this.setAdapter(variables, () => globals)
    variables.set('builtins', PyDict.ofStrings(variables))
    return globals
  }

  private setAdapter(variables: Map<string, PyValue>, globals: () => MutableGlobals): void {
    const adapter = new ParseAdapter(this.options.adapter, this.relations, this.quoting, globals)
    variables.set('adapter', adapter)
  }

  private references(variables: Map<string, PyValue>, node: NodeDraft, own: PyValue): void {
    const ref = (args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>) => {
      node.refs?.push(refArguments(args, kwargs))
      return own
    }
    variables.set('ref', new RefFunction(ref, this.config))
    variables.set(
      'source',
      new PyFunction('source', (args) => {
        node.sources?.push(sourceArguments(args))
        return own
      }),
    )
    variables.set(
      'metric',
      new PyFunction('metric', (args) => {
        node.metrics?.push(args.map((arg) => pyStr(arg)))
        return ''
      }),
    )
    variables.set(
      'function',
      new PyFunction('function', (args) => {
        node.functions?.push(args.map((arg) => pyStr(arg)))
        return own
      }),
    )
  }

  // At parse time ref() and source() give the relation of the node itself.
  private nodeRelation(node: NodeDraft): Relation {
    return this.relations.create({
      database: node.database,
      schema: node.schema,
      identifier: node.alias,
    })
  }
}

/** `render(text)`: a template of the moment, with the names of the node. */
function renderFunction(globals: Globals): PyFunction {
  return new PyFunction('render', (args, kwargs) => {
    const { string } = bindArguments('render', [{ name: 'string' }], args, kwargs)
    return compileTemplate(pyStr(string ?? null), { file: 'render()' }).render(globals)
  })
}

/** `ref`, by which some packages reach the project's settings (`builtins.ref.config`). */
class RefFunction extends PyFunction {
  readonly #config: PyValue

  constructor(run: (args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>) => PyValue, config: PyValue) {
    super('ref', run)
    this.#config = config
  }

  override $attr(name: string): PyValue | undefined {
    return name === 'config' ? this.#config : undefined
  }
}

/** `config` at parse time: calls are noted, questions are answered with an empty text. */
class ParseConfig extends PyObject {
  readonly $type = 'ParseConfigObject'
  readonly #capture: ParseCapture

  constructor(capture: ParseCapture) {
    super()
    this.#capture = capture
  }

  override $call(args: readonly PyValue[], kwargs: ReadonlyMap<string, PyValue>): PyValue {
    if (args.length > 0 && (args.length > 1 || kwargs.size > 0)) {
      throw new TdbtError('T2004', 'config() takes keyword arguments or one mapping')
    }
    const [first] = args
    if (first !== undefined) this.#capture.addConfig(hostValue(first))
    else {
      const options: Record<string, unknown> = {}
      for (const [key, value] of kwargs) options[key] = hostValue(value)
      this.#capture.addConfig(options)
    }
    return ''
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'get':
      case 'require':
      case 'meta_get':
      case 'meta_require':
        return new PyFunction(name, () => '')
      case 'set':
        return new PyFunction(name, ([key, value]) => {
          this.#capture.addConfig({ [pyStr(key ?? null)]: hostValue(value ?? null) })
          return ''
        })
      case 'persist_relation_docs':
      case 'persist_column_docs':
        return new PyFunction(name, () => false)
      default:
        return undefined
    }
  }
}

function refArguments(
  args: readonly PyValue[],
  kwargs: ReadonlyMap<string, PyValue>,
): { name: string; package: string | null; version: NodeVersion | null } {
  if (args.length < 1 || args.length > 2) {
    throw new TdbtError('T2004', `ref() takes at most two arguments (${args.length} given)`, {
      expected: "ref('model') or ref('package', 'model')",
    })
  }
  const [first, second] = args
  const name = second ?? first ?? null
  const packageName = second === undefined ? null : (first ?? null)
  if (typeof name !== 'string')
    throw new TdbtError('T2004', `The name argument to ref() must be a string, got ${typeName(name)}`)
  if (packageName !== null && typeof packageName !== 'string') {
    throw new TdbtError('T2004', `The package argument to ref() must be a string or None, got ${typeName(packageName)}`)
  }
  const version = hostValue(kwargs.get('version') ?? kwargs.get('v') ?? null)
  if (version !== null && typeof version !== 'string' && typeof version !== 'number') {
    throw new TdbtError('T2004', 'The version argument to ref() must be a string or a number')
  }
  // Zero and the empty text count as no version, as in dbt.
  return { name, package: packageName, version: version || null }
}

function sourceArguments(args: readonly PyValue[]): [string, string] {
  const [source, table] = args
  if (args.length !== 2) {
    throw new TdbtError('T2004', `source() takes exactly two arguments (${args.length} given)`, {
      expected: "source('source', 'table')",
    })
  }
  if (typeof source !== 'string' || typeof table !== 'string') {
    throw new TdbtError('T2004', 'The arguments to source() must be strings', {
      found: `${typeName(source ?? null)}, ${typeName(table ?? null)}`,
    })
  }
  return [source, table]
}
