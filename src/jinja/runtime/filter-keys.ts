import { getItem } from './attributes.ts'
import type { FilterEnvironment } from './filter.ts'
import { Markup } from './markup.ts'
import { Undefined } from './undefined.ts'
import type { PyValue } from './values.ts'

export type ItemKey = (item: PyValue) => PyValue

/** Lower case for strings, all else as it is: how Jinja sorts and groups unless told otherwise. */
export function ignoreCase(value: PyValue): PyValue {
  if (typeof value === 'string') return value.toLowerCase()
  return value instanceof Markup ? new Markup(value.text.toLowerCase()) : value
}

function parts(attribute: PyValue): readonly PyValue[] {
  if (attribute === null) return []
  if (typeof attribute !== 'string') return [attribute]
  return attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** Jinja's attribute path (`a.b.0`) as a function of an item; null is the item itself. */
export function attributeGetter(
  attribute: PyValue,
  environment: FilterEnvironment,
  options: { readonly after?: ItemKey | undefined; readonly default?: PyValue | undefined } = {},
): ItemKey {
  const path = parts(attribute)
  const { after } = options
  const fallback = options.default ?? null
  return (item) => {
    let value = item
    for (const part of path) {
      value = getItem(value, part)
      if (value instanceof Undefined) {
        if (fallback !== null) value = fallback
        else if (environment.undefined === 'capture') value = value.capturing()
      }
    }
    return after ? after(value) : value
  }
}

/** Several comma-separated paths as one key: a list, compared item by item. */
export function multiAttributeGetter(attribute: PyValue, environment: FilterEnvironment, after?: ItemKey): ItemKey {
  const attributes = typeof attribute === 'string' ? attribute.split(',') : [attribute]
  const getters = attributes.map((one) => attributeGetter(one, environment, { after }))
  return (item) => getters.map((getter) => getter(item))
}
