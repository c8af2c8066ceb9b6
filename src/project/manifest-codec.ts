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

/** The text of a manifest or some parts of one, or undefined where it holds what JSON cannot give back (infinities, dates, other objects). */
export function encodeManifest(manifest: Partial<Manifest>): string | undefined {
  try {
    const rows = new Encoder().rows(manifest)
    return JSON.stringify(rows, rows.floats ? withFloats : undefined)
  } catch (thrown) {
    if (thrown === NOT_PLAIN) return undefined
    throw thrown
  }
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

const NOT_PLAIN = Symbol('not plain data')

class Encoder {
  private readonly shapes: string[][] = []
  private readonly shapeIds = new Map<string, number>()
  private readonly shared: unknown[] = []
  private readonly byIdentity = new Map<object, number>()
  private readonly byText = new Map<string, number>()
  private floats = false

  rows(manifest: Partial<Manifest>): Rows {
    const kinds: Record<string, [string, number, ...unknown[]][]> = {}
    const plain: Record<string, unknown> = {}
    for (const [kind, part] of Object.entries(manifest)) {
      if (PLAIN_PARTS.has(kind)) {
        this.check(part)
        plain[kind] = part
        continue
      }
      const list: [string, number, ...unknown[]][] = []
      for (const [id, resource] of Object.entries(part as Record<string, unknown>)) {
        list.push(this.row(id, Array.isArray(resource) ? { list: resource } : (resource as Record<string, unknown>)))
      }
      kinds[kind] = list
    }
    return { shapes: this.shapes, shared: this.shared, kinds, plain, floats: this.floats }
  }

  private row(id: string, resource: Readonly<Record<string, unknown>>): [string, number, ...unknown[]] {
    const fields: string[] = []
    const values: unknown[] = []
    for (const name of Object.keys(resource)) {
      if (name.startsWith(FIELD_OF_SHARED) || name === '__proto__') throw NOT_PLAIN
      const value = resource[name]
      if (value === undefined) continue
      if (typeof value === 'object' && value !== null && SHARED.has(name)) {
        fields.push(FIELD_OF_SHARED + name)
        values.push(this.share(value))
      } else {
        this.check(value)
        fields.push(name)
        values.push(value)
      }
    }
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

  private share(value: object): number {
    let index = this.byIdentity.get(value)
    if (index !== undefined) return index
    this.check(value)
    const text = isEmpty(value)
      ? Array.isArray(value)
        ? '[]'
        : '{}'
      : JSON.stringify(value, this.floats ? withFloats : undefined)
    index = this.byText.get(text)
    if (index === undefined) {
      index = this.shared.push(value) - 1
      this.byText.set(text, index)
    }
    this.byIdentity.set(value, index)
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
      for (const item of value) this.check(item)
      return
    }
    if (!isRecord(value)) throw NOT_PLAIN
    for (const key in value) {
      if (key === FLOAT || key === '__proto__') throw NOT_PLAIN
      this.check(value[key])
    }
  }
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
