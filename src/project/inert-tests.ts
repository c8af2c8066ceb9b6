import type { MacroNode } from '../core/index.ts'
import type { NodeDraft } from './drafts.ts'
import type { GenericTest, TestTarget } from './generic-test.ts'
import { hasJinja } from './native-render.ts'
import type { ParseCapture } from './parse-capture.ts'
import type { Parsing } from './parsing.ts'

/** What is known of tests that need no run; filled as tests are met. */
export interface InertTests {
  /** Of each test macro that is inert the names of its parameters; null for those that have to run. */
  readonly parameters: Map<string, ReadonlySet<string> | null>
  /** By package the id of get_where_subquery, where it is the built-in one; null where it is not. */
  readonly where: Map<string, string | null>
}

const LOOKS_LIKE_CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/

/**
 * Notes what a run of the test would, where that is known without one: its macro prints its parameters and nothing else, none of its
 * arguments is Jinja, and get_where_subquery is the built-in one, which gives the relation back. false where the test has to run.
 */
export function noteInertTest(
  parsing: Parsing,
  node: NodeDraft,
  macro: MacroNode,
  test: GenericTest,
  target: TestTarget,
  capture: ParseCapture,
): boolean {
  const parameters = inertParameters(parsing, macro)
  const where = builtInWhere(parsing, node.package_name)
  if (parameters === null || where === null) return false
  for (const [key, value] of Object.entries(test.kwargs)) {
    if (!parameters.has(key) || (key !== 'model' && key !== 'column_name' && !isConstant(value))) return false
  }
  if (target.source !== null) node.sources?.push([target.source[0], target.source[1]])
  else node.refs?.push({ name: target.name, package: null, version: target.version ? String(target.version) : null })
  capture.addMacro(where)
  capture.addMacro(macro.unique_id)
  if (Object.keys(test.config).length > 0) capture.addConfig(test.config)
  return true
}

function inertParameters(parsing: Parsing, macro: MacroNode): ReadonlySet<string> | null {
  const { inertTests, library } = parsing
  let known = inertTests.parameters.get(macro.unique_id)
  if (known === undefined) {
    const template = library.template(macro)
    const definition = template.macros.findLast((each) => each.name === macro.name)
    const isInert = definition !== undefined && template.isInert(definition)
    known = isInert ? new Set(definition.parameters.map((parameter) => parameter.name)) : null
    inertTests.parameters.set(macro.unique_id, known)
  }
  return known
}

/** The id of get_where_subquery where it is the built-in one, dispatch and all; null where it is not. */
function builtInWhere(parsing: Parsing, packageName: string): string | null {
  const known = parsing.inertTests.where.get(packageName)
  if (known !== undefined) return known
  const found = findBuiltInWhere(parsing, packageName)
  parsing.inertTests.where.set(packageName, found)
  return found
}

function findBuiltInWhere({ library, internalPackages, root }: Parsing, packageName: string): string | null {
  const where = library.find('get_where_subquery', packageName)
  const behind = library.dispatch('get_where_subquery', 'dbt', packageName)
  const noted = library.find('get_where_subquery', root.config.name)
  const isBuiltIn = (macro: MacroNode | undefined) => macro !== undefined && internalPackages.has(macro.package_name)
  return where !== undefined && where === noted && isBuiltIn(where) && isBuiltIn(behind) ? where.unique_id : null
}

function isConstant(value: unknown): boolean {
  if (typeof value === 'string') return !hasJinja(value) && !LOOKS_LIKE_CALL.test(value)
  if (Array.isArray(value)) return value.every(isConstant)
  return typeof value !== 'object' || value === null || Object.values(value).every(isConstant)
}
