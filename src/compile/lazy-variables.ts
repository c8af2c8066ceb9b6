import type { PyValue } from '../jinja/index.ts'

/** How values that are asked for by name are made, for an owner: a node at run time, an operation. */
export type Makers<T> = ReadonlyMap<string, (owner: T) => PyValue>

/**
 * Variables most of which nobody asks for: those that many name spaces share stand apart, those of one's own are made at the first look. What is set
 * wins over both. A Map to everyone else.
 */
export class LazyVariables<T> extends Map<string, PyValue> {
  // `Map`'s constructor calls nothing of ours: it is given no entries.
  readonly #shared: ReadonlyMap<string, PyValue>
  readonly #makers: Makers<T>
  readonly #owner: T

  constructor(shared: ReadonlyMap<string, PyValue>, makers: Makers<T>, owner: T) {
    super()
    this.#shared = shared
    this.#makers = makers
    this.#owner = owner
  }

  override get(name: string): PyValue | undefined {
    const known = super.get(name)
    if (known !== undefined) return known
    const maker = this.#makers.get(name)
    if (maker === undefined) return this.#shared.get(name)
    const made = maker(this.#owner)
    super.set(name, made)
    return made
  }

  override has(name: string): boolean {
    return super.has(name) || this.#makers.has(name) || this.#shared.has(name)
  }

  override get size(): number {
    return this.#names().size
  }

  override keys(): MapIterator<string> {
    return this.#names().values()
  }

  override *values(): MapIterator<PyValue> {
    for (const [, value] of this.entries()) yield value
  }

  override *entries(): MapIterator<[string, PyValue]> {
    for (const name of this.#names()) yield [name, this.get(name) ?? null]
  }

  override [Symbol.iterator](): MapIterator<[string, PyValue]> {
    return this.entries()
  }

  override forEach(visit: (value: PyValue, name: string, map: Map<string, PyValue>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this)
  }

  #names(): Set<string> {
    return new Set([...this.#shared.keys(), ...this.#makers.keys(), ...super.keys()])
  }
}
