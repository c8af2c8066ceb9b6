import type { RuntimeConfigObject, Variables } from '../context/index.ts'
import type { TargetConfig } from '../core/index.ts'
import { lazyDict, PyDict, PyFunction, type PyValue, pyStr, toPython } from '../jinja/index.ts'
import type { NodeDraft } from './drafts.ts'
import type { ParseCapture } from './parse-capture.ts'
import { ParseConfig } from './parse-config.ts'
import { refArguments, sourceArguments } from './reference-arguments.ts'

/** What a node's variables are made of. The functions are called when a template first asks. */
export interface NodeVariablesOptions {
  readonly node: NodeDraft
  readonly capture: ParseCapture
  readonly target: TargetConfig
  readonly runtimeConfig: RuntimeConfigObject
  /** At parse time ref() and source() give the relation of the node itself. */
  readonly relation: () => PyValue
  readonly varFunction: () => PyValue
  readonly render: () => PyValue
  readonly adapter: () => PyValue
}

const OWN_NAMES = [
  'var',
  'render',
  'this',
  'model',
  'config',
  'database',
  'schema',
  'pre_hooks',
  'post_hooks',
  'sql',
  'compiled_code',
  'defer_relation',
  'ref',
  'source',
  'metric',
  'function',
  'adapter',
  'builtins',
] as const
const OWN: ReadonlySet<string> = new Set(OWN_NAMES)

/**
 * The variables of one node at parse time: its own over those that all nodes of the package share. Each is made when it is first
 * asked for, since most templates name two or three of some eighty.
 */
export class NodeVariables implements Variables {
  readonly #base: ReadonlyMap<string, PyValue>
  readonly #options: NodeVariablesOptions
  readonly #made = new Map<string, PyValue>()
  #relation: PyValue | undefined

  constructor(base: ReadonlyMap<string, PyValue>, options: NodeVariablesOptions) {
    this.#base = base
    this.#options = options
  }

  get(name: string): PyValue | undefined {
    if (!OWN.has(name)) return this.#base.get(name)
    let value = this.#made.get(name)
    if (value === undefined) {
      value = this.#make(name as (typeof OWN_NAMES)[number])
      this.#made.set(name, value)
    }
    return value
  }

  *keys(): MapIterator<string> {
    for (const name of this.#base.keys()) if (!OWN.has(name)) yield name
    yield* OWN_NAMES
    return undefined
  }

  #make(name: (typeof OWN_NAMES)[number]): PyValue {
    const { node, capture, target } = this.#options
    switch (name) {
      case 'var':
        return this.#options.varFunction()
      case 'render':
        return this.#options.render()
      case 'this':
        return node.resource_type === 'operation' ? null : this.#own()
      case 'model':
        return lazyDict(node)
      case 'config':
        return new ParseConfig(capture)
      case 'database':
        return node.database ?? target.database
      case 'schema':
        return node.schema
      case 'pre_hooks':
        return toPython(node.config['pre-hook'] ?? [])
      case 'post_hooks':
        return toPython(node.config['post-hook'] ?? [])
      case 'sql':
      case 'compiled_code':
      case 'defer_relation':
        return null
      case 'ref':
        return new RefFunction((args, kwargs) => {
          node.refs?.push(refArguments(args, kwargs))
          return this.#own()
        }, this.#options.runtimeConfig)
      case 'source':
        return new PyFunction('source', (args) => {
          node.sources?.push(sourceArguments(args))
          return this.#own()
        })
      case 'metric':
        return new PyFunction('metric', (args) => {
          node.metrics?.push(args.map((arg) => pyStr(arg)))
          return ''
        })
      case 'function':
        return new PyFunction('function', (args) => {
          node.functions?.push(args.map((arg) => pyStr(arg)))
          return this.#own()
        })
      case 'adapter':
        return this.#options.adapter()
      case 'builtins':
        return this.#builtins()
    }
  }

  #builtins(): PyDict {
    const builtins = new PyDict()
    for (const name of this.keys()) {
      const value = name === 'builtins' ? this.#base.get(name) : this.get(name)
      if (value !== undefined) builtins.setString(name, value)
    }
    return builtins
  }

  #own(): PyValue {
    this.#relation ??= this.#options.relation()
    return this.#relation
  }
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
