import type { Json, SourceLocation } from '../core/index.ts'
import { constantValue } from './ast/constant-value.ts'
import type { ExpressionNode, MacroKind, MacroNode, RootNode } from './ast/nodes.ts'
import { type AnyNode, childrenOf, defaultsOf } from './ast/walk.ts'
import { type GeneratedCode, generateMacro, generateRoot } from './codegen/generate.ts'
import type { Flavour } from './codegen/unit.ts'
import { isTemplateError } from './nunjucks.ts'
import { JinjaParser, type WalkNotes } from './parser/parser.ts'
import { type PrintedMacro, printedMacro } from './printed-macro.ts'
import { BoundMacro } from './render/bound-macro.ts'
import { type ErrorWrapper, errorWrapper, syntaxError, type TemplateOrigin } from './render/errors.ts'
import type { MacroFunction } from './render/macro-object.ts'
import { nativeResult } from './render/native.ts'
import { type Globals, RenderScope } from './render/render-scope.ts'
import { ResumableWalker } from './render/resumable-walker.ts'
import { SUPPORT } from './render/support.ts'
import { storedNames, TreeWalker } from './render/tree-walker.ts'
import { jinjaGlobals, type UndefinedMode } from './runtime/runtime.ts'
import type { PyObject, PyValue, Resumable } from './runtime/values.ts'
import { type StaticCall, staticCalls } from './static-calls.ts'

export interface MacroDefinition {
  readonly kind: MacroKind
  /** As dbt keys it: `x`, `test_x`, `materialization_x_postgres`; docs blocks by their own name. */
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly hasDefault: boolean; readonly type: string | null }[]
  /** Of materializations; null for all else. */
  readonly supportedLanguages: readonly string[] | null
  readonly location: SourceLocation
}

export interface RenderOptions {
  /** Default strict. */
  readonly undefined?: UndefinedMode
  /** False where only what the render does is wanted: the text may then be left out. Default true. */
  readonly keepsText?: boolean
}

export interface Template {
  readonly source: string
  /** Plain flavour, for parse time: a Pending anywhere raises T2003. Text without any Jinja mark comes back as it is. */
  render(globals: Globals, options?: RenderOptions): string
  /** Resumable flavour, for run time. */
  renderResumable(globals: Globals): Resumable<string>
  /** dbt's native rendering of YAML values: one expression keeps its type, constants and mixtures are text. */
  renderNative(globals: Globals): PyValue
  /** macro, test, materialization and docs blocks that the template defines at its top level. */
  readonly macros: readonly MacroDefinition[]
  /** The macro of that definition as a callable; `return()` inside ends it. Resumable: a call gives a Pending where it may wait. */
  bindMacro(definition: MacroDefinition, globals: Globals, flavour: Flavour): PyObject
  /** Whether the macro prints texts and its own parameters, choosing between them by their truth, and does nothing else: a call of it has no effect. */
  isInert(definition: MacroDefinition): boolean
  /** What the macro prints, where it is known to do nothing but print texts and its parameters; null for any other. */
  printed(definition: MacroDefinition): PrintedMacro | null
  /** Every call whose callee is a dotted name, in source order. */
  staticCalls(): readonly StaticCall[]
}

export interface TemplateOptions {
  /** Path for messages. */
  readonly file: string
  /** Line of that file in which the source begins, default 1. */
  readonly firstLine?: number
}

/** Parses a template; its code is generated when it is first rendered. Throws T2001 with the place. */
export function compileTemplate(source: string, options: TemplateOptions): Template {
  return new CompiledTemplate(source, { file: options.file, firstLine: options.firstLine ?? 1, text: source })
}

