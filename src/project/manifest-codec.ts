import type { Manifest } from '../core/index.ts'
import { float, PyFloat } from '../jinja/index.ts'
import { isRecord } from './native-render.ts'

/**
 * A manifest as rows: resources with the same fields share a list of their names, and equal mappings and lists (a test's config is that of
 * nine thousand others) are written once. A third of the manifest's size, and read in a fraction of its time.
 */
interface Rows {
  /** For each shape the names of its fields; those that hold indexes of `shared` begin with FIELD_OF_SHARED. */
  readonly shapes: readonly (readonly string[])[]
  readonly shared: readonly unknown[]
  /** Per kind of resource: id, shape, values, id, shape, values… each in a list of its own. */
  readonly kinds: Readonly<Record<string, readonly (readonly [id: string, shape: number, ...values: unknown[]])[]>>
  /** metadata and selectors. */
  readonly plain: Readonly<Record<string, unknown>>
  /** Whether floats that are whole numbers are among the values. */
  readonly floats: boolean
}

const FIELD_OF_SHARED = '*'
const FLOAT = '\0float'
/** Fields whose values repeat from node to node; all others hold what is the node's own. */
const SHARED: ReadonlySet<string> = new Set([
  'config',
  'unrendered_config',
  'config_call_dict',
  'unrendered_config_call_dict',
  'columns',
  'constraints',
  'contract',
  'docs',
  'meta',
  'tags',
  'metrics',
  'functions',
  'sources',
  'doc_blocks',
  'primary_key',
])
const PLAIN_PARTS: ReadonlySet<string> = new Set(['metadata', 'selectors'])

/** Thrown by `encodeManifest` where a manifest holds what JSON cannot give back: infinities, dates, other objects. */
export const NOT_PLAIN = Symbol('not plain data')

/** The text of a manifest or some parts of one, in pieces. Throws NOT_PLAIN. */
export function* encodeManifest(manifest: Partial<Manifest>): Generator<string, void> {
  const encoder = new Encoder()
  const plain: Record<string, unknown> = {}
  let between = '{"kinds":{'
  for (const [kind, part] of Object.entries(manifest)) {
    if (PLAIN_PARTS.has(kind)) {
      plain[kind] = part
      continue
    }
    yield `${between}${JSON.stringify(kind)}:[`
    let comma = ''
    for (const rows of encoder.rows(part)) {
      yield comma + encoder.text(rows).slice(1, -1)
      comma = ','
    }
    yield ']'
    between = ','
  }
  yield between === ',' ? '}' : `${between}}`
  for (const [name, value] of encoder.rest(plain)) yield `,${JSON.stringify(name)}:${encoder.text(value)}`
  yield '}'
}

/** The manifest that `encodeManifest` made a text of. Equal values are one object: they are not to be written to. */
export function decodeManifest(text: string): Manifest {
  let rows = JSON.parse(text) as Rows
  if (rows.floats) rows = JSON.parse(text, revived) as Rows
  const { shared } = rows
  const makers = rows.shapes.map(maker)
  const out: Record<string, unknown> = { ...rows.plain }
  for (const [kind, list] of Object.entries(rows.kinds)) {
    const resources: Record<string, unknown> = {}
    for (const row of list) resources[row[0]] = makers[row[1]]?.(row, shared)
    out[kind] = resources
  }
  // `disabled` holds lists, which the rows keep under one field.
  const disabled = out['disabled']
  if (isRecord(disabled))
    for (const [id, holder] of Object.entries(disabled)) if (isRecord(holder)) disabled[id] = holder['list']
  return out as unknown as Manifest
}

/** Makes resources of one shape. An object literal, since V8 keeps objects that are filled by computed names as slow hash tables. */
function maker(fields: readonly string[]): (row: readonly unknown[], shared: readonly unknown[]) => object {
  const parts = fields.map((field, index) =>
    field.startsWith(FIELD_OF_SHARED)
      ? `${JSON.stringify(field.slice(1))}:shared[row[${index + 2}]]`
      : `${JSON.stringify(field)}:row[${index + 2}]`,
  )
  return new Function('row', 'shared', `return {${parts.join(',')}}`) as ReturnType<typeof maker>
}

