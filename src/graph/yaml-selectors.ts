import { isJsonObject, type Json, type JsonObject, nearest, TdbtError } from '../core/index.ts'
import { makeCriterion, parseCriterion } from './parse-criterion.ts'
import type { IndirectSelection } from './select-options.ts'
import type { SelectionSpec, SpecGroup } from './selection-spec.ts'

const INDIRECT: readonly IndirectSelection[] = ['eager', 'cautious', 'buildable', 'empty']

/** Name of the selector with `default: true`, undefined without one. Throws T1014 when two have it. */
export function defaultSelector(selectors: JsonObject): string | undefined {
  const names = Object.keys(selectors).filter((name) => {
    const entry = selectors[name]
    return isJsonObject(entry) && entry['default'] === true
  })
  if (names.length > 1) {
    throw new TdbtError('T1014', `Several selectors have default: true: ${names.join(' and ')}`, {
      hint: 'Leave default: true on one selector of selectors.yml.',
    })
  }
  return names[0]
}

/**
 * The spec of a selector of selectors.yml, in any of dbt's forms (string, `key: value`, method dictionary, union,
 * intersection, exclude, inheritance by `method: selector`); the normalised form that manifests hold is one of them.
 * Throws T1014 on an unknown name (with the nearest) and on a definition that is none of the forms.
 */
export function yamlSelector(selectors: JsonObject, name: string, cliIndirect: IndirectSelection): SelectionSpec {
  return resolve(selectors, name, cliIndirect, [])
}

function resolve(
  selectors: JsonObject,
  name: string,
  cliIndirect: IndirectSelection,
  inside: readonly string[],
): SelectionSpec {
  if (inside.includes(name)) {
    throw new TdbtError('T1014', `Selector '${name}' inherits from itself: ${[...inside, name].join(' -> ')}`)
  }
  const entry = selectors[name]
  if (!isJsonObject(entry)) {
    const near = nearest(name, Object.keys(selectors))
    throw new TdbtError(
      'T1014',
      `Could not find selector named '${name}', expected one of [${Object.keys(selectors).join(', ')}]`,
      {
        found: name,
        hint: near === undefined ? undefined : `Did you mean '${near}'?`,
      },
    )
  }
  const parser = new DefinitionParser(selectors, name, cliIndirect, [...inside, name])
  const definition = entry['definition'] ?? null
  if (isJsonObject(definition) && ('union' in definition || 'intersection' in definition)) {
    const keys = Object.keys(definition)
    if (keys.length > 1) {
      throw parser.invalid(`only a single 'union' or 'intersection' key may stand at its root; found ${keys.join(',')}`)
    }
  }
  return parser.parse(definition)
}

class DefinitionParser {
  readonly #selectors: JsonObject
  readonly #name: string
  readonly #cliIndirect: IndirectSelection
  readonly #inside: readonly string[]

  constructor(selectors: JsonObject, name: string, cliIndirect: IndirectSelection, inside: readonly string[]) {
    this.#selectors = selectors
    this.#name = name
    this.#cliIndirect = cliIndirect
    this.#inside = inside
  }

  invalid(what: string): TdbtError {
    return new TdbtError('T1014', `Selector '${this.#name}': ${what}`, {
      expected: 'a string, a dictionary of one method, or union/intersection with a list',
    })
  }

  parse(definition: Json): SelectionSpec {
    if (typeof definition === 'string') return parseCriterion(definition, this.#cliIndirect)
    if (!isJsonObject(definition)) throw this.invalid(`found ${JSON.stringify(definition)}`)
    if ('union' in definition) return this.#setOperator('union', definition)
    if ('intersection' in definition) return this.#setOperator('intersection', definition)
    return this.#dictionary(definition)
  }

  #list(value: Json | undefined, key: string): readonly Json[] {
    if (Array.isArray(value)) return value
    throw this.invalid(`the value of "${key}" must be a list`)
  }

  #setOperator(kind: 'union' | 'intersection', definition: JsonObject): SelectionSpec {
    const parts: SelectionSpec[] = []
    let excluded: SelectionSpec | undefined
    let seenExclude = false
    for (const part of this.#list(definition[kind], kind)) {
      if (isJsonObject(part) && 'exclude' in part) {
        if (seenExclude) throw this.invalid(`several exclude lists in the same ${kind}`)
        seenExclude = true
        excluded = this.#exclusions(part)
      } else parts.push(this.parse(part))
    }
    return without(group(kind, parts), excluded)
  }

  #exclusions(definition: JsonObject): SelectionSpec | undefined {
    const parts = this.#list(definition['exclude'], 'exclude').map((part) => this.parse(part))
    return parts.length > 1 ? group('union', parts) : parts[0]
  }

  #dictionary(definition: JsonObject): SelectionSpec {
    const keys = Object.keys(definition)
    const [only] = keys
    if (keys.length === 1 && only !== undefined)
      return this.#criterion({ method: only, value: definition[only] ?? null })
    if (!('method' in definition) || !('value' in definition)) {
      throw this.invalid(`expected one key, or "method" and "value", but got ${keys.join(', ')}`)
    }
    if (definition['method'] === 'selector') {
      return resolve(this.#selectors, String(definition['value']), this.#cliIndirect, this.#inside)
    }
    const excluded = 'exclude' in definition ? this.#exclusions(definition) : undefined
    return without(this.#criterion(definition), excluded)
  }

  #criterion(definition: JsonObject): SelectionSpec {
    const indirect = definition['indirect_selection']
    const indirectSelection = indirect === undefined ? this.#cliIndirect : INDIRECT.find((mode) => mode === indirect)
    if (indirectSelection === undefined) {
      throw this.invalid(`indirect_selection must be one of ${INDIRECT.join(', ')}; found ${JSON.stringify(indirect)}`)
    }
    const method = String(definition['method'])
    return makeCriterion({
      raw: JSON.stringify(definition),
      method,
      value: definition['value'] ?? null,
      childrensParents: definition['childrens_parents'] === true,
      parentsDepth: this.#depth(definition, 'parents'),
      childrenDepth: this.#depth(definition, 'children'),
      indirectSelection,
    })
  }

  #depth(definition: JsonObject, key: 'parents' | 'children'): number | null {
    if (definition[key] === undefined || definition[key] === false || definition[key] === null) return null
    const raw = definition[`${key}_depth`]
    if (raw === undefined || raw === null || raw === '' || raw === 0) return Number.POSITIVE_INFINITY
    const depth = Number(raw)
    if (!Number.isInteger(depth))
      throw this.invalid(`${key}_depth must be a whole number; found ${JSON.stringify(raw)}`)
    return depth
  }
}

/** dbt gives the groups of a YAML selector eager indirect selection and never warns about them. */
function group(kind: SpecGroup['kind'], parts: readonly SelectionSpec[]): SpecGroup {
  return { kind, parts, indirectSelection: 'eager', warnAs: null }
}

function without(base: SelectionSpec, excluded: SelectionSpec | undefined): SelectionSpec {
  return excluded === undefined ? base : group('difference', [base, excluded])
}
