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
  type Variables,
  varsOf,
} from '../context/index.ts'
import type { Invocation, JsonObject, ProjectConfig, TargetConfig } from '../core/index.ts'
import {
  bindArguments,
  compileTemplate,
  type Globals,
  PyDict,
  PyFunction,
  type PyValue,
  pyStr,
  toPython,
} from '../jinja/index.ts'
import type { NodeDraft } from './drafts.ts'
import type { ExposureDraft } from './manifest-builder.ts'
import { NodeVariables } from './node-variables.ts'
import { ParseAdapter } from './parse-adapter.ts'
import type { ParseCapture } from './parse-capture.ts'
import { refArguments, sourceArguments } from './reference-arguments.ts'

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
    const wholeQuotePolicy = { ...dialect.quoting, ...options.root.quoting }
    this.relations = {
      create: ({ database, schema, identifier, type = null }) =>
        Relation.create({ database, schema, identifier, type, wholeQuotePolicy, dialect }),
    }
  }

  /** Names for the SQL of a node; what its calls say goes into `capture`. */
  forNode(node: NodeDraft, capture: ParseCapture, isNoted?: (macroId: string) => boolean): MutableGlobals {
    return this.scopeOf(node, capture, isNoted).globals
  }

  /** forNode with the variables by themselves, which no macro of the same name stands before. */
  scopeOf(
    node: NodeDraft,
    capture: ParseCapture,
    isNoted: (macroId: string) => boolean = () => true,
  ): { readonly globals: MutableGlobals; readonly variables: Variables } {
    const { name, package_name: packageName } = node
    const names: Globals = { get: (wanted) => globals.get(wanted) }
    const variables = new NodeVariables(this.sharedBase(packageName), {
      node,
      capture,
      runtimeConfig: this.config,
      target: this.options.target,
      relation: () => this.relations.create({ database: node.database, schema: node.schema, identifier: node.alias }),
      varFunction: () => this.varFunction(packageName, name, 'none', names),
      render: () => renderFunction(names),
      adapter: () => new ParseAdapter(this.options.adapter, this.relations, this.quoting, () => globals),
    })
    const globals = createGlobals({
      library: this.options.library,
      packageName,
      flavour: 'plain',
      variables,
      onMacroCall: (id) => {
        if (isNoted(id)) capture.addMacro(id)
      },
    })
    return { globals, variables }
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
    const { library, adapter } = this.options
    const globals = () => createGlobals({ library, packageName, flavour: 'plain', variables })
    variables.set('adapter', new ParseAdapter(adapter, this.relations, this.quoting, globals))
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
    return new Map(this.sharedBase(packageName))
  }

  private sharedBase(packageName: string): ReadonlyMap<string, PyValue> {
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
    return base
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
}

/** `render(text)`: a template of the moment, with the names of the node. */
function renderFunction(globals: Globals): PyFunction {
  return new PyFunction('render', (args, kwargs) => {
    const { string } = bindArguments('render', [{ name: 'string' }], args, kwargs)
    return compileTemplate(pyStr(string ?? null), { file: 'render()' }).render(globals)
  })
}
