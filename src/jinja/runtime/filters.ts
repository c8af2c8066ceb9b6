import { toJson } from '../modules/json.ts'
import { parameter } from './arguments.ts'
import { raise } from './errors.ts'
import { type Filter, type FilterEnvironment, filter } from './filter.ts'
import { attributeGetter } from './filter-keys.ts'
import { iterate, PyIterator, truthy } from './iterate.ts'
import { Markup } from './markup.ts'
import { NO_KWARGS } from './method.ts'
import { NUMBER_FILTERS } from './number-filters.ts'
import { requireIndex } from './numbers.ts'
import { SEQUENCE_FILTERS } from './sequence-filters.ts'
import { pyStr, textOf } from './str.ts'
import { applyTest } from './tests.ts'
import { TEXT_FILTERS } from './text-filters.ts'
import { type CallResult, type Kwargs, Pending, type PyValue } from './values.ts'

function jsonText([value = null, indent = null]: readonly PyValue[]): PyValue {
  const text = toJson(value, {
    sortKeys: true,
    indent: indent === null ? null : (textOf(indent) ?? requireIndex(indent)),
  })
  return new Markup(
    text.replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  )
}

/** What `|map` does to each item: an attribute path, or another filter by name. */
function mapper(args: readonly PyValue[], kwargs: Kwargs, environment: FilterEnvironment): (item: PyValue) => PyValue {
  if (args.length === 0 && kwargs.has('attribute')) {
    const extra = [...kwargs.keys()].find((name) => name !== 'attribute' && name !== 'default')
    if (extra !== undefined) raise('FilterArgumentError', `Unexpected keyword argument '${extra}'`)
    const path = kwargs.get('attribute') ?? null
    return attributeGetter(path, environment, { default: kwargs.get('default') })
  }
  const [name, ...rest] = args
  if (name === undefined) raise('FilterArgumentError', 'map requires a filter argument')
  return (item) => {
    const result = applyFilter(pyStr(name), item, rest, kwargs, environment)
    return result instanceof Pending ? raise('RuntimeError', 'a filter in map() cannot wait for a query') : result
  }
}

function selector(args: readonly PyValue[], kwargs: Kwargs): (item: PyValue) => boolean {
  const [name, ...rest] = args
  return name === undefined ? truthy : (item) => applyTest(pyStr(name), item, rest, kwargs)
}

function* mapped(items: PyValue, pick: () => (item: PyValue) => PyValue): Generator<PyValue, void, undefined> {
  // Any falsy value, None too, maps to nothing.
  if (!truthy(items)) return
  const map = pick()
  for (const item of iterate(items)) yield map(item)
}

function* selected(items: PyValue, pick: () => (item: PyValue) => boolean): Generator<PyValue, void, undefined> {
  if (!truthy(items)) return
  const test = pick()
  for (const item of iterate(items)) if (test(item)) yield item
}

function selecting(wanted: boolean, byAttribute: boolean): Filter {
  return {
    apply: (value, args, kwargs, environment) =>
      new PyIterator(
        selected(value, () => {
          if (!byAttribute) {
            const test = selector(args, kwargs)
            return (item) => test(item) === wanted
          }
          const [path, ...rest] = args
          if (path === undefined) raise('FilterArgumentError', 'Missing parameter for attribute name')
          const read = attributeGetter(path, environment)
          const test = selector(rest, kwargs)
          return (item) => test(read(item)) === wanted
        }),
      ),
  }
}

const same = filter('<lambda>', [parameter('x')], ([value = null]) => value)

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...TEXT_FILTERS,
  ...NUMBER_FILTERS,
  ...SEQUENCE_FILTERS,
  [
    'map',
    {
      apply: (value, args, kwargs, environment) =>
        new PyIterator(mapped(value, () => mapper(args, kwargs, environment))),
    },
  ],
  ['select', selecting(true, false)],
  ['reject', selecting(false, false)],
  ['selectattr', selecting(true, true)],
  ['rejectattr', selecting(false, true)],
  ['tojson', filter('do_tojson', [parameter('value'), parameter('indent', null)], jsonText, 1)],
  // dbt's own. The as_ filters mean something in native rendering alone, which handles them itself.
  ['as_text', same],
  ['as_bool', same],
  ['as_native', same],
  ['as_number', same],
  ['is_list', filter('is_list', [parameter('value')], ([value = null]) => Array.isArray(value))],
])

/** True for the names of Jinja's and dbt's filters. */
export function filterExists(name: string): boolean {
  return FILTERS.has(name)
}

const STRICT: FilterEnvironment = { undefined: 'strict' }

/** `value|name(args)`. Raises TemplateRuntimeError for an unknown name, Python's errors of the filter itself. */
export function applyFilter(
  name: string,
  value: PyValue,
  args: readonly PyValue[] = [],
  kwargs: Kwargs = NO_KWARGS,
  environment: FilterEnvironment = STRICT,
): CallResult {
  const found = FILTERS.get(name)
  if (!found) raise('TemplateRuntimeError', `No filter named '${name}'.`)
  return found.apply(value, args, kwargs, environment)
}
