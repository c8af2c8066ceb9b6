import type { SourceLocation } from '../core/index.ts'

/** Files, resources, and of each of these [index of its file, line, column], one after the other. */
export interface StoredPlaces {
  readonly files: readonly string[]
  readonly ids: readonly string[]
  readonly at: readonly number[]
}

/** The places of some resources as data: each file is named once. */
export function storePlaces(places: Readonly<Record<string, SourceLocation>>, ids: readonly string[]): StoredPlaces {
  const files = new Map<string, number>()
  const at: number[] = []
  for (const id of ids) {
    const { file, line, column } = places[id] ?? { file: '', line: 1, column: 1 }
    let index = files.get(file)
    if (index === undefined) {
      index = files.size
      files.set(file, index)
    }
    at.push(index, line, column)
  }
  return { files: [...files.keys()], ids, at }
}

/** The places that were stored, by resource. Nothing is read before the first is asked for, and each is made when it is: few of thousands are. */
export function restorePlaces(...read: readonly (() => StoredPlaces)[]): Readonly<Record<string, SourceLocation>> {
  let tables: readonly PlaceTable[] | undefined
  const own: Record<string, SourceLocation> = {}
  const find = (id: string | symbol): SourceLocation | undefined => {
    if (typeof id === 'symbol' || Object.hasOwn(own, id)) return Reflect.get(own, id)
    tables ??= read.map((table) => new PlaceTable(table()))
    for (const table of tables) {
      const place = table.find(id)
      if (place === undefined) continue
      own[id] = place
      return place
    }
    return undefined
  }
  return new Proxy(own, {
    get: (_, id) => find(id),
    has: (_, id) => find(id) !== undefined,
    ownKeys: () => {
      tables ??= read.map((table) => new PlaceTable(table()))
      return [...new Set([...tables.flatMap((table) => table.ids), ...Object.keys(own)])]
    },
    getOwnPropertyDescriptor: (_, id) => {
      const value = find(id)
      return value && { value, enumerable: true, configurable: true, writable: true }
    },
  })
}

class PlaceTable {
  readonly ids: readonly string[]
  private readonly stored: StoredPlaces
  private readonly positions = new Map<string, number>()

  constructor(stored: StoredPlaces) {
    this.stored = stored
    this.ids = stored.ids
    for (const [position, id] of this.ids.entries()) this.positions.set(id, position)
  }

  find(id: string): SourceLocation | undefined {
    const position = this.positions.get(id)
    if (position === undefined) return undefined
    const { files, at } = this.stored
    const [index = 0, line = 1, column = 1] = at.slice(3 * position, 3 * position + 3)
    return { file: files[index] ?? '', line, column }
  }
}