/** Indexes in `shared`. */
const EMPTY_LIST = 0
const EMPTY_MAPPING = 1
/** Shorter ones are written again sooner than they are remembered. */
const LONG_TEXT = 200
const ROWS_AT_ONCE = 64

/** The fields that a row of the resource has: none for what is undefined, marked ones for what is shared. */
function fieldsOf(resource: Resource, names: readonly string[]): string[] {
  const fields: string[] = []
  for (const name of names) {
    if (name.startsWith(FIELD_OF_SHARED) || name === '__proto__') throw NOT_PLAIN
    const value = resource[name]
    if (value === undefined) continue
    fields.push(typeof value === 'object' && value !== null && SHARED.has(name) ? FIELD_OF_SHARED + name : name)
  }
  return fields
}

/** Straight code for one list of fields: a loop over forty names costs several times as much on thousands of resources. */
function rowMaker(names: readonly string[], fields: string[], shapeOf: (fields: string[]) => number): RowOf {
  const kept = new Set(fields)
  const tests: string[] = []
  const values: string[] = []
  const reads = names.map((name, index) => {
    const value = `v${index}`
    if (kept.has(FIELD_OF_SHARED + name)) {
      tests.push(`typeof ${value}!=='object'||${value}===null`)
      values.push(`${value}.length===0&&isList(${value})?${EMPTY_LIST}:share(${value},${index})`)
    } else if (kept.has(name)) {
      tests.push(
        SHARED.has(name) ? `${value}===undefined||typeof ${value}==='object'&&${value}!==null` : `${value}===undefined`,
      )
      values.push(`typeof ${value}==='string'||${value}===null?${value}:plain(${value})`)
    } else tests.push(`${value}!==undefined`)
    return `${value}=resource[${JSON.stringify(name)}]`
  })
  const body = `const ${['_', ...reads].join(',')};if(${['false', ...tests].join('||')})return undefined;return [id,${shapeOf(fields)},${values.join(',')}]`
  return new Function('id', 'resource', 'share', 'plain', 'isList', body.replace('const _', 'const _=0')) as RowOf
}

type Resource = Readonly<Record<string, unknown>>
type Row = [id: string, shape: number, ...values: unknown[]]
/** The row of a resource of one shape, or undefined where the resource is of another. */
type RowOf = (
  id: string,
  resource: Resource,
  share: (value: object, slot: number) => number,
  plain: (value: unknown) => unknown,
  isList: typeof Array.isArray,
) => Row | undefined

interface RowMaker {
  readonly names: readonly string[]
  readonly make: RowOf
}

class Encoder {
  private readonly shapes: string[][] = []
  private readonly shapeIds = new Map<string, number>()
  /** By the names of a resource's fields: how one with the same fields is written, if its values are of the same kinds as the first one's. */
  private readonly rowMakers = new Map<string, RowMaker>()
  /** That of the resource before. */
  private before: RowMaker | undefined
  private readonly shared: unknown[] = [[], {}]
  private readonly byIdentity = new Map<object, number>()
  private readonly byText = new Map<string, number>()
  /** The last flat mapping that was shared of each field: mostly the next node's is the same. */
  private readonly last: ({ value: Resource; names: readonly string[]; index: number } | undefined)[] = []
  private floats = false

  text(value: unknown): string {
    return JSON.stringify(value, this.floats ? withFloats : undefined)
  }

  /** The rows of one kind of resource, some at a time: they are written and gone before the next are made. */
  *rows(part: unknown): Generator<readonly Row[], void> {
    let rows: Row[] = []
    for (const [id, resource] of Object.entries(part as Record<string, unknown>)) {
      rows.push(this.row(id, Array.isArray(resource) ? { list: resource } : (resource as Resource)))
      if (rows.length < ROWS_AT_ONCE) continue
      yield rows
      rows = []
    }
    if (rows.length > 0) yield rows
  }

