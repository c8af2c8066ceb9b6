import type { SourceLocation } from '../core/index.ts'

/** Files, and by resource [index of its file, line, column]. */
export interface StoredPlaces {
  readonly files: readonly string[]
  readonly at: Readonly<Record<string, readonly number[]>>
}

/** Places as data: each file is named once. */
export function storePlaces(places: Iterable<readonly [id: string, place: SourceLocation]>): StoredPlaces {
  const files = new Map<string, number>()
  const at: Record<string, readonly number[]> = {}
  for (const [id, { file, line, column }] of places) {
    let index = files.get(file)
    if (index === undefined) {
      index = files.size
      files.set(file, index)
    }
    at[id] = [index, line, column]
  }
  return { files: [...files.keys()], at }
}

/** The places that were stored, by resource. Nothing is read before the first is asked for, and each is made when it is: few of thousands are. */
export function restorePlaces(...read: readonly (() => StoredPlaces)[]): Readonly<Record<string, SourceLocation>> {
  let tables: readonly StoredPlaces[] | undefined
  const tableOf = (id: string): StoredPlaces | undefined => {
    tables ??= read.map((table) => table())
    return tables.find((table) => Object.hasOwn(table.at, id))
  }
  const own: Record<string, SourceLocation> = {}
  const find = (id: string | symbol): SourceLocation | undefined => {
    if (typeof id === 'symbol' || Object.hasOwn(own, id)) return Reflect.get(own, id)
    const table = tableOf(id)
    if (table === undefined) return undefined
    const [index = 0, line = 1, column = 1] = table.at[id] ?? []
    const place = { file: table.files[index] ?? '', line, column }
    own[id] = place
    return place
  }
  return new Proxy(own, {
    get: (_, id) => find(id),
    has: (_, id) => find(id) !== undefined,
    ownKeys: () => {
      tables ??= read.map((table) => table())
      return [...new Set([...tables.flatMap((table) => Object.keys(table.at)), ...Object.keys(own)])]
    },
    getOwnPropertyDescriptor: (_, id) => {
      const known = find(id)
      return known && { value: known, enumerable: true, configurable: true, writable: true }
    },
  })
}