const JINJA_MARK = /\{[{%#]|[#}%]\}/

type Instantiate = (scope: RenderScope) => (...values: never[]) => unknown

interface MacroUnit {
  readonly instantiate: Instantiate
  readonly spec: GeneratedCode['specs'][number]
}

/** Generated code: a function of what it needs from outside that gives an Instantiate. */
type Factory = (
  support: typeof SUPPORT,
  specs: GeneratedCode['specs'],
  texts: GeneratedCode['texts'],
  wrap: ErrorWrapper,
) => Instantiate

class CompiledTemplate implements Template {
  readonly source: string
  private readonly origin: TemplateOrigin
  private readonly root: RootNode
  /** The source as the tree's offsets count it. */
  private readonly text: string
  private readonly walkNotes: WalkNotes
  private definitions: readonly MacroDefinition[] | null = null
  private readonly walked = new Set<Flavour>()
  private readonly roots = new Map<Flavour | 'native', Instantiate>()
  private readonly macroUnits: Readonly<Record<Flavour, Map<MacroDefinition, MacroUnit>>> = {
    plain: new Map(),
    resumable: new Map(),
  }

  constructor(source: string, origin: TemplateOrigin) {
    this.source = source
    this.origin = origin
    const [root, parser] = this.reporting(() => {
      const parser = new JinjaParser(source)
      return [parser.parseAsRoot(), parser] as const
    })
    this.root = root
    this.text = parser.text
    this.walkNotes = parser.walk
  }

  get macros(): readonly MacroDefinition[] {
    this.definitions ??= this.macroNodes().map((node) => this.define(node))
    return this.definitions
  }

  render(globals: Globals, options?: RenderOptions): string {
    if (!JINJA_MARK.test(this.source)) return this.source
    const scope = new RenderScope(globals, options?.undefined ?? 'strict')
    if (this.mayWalk(globals, 'plain')) return this.walk(scope, options?.keepsText ?? true)
    const render = this.rootUnit('plain')(scope)
    return render() as string
  }

  *renderResumable(globals: Globals): Resumable<string> {
    if (!JINJA_MARK.test(this.source)) return this.source
    const scope = new RenderScope(globals, 'strict')
    if (this.mayWalk(globals, 'resumable')) return yield* this.walkResumable(scope)
    const render = this.rootUnit('resumable')(scope)
    return yield* render() as Resumable<string>
  }

  renderNative(globals: Globals): PyValue {
    if (!JINJA_MARK.test(this.source)) return this.text
    const render = this.rootUnit('native')(new RenderScope(globals, 'strict'))
    return nativeResult(render() as PyValue[])
  }

  bindMacro(definition: MacroDefinition, globals: Globals, flavour: Flavour): PyObject {
    const { instantiate, spec } = this.macroUnit(definition, flavour)
    return new BoundMacro(spec, instantiate(new RenderScope(globals, 'strict')) as MacroFunction)
  }

  isInert(definition: MacroDefinition): boolean {
    const node = this.macroNodes().findLast(({ kind, name }) => kind === definition.kind && name === definition.name)
    if (!node) return false
    const own = new Set(node.parameters.map(({ name }) => name))
    const presets = node.parameters.every((parameter) => parameter.default?.typename !== 'Symbol')
    return presets && [node.body, ...defaultsOf(node.parameters)].every((part) => isInert(part, own))
  }

  printed(definition: MacroDefinition): PrintedMacro | null {
    const node = this.macroNodes().findLast(({ kind, name }) => kind === definition.kind && name === definition.name)
    return node ? printedMacro(node) : null
  }

  staticCalls(): readonly StaticCall[] {
    return staticCalls(this.root, this.text, this.origin.firstLine)
  }

  /** What is rendered once is walked; what comes again is worth compiling. */
  private mayWalk(globals: Globals, flavour: Flavour): boolean {
    if (this.walked.has(flavour) || this.roots.has(flavour)) return false
    this.walked.add(flavour)
    const stored = storedNames(this.walkNotes)
    return stored?.every((name) => globals.get(name) === undefined && !jinjaGlobals.has(name)) ?? false
  }

  private *walkResumable(scope: RenderScope): Resumable<string> {
    const { firstLine } = this.origin
    const walker = new ResumableWalker(scope, firstLine)
    try {
      return yield* walker.render(this.root)
    } catch (thrown) {
      const { lineno, colno } = walker.place ?? { lineno: 0, colno: 0 }
      throw errorWrapper(this.origin, [lineno + firstLine, colno + 1])(thrown, 0)
    }
  }

  private walk(scope: RenderScope, keepsText: boolean): string {
    const { firstLine } = this.origin
    const walker = new TreeWalker(scope, firstLine, keepsText)
    try {
      return walker.render(this.root)
    } catch (thrown) {
      const { lineno, colno } = walker.place ?? { lineno: 0, colno: 0 }
      throw errorWrapper(this.origin, [lineno + firstLine, colno + 1])(thrown, 0)
    }
  }

  private macroNodes(): readonly MacroNode[] {
    return this.root.children.filter((node) => node.typename === 'Macro')
  }

  private define(node: MacroNode): MacroDefinition {
    const { file, firstLine } = this.origin
    return {
      kind: node.kind,
      name: node.name,
      parameters: node.parameters.map(({ name, type, default: preset }) => ({
        name,
        type,
        hasDefault: preset !== null,
      })),
      supportedLanguages: node.kind === 'materialization' ? languages(node.parameters[0]?.default) : null,
      location: { file, line: node.lineno + firstLine, column: node.colno + 1 },
    }
  }

  private rootUnit(flavour: Flavour | 'native'): Instantiate {
    let unit = this.roots.get(flavour)
    if (!unit) {
      unit = this.load(() => generateRoot(this.root, flavour, this.origin.firstLine)).instantiate
      this.roots.set(flavour, unit)
    }
    return unit
  }

  private macroUnit(definition: MacroDefinition, flavour: Flavour): MacroUnit {
    const units = this.macroUnits[flavour]
    let unit = units.get(definition)
    if (!unit) {
      // Where a name is defined twice, the last one counts, as it would in Jinja.
      const node = this.macroNodes().findLast(({ kind, name }) => kind === definition.kind && name === definition.name)
      if (!node) throw new RangeError(`${definition.name} is not a macro of ${this.origin.file}`)
      const { instantiate, code } = this.load(() => generateMacro(node, flavour, this.origin.firstLine))
      const spec = code.specs.at(-1)
      if (!spec) throw new RangeError('a generated macro has no description')
      unit = { instantiate, spec }
      units.set(definition, unit)
    }
    return unit
  }

  private load(generate: () => GeneratedCode): { instantiate: Instantiate; code: GeneratedCode } {
    const code = this.reporting(generate)
    const factory = new Function('R', 'S', 'D', 'X', code.code) as Factory
    return { instantiate: factory(SUPPORT, code.specs, code.texts, errorWrapper(this.origin, code.places)), code }
  }

  private reporting<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (thrown) {
      throw isTemplateError(thrown) ? syntaxError(thrown, this.origin) : thrown
    }
  }
}

function isInert(node: AnyNode, parameters: ReadonlySet<string>): boolean {
  switch (node.typename) {
    case 'Symbol':
      return parameters.has(node.value)
    case 'NodeList':
    case 'Output':
    case 'TemplateData':
    case 'Literal':
    case 'If':
    case 'Not':
    case 'And':
    case 'Or':
      return childrenOf(node).every((child) => isInert(child, parameters))
    default:
      return false
  }
}

function languages(preset: ExpressionNode | null | undefined): readonly string[] {
  const value: Json | undefined = preset ? constantValue(preset) : undefined
  return Array.isArray(value) ? value.map(String) : ['sql']
}