  /** All that rows refer to, when they are made. */
  rest(plain: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
    this.check(plain)
    const { shapes, shared, floats } = this
    return Object.entries({ shapes, shared, plain, floats } satisfies Omit<Rows, 'kinds'>)
  }

  private row(id: string, resource: Resource): Row {
    let before = this.before
    if (before === undefined || !hasNames(resource, before.names)) {
      const names = Object.keys(resource)
      const key = names.join('\0')
      before = this.rowMakers.get(key)
      if (before === undefined) {
        before = { names, make: rowMaker(names, fieldsOf(resource, names), (fields) => this.shape(fields)) }
        this.rowMakers.set(key, before)
      }
      this.before = before
    }
    return before.make(id, resource, this.share, this.plain, Array.isArray) ?? this.otherRow(id, resource, before.names)
  }

  /** The row of a resource that differs from the first of its fields in what is undefined or shared. */
  private otherRow(id: string, resource: Resource, names: readonly string[]): Row {
    const fields = fieldsOf(resource, names)
    const values = fields.map((field) => {
      if (!field.startsWith(FIELD_OF_SHARED)) return this.plain(resource[field])
      return this.share(resource[field.slice(1)] as object, names.indexOf(field.slice(1)))
    })
    return [id, this.shape(fields), ...values]
  }

  private shape(fields: string[]): number {
    const key = fields.join('\0')
    let id = this.shapeIds.get(key)
    if (id === undefined) {
      id = this.shapes.push(fields) - 1
      this.shapeIds.set(key, id)
    }
    return id
  }

  private readonly plain = (value: unknown): unknown => {
    this.check(value)
    return value
  }

  private readonly share = (value: object, slot: number): number => {
    const list = Array.isArray(value)
    if (list) {
      if (value.length === 0) return EMPTY_LIST
    } else {
      if (isEmpty(value) && isRecord(value)) return EMPTY_MAPPING
      const last = this.last[slot]
      if (last !== undefined && isSameFlat(value as Resource, last.value, last.names)) return last.index
    }
    let index = this.byIdentity.get(value)
    if (index !== undefined) return index
    this.check(value)
    const text = this.text(value)
    index = this.byText.get(text)
    if (index === undefined) {
      index = this.shared.push(value) - 1
      this.byText.set(text, index)
    }
    if (text.length >= LONG_TEXT) this.byIdentity.set(value, index)
    else if (!list) this.last[slot] = { value: value as Resource, names: Object.keys(value), index }
    return index
  }

  private check(value: unknown): void {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return
      case 'number':
        if (!Number.isFinite(value)) throw NOT_PLAIN
        return
      case 'object':
        break
      default:
        throw NOT_PLAIN
    }
    if (value === null) return
    if (value instanceof PyFloat) {
      if (!Number.isFinite(value.value)) throw NOT_PLAIN
      this.floats = true
      return
    }
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item !== 'string') this.check(item)
      return
    }
    if (!isRecord(value)) throw NOT_PLAIN
    for (const key in value) {
      if (key === FLOAT || key === '__proto__') throw NOT_PLAIN
      const inner = value[key]
      if (typeof inner !== 'string' && inner !== null) this.check(inner)
    }
  }
}

/** Whether a mapping has the names of another, in its order, and the same values, with nothing nested. */
function isSameFlat(value: Resource, other: Resource, names: readonly string[]): boolean {
  let count = 0
  for (const name in value) {
    const inner = value[name]
    if (name !== names[count] || inner !== other[name] || (typeof inner === 'object' && inner !== null)) return false
    count++
  }
  return count === names.length
}

/** Whether the fields of a resource are these, in this order. */
function hasNames(resource: Resource, names: readonly string[]): boolean {
  let count = 0
  for (const name in resource) if (name !== names[count++]) return false
  return count === names.length
}

function isEmpty(value: object): boolean {
  for (const _key in value) return false
  return true
}

function withFloats(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify asks toJSON first, so the value is looked up where it stands.
  const written: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value
  return written instanceof PyFloat ? { [FLOAT]: written.value } : value
}

function revived(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value
  const number = value[FLOAT]
  return typeof number === 'number' ? float(number) : value
}
