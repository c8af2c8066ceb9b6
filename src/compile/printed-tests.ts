import type { Json, TestNode } from '../core/index.ts'
import {
  NAMES_OF_PRINTED_MACROS,
  type PrintedMacro,
  type PrintedPart,
  type PrintedValue,
  PyObject,
  type PyValue,
  pyStr,
  toPython,
  truthy,
} from '../jinja/index.ts'
import { type Referrer, refFunction, sourceFunction } from './resolvers.ts'
import type { Runtime } from './runtime.ts'
import type { Scope } from './scope.ts'

/** What is put together for a test: a text, an argument of the test, or one of two by whether failures are stored. */
type Piece = string | PrintedValue | { readonly yes: PrintedValue; readonly no: PrintedValue } | Joined

type Joined = Pick<Extract<PrintedPart, { kind: 'joined' }>, 'list' | 'item' | 'separator'>

/** How the tests of one raw code in one package are printed. */
interface Print {
  readonly macroId: string
  readonly presets: ReadonlyMap<string, PyValue | undefined>
  readonly pieces: readonly Piece[]
}

/** What `ref('x')` or `source('a', 'b')` prints. */
interface Named {
  readonly id: string
  readonly text: string
}

const NO_BRACES = String.raw`"[^"\\{}]*"|-?\d+|True|False|None|\[(?:'[^'\\{}]*'(?:, (?='))?)*\]`
const RAW_CODE = new RegExp(
  String.raw`^\{\{ (?:([a-z]\w*)\.)?(test_\w+)\(\*\*_dbt_generic_test_kwargs\) \}\}(?:\{\{ config\([a-z]\w+=(?:${NO_BRACES})(?:,[a-z]\w+=(?:${NO_BRACES}))*\) \}\})?$`,
)
const JINJA_MARK = /\{[{%#]|[#}%]\}/
const WHERE_SUBQUERY = /^\{\{ get_where_subquery\((\w+\([^{}]*\))\) \}\}$/
const LOOKS_LIKE_CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/
const NAMED = /^\s*(ref|source)\(\s*('[^'"\\]*'|"[^'"\\]*")(?:\s*,\s*('[^'"\\]*'|"[^'"\\]*"))?\s*\)\s*$/
/** Names that a test's own code uses, and what its arguments do. */
const NAMES = ['config', 'ref', 'source', ...NAMES_OF_PRINTED_MACROS]
const STORES = 'should_store_failures'
/** Macros that lead to macros. */
const DEEPEST = 8

/**
 * Generic tests whose macros only print: the built-in ones, and such as `select {{ column_name }} from {{ model }} where …`. Their SQL is put together
 * without a name space and without running a template. Where anything is in doubt (a macro that does more, a name that somebody has redefined, an argument
 * with code in it, whatever may fail) the answer is null, and the template is rendered.
 */
export class PrintedTests {
  readonly #prints = new Map<string, Print | null>()
  readonly #named = new Map<string, Named | null>()
  readonly #plainNames = new Map<string, boolean>()

  /** The SQL of a test and the macros that it called, or null. */
  print(scope: Scope, node: TestNode): { readonly sql: string; readonly macros: readonly string[] } | null {
    const { runtime } = scope
    if (node.test_metadata === undefined || runtime.invocation.flags.defer) return null
    const print = this.#printOf(runtime, node)
    if (print === null) return null
    const values = new Map<string, PyValue>()
    const macros: string[] = []
    const { kwargs } = node.test_metadata
    for (const name of Object.keys(kwargs)) {
      if (!print.presets.has(name)) return null
      const value = this.#argument(scope, node, name, kwargs[name] ?? null, macros)
      if (value === undefined) return null
      values.set(name, value)
    }
    for (const [name, preset] of print.presets) {
      if (values.has(name)) continue
      if (preset === undefined) return null
      values.set(name, preset)
    }
    const { store_failures: configured } = node.config
    if (typeof (configured ?? false) !== 'boolean') return null
    const stores = configured ?? runtime.invocation.flags.storeFailures
    let sql = ''
    for (const piece of print.pieces) {
      if (typeof piece === 'string') {
        sql += piece
      } else if ('list' in piece) {
        const text = joinedText(piece, values)
        if (text === null) return null
        sql += text
      } else {
        sql += pyStr(valueIn('yes' in piece ? (stores ? piece.yes : piece.no) : piece, values))
      }
    }
    macros.push(print.macroId)
    return { sql, macros: macros[0] === macros[1] ? [print.macroId] : macros }
  }

  #printOf(runtime: Runtime, node: TestNode): Print | null {
    const key = `${node.package_name} ${node.raw_code}`
    let print = this.#prints.get(key)
    if (print === undefined) {
      print = this.#hasPlainNames(runtime, node.package_name) ? makePrint(runtime, node) : null
      this.#prints.set(key, print)
    }
    return print
  }

  /** The names in play are nobody's macros and nobody's packages. */
  #hasPlainNames({ project: { library } }: Runtime, from: string): boolean {
    let plain = this.#plainNames.get(from)
    if (plain === undefined) {
      plain = NAMES.every((name) => library.find(name, from) === undefined && !library.namespaces.includes(name))
      this.#plainNames.set(from, plain)
    }
    return plain
  }

  /** An argument's value as far as printing needs it: relations as their texts. */
  #argument(scope: Scope, node: TestNode, name: string, written: Json, macros: string[]): PyValue | undefined {
    if (Array.isArray(written)) return written.every(isPlainItem) ? toPython(written) : undefined
    if (typeof written !== 'string')
      return typeof written === 'object' && written !== null ? undefined : toPython(written)
    if (name === 'column_name') return written
    if (!JINJA_MARK.test(written)) {
      return LOOKS_LIKE_CALL.test(written) ? this.#relation(scope, node, written) : written
    }
    const inner = WHERE_SUBQUERY.exec(written)?.[1]
    const macro = inner === undefined ? undefined : scope.runtime.wherelessMacro(node.package_name)
    if (inner === undefined || macro === undefined) return undefined
    const relation = this.#relation(scope, node, inner)
    const where = node.config.where ?? ''
    if (relation === undefined || typeof where !== 'string') return undefined
    if (!macros.includes(macro)) macros.push(macro)
    return where === '' ? relation : `(select * from ${relation} where ${where}) dbt_subquery`
  }

  #relation(scope: Scope, node: TestNode, call: string): string | undefined {
    const key = `${node.package_name} ${call}`
    let named = this.#named.get(key)
    if (named === undefined) {
      named = findNamed(scope, node, call)
      this.#named.set(key, named)
    }
    return named !== null && node.depends_on.nodes.includes(named.id) ? named.text : undefined
  }
}

/** An item of a list that stays what it is when arguments are rendered. */
function isPlainItem(item: Json): boolean {
  if (typeof item === 'string') return !JINJA_MARK.test(item) && !LOOKS_LIKE_CALL.test(item)
  return typeof item !== 'object' || item === null
}

function valueIn(value: PrintedValue, values: ReadonlyMap<string, PyValue>): PyValue {
  return 'constant' in value ? value.constant : (values.get(value.parameter) ?? null)
}

/** The items of a list as texts; null for what is no list. */
function joinedText({ list, item, separator }: Joined, values: ReadonlyMap<string, PyValue>): string | null {
  const items = valueIn(list, values)
  if (!Array.isArray(items)) return null
  const texts = item.by === null || truthy(valueIn(item.by, values)) ? item.yes : item.no
  return items.map((each) => texts.map((text) => text ?? pyStr(each)).join('')).join(separator)
}

/** What a call of the resolvers prints for every test of the package; null where that depends on the test, or fails. */
function findNamed(scope: Scope, node: TestNode, call: string): Named | null {
  const [, resolver, ...quoted] = NAMED.exec(call) ?? []
  const args = quoted.filter((each) => each !== undefined).map((each) => each.slice(1, -1))
  const [first, second] = args
  if (resolver === undefined || first === undefined) return null
  const { lookup } = scope.runtime
  const from = node.package_name
  let found: { readonly unique_id: string }
  if (resolver === 'source') {
    const source = lookup.source(first, second ?? '', from)
    if (second === undefined || source.kind !== 'found') return null
    found = source.node
  } else {
    const target = lookup.ref(second ?? first, second === undefined ? null : first, null, from)
    if (target.kind !== 'found' || target.node.config.materialized === 'ephemeral') return null
    found = target.node
    const { relation_name: text, config, package_name: owner } = target.node
    const isPrivate = target.node.resource_type === 'model' && target.node.access === 'private'
    const isPlain = !scope.runtime.invocation.flags.empty && owner === from && !isPrivate
    // What was written down when it was parsed knows no quoting of the node's own.
    if (isPlain && text !== null && Object.keys(config.quoting ?? {}).length === 0) return { id: found.unique_id, text }
  }
  // A private model may be for some tests only: for one without a group it never is.
  const referrer: Referrer = {
    uniqueId: node.unique_id,
    resourceType: node.resource_type,
    name: node.name,
    packageName: from,
    originalFilePath: node.original_file_path,
    group: null,
    dependsOn: null,
    batch: null,
    useCte: () => undefined,
  }
  try {
    const make = resolver === 'source' ? sourceFunction : refFunction
    const relation = make(scope, referrer).$call(args, new Map())
    return relation instanceof PyObject ? { id: found.unique_id, text: pyStr(relation) } : null
  } catch {
    return null
  }
}

function makePrint(runtime: Runtime, node: TestNode): Print | null {
  const { library } = runtime.project
  const from = node.package_name
  const [, namespace, name] = RAW_CODE.exec(node.raw_code) ?? []
  if (name === undefined || library.namespaces.includes(name)) return null
  if (namespace !== undefined && (library.find(namespace, from) || !library.namespaces.includes(namespace))) return null
  const macro = library.find(name, from, namespace ?? null)
  if (macro === undefined) return null
  const printed = printedBy(runtime, macro)
  if (printed === null) return null
  const pieces = piecesOf(runtime, from, printed, new Map(), 0)
  if (pieces === null) return null
  const presets = new Map(printed.parameters.map(({ name: own, preset }) => [own, preset]))
  return { macroId: macro.unique_id, presets, pieces: joined(pieces) }
}

function printedBy(runtime: Runtime, macro: Parameters<Runtime['project']['library']['template']>[0]) {
  try {
    const template = runtime.project.library.template(macro)
    const definition = template.macros.findLast((each) => each.name === macro.name)
    return definition === undefined ? null : template.printed(definition)
  } catch {
    return null
  }
}

/** The pieces of a macro whose parameters were given those values; its own parameters where they are the test's. */
function piecesOf(
  runtime: Runtime,
  from: string,
  printed: PrintedMacro,
  given: ReadonlyMap<string, PrintedValue>,
  depth: number,
): readonly Piece[] | null {
  const operand = (value: PrintedValue): PrintedValue =>
    'constant' in value ? value : (given.get(value.parameter) ?? value)
  const pieces: Piece[] = []
  for (const part of printed.parts) {
    switch (part.kind) {
      case 'text':
        pieces.push(part.text)
        break
      case 'value':
        pieces.push(operand(part.value))
        break
      case 'choice':
        if (part.call !== STORES || !storesByItself(runtime, from)) return null
        pieces.push({ yes: operand(part.yes), no: operand(part.no) })
        break
      case 'joined': {
        const { list, item, separator } = part
        const by = item.by === null ? null : operand(item.by)
        pieces.push({ list: operand(list), item: { ...item, by }, separator })
        break
      }
      case 'dispatched': {
        const macro = runtime.project.library.dispatch(part.name, part.namespace, from)
        const inner = macro === undefined || depth > DEEPEST ? null : printedBy(runtime, macro)
        if (inner === null) return null
        const values = bound(
          inner,
          part.positional.map(operand),
          part.keywords.map(([key, value]) => [key, operand(value)] as const),
        )
        const nested = values === null ? null : piecesOf(runtime, from, inner, values, depth + 1)
        if (nested === null) return null
        pieces.push(...nested)
      }
    }
  }
  return pieces
}

/** Whether `should_store_failures()` is the built-in macro. */
function storesByItself({ project: { library }, userPackages }: Runtime, from: string): boolean {
  const macro = library.find(STORES, from)
  return macro !== undefined && !userPackages.has(macro.package_name) && !library.namespaces.includes(STORES)
}

/** What each parameter of a macro is given; null where a call would be an error, or leave one undefined. */
function bound(
  { parameters }: PrintedMacro,
  positional: readonly PrintedValue[],
  keywords: readonly (readonly [string, PrintedValue])[],
): ReadonlyMap<string, PrintedValue> | null {
  if (positional.length > parameters.length) return null
  const values = new Map<string, PrintedValue>()
  for (const [index, { name, preset }] of parameters.entries()) {
    const named = keywords.filter(([key]) => key === name)
    const value = positional[index] ?? named[0]?.[1] ?? (preset === undefined ? undefined : { constant: preset })
    if (value === undefined || named.length > (index < positional.length ? 0 : 1)) return null
    values.set(name, value)
  }
  return keywords.every(([key]) => values.has(key)) ? values : null
}

/** Texts that stand side by side as one. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = []
  for (const piece of pieces) {
    const last = all.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') all[all.length - 1] = last + piece
    else all.push(piece)
  }
  return all
}
