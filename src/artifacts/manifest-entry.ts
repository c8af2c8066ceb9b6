import { type CompiledNode, isJsonObject, type Json, type JsonObject } from '../core/index.ts'
import type { ManifestInput } from './inputs.ts'
import { manifestFields } from './manifest-fields.ts'

/** What manifest.json says of a resource; what is undefined is left out when it is written. */
export type EntryOf = (resource: object, id: string) => JsonObject

type Values = Readonly<Record<string, Json | undefined>>

/** What is known of a node besides what parsing gave. */
interface Own {
  readonly compiled_path: string | null
  readonly build_path?: string | undefined
  readonly relation_name?: Json
  readonly compiled?: true
  readonly compiled_code?: string
  readonly extra_ctes_injected?: boolean
  readonly extra_ctes?: Json
  readonly index?: number | undefined
}

type Literal = (node: Values, own: Own, dependsOn: Json | undefined) => JsonObject

const OWN: ReadonlySet<string> = new Set([
  'build_path',
  'relation_name',
  'compiled',
  'compiled_code',
  'extra_ctes_injected',
  'extra_ctes',
  'index',
])
const NOT_COMPILED: Own = { compiled_path: null }

/** How resources are written: the keys that dbt knows for the kind, in its order, with what was compiled and executed. */
export function manifestEntries(input: Omit<ManifestInput, 'manifest' | 'invocation'>): EntryOf {
  const { compiled, executed, targetPath = 'target' } = input
  const literals = new Map<string, Literal | undefined>()
  return (resource, id) => {
    const node = resource as Values
    const type = String(node['resource_type'])
    const isGeneric = node['test_metadata'] !== undefined
    const kind = isGeneric ? `generic ${type}` : type
    let literal = literals.get(kind)
    if (literal === undefined && !literals.has(kind)) {
      const keys = manifestFields(type, isGeneric)
      literal = keys && literalOf(keys)
      literals.set(kind, literal)
    }
    const known = dependsOn(type, node['depends_on'])
    // Semantic resources are carried as they are.
    if (literal === undefined) return ('depends_on' in node ? { ...node, depends_on: known } : node) as JsonObject
    const given = type === 'seed' ? undefined : compiled?.get(id)
    const path = executed?.get(id)
    if (given === undefined)
      return literal(node, path === undefined ? NOT_COMPILED : { compiled_path: null, build_path: path }, known)
    return literal(node, ownOf(node, given, targetPath, path), withMacros(known, given.macros))
  }
}

function ownOf(node: Values, compiled: CompiledNode, targetPath: string, path: string | undefined): Own {
  return {
    compiled_path:
      compiled.compiled_path === null
        ? null
        : `${targetPath}/compiled/${String(node['package_name'])}/${compiled.compiled_path}`,
    build_path: path,
    relation_name: compiled.relation_name ?? node['relation_name'] ?? null,
    compiled: true,
    compiled_code: compiled.compiled_code,
    extra_ctes_injected: compiled.extra_ctes_injected,
    extra_ctes: compiled.extra_ctes.map(({ id, sql }) => ({ id, sql })),
    index: compiled.index,
  }
}

/** Straight code for one list of keys: a loop over forty names costs several times as much on thousands of resources. */
function literalOf(keys: readonly string[]): Literal {
  const parts = keys.map((key) => {
    const name = JSON.stringify(key)
    if (key === 'depends_on') return `${name}:dependsOn`
    if (key === 'compiled_path') return `${name}:own.compiled_path`
    return `${name}:${OWN.has(key) ? `own.${key}!==undefined?own.${key}:` : ''}node[${name}]`
  })
  return new Function('node', 'own', 'dependsOn', `return {${parts.join(',')}}`) as Literal
}

/** Seeds and macros depend on macros alone. */
function dependsOn(type: string, value: Json | undefined): Json | undefined {
  if (value === undefined || !isJsonObject(value)) return value
  const macros = value['macros'] ?? []
  return type === 'seed' || type === 'macro' ? { macros } : { macros, nodes: value['nodes'] ?? [] }
}

/** What the text called with `execute` true is a dependency as well, behind what parsing saw. */
function withMacros(known: Json | undefined, called: readonly string[] = []): Json | undefined {
  if (called.length === 0 || !isJsonObject(known) || !Array.isArray(known['macros'])) return known
  return { ...known, macros: [...new Set([...known['macros'], ...called])] }
}
