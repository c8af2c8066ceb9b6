import { pyEquals } from './compare.ts'
import { raise } from './errors.ts'
import { hashKey } from './hash.ts'
import { dictItems, isIterable, iterate } from './iterate.ts'
import { pyRepr } from './str.ts'
import { typeName } from './type-name.ts'
import { type PyDict, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** dict.keys(), values() and items(): live views. */
export class DictView extends PyObject {
  readonly $type: string
  private readonly dict: PyDict
  private readonly kind: 'keys' | 'values' | 'items'

  constructor(dict: PyDict, kind: 'keys' | 'values' | 'items') {
    super()
    this.dict = dict
    this.kind = kind
    this.$type = `dict_${kind}`
  }

  override $iter(): Iterator<PyValue> {
    switch (this.kind) {
      case 'keys':
        return dictItems(this.dict, (pair) => pair[0])
      case 'values':
        return dictItems(this.dict, (pair) => pair[1])
      case 'items':
        return dictItems(this.dict, (pair) => new PyTuple([pair[0], pair[1]]))
    }
  }

  override $len(): number {
    return this.dict.size
  }

  override $contains(item: PyValue): boolean {
    if (this.kind === 'keys') return this.dict.entries.has(hashKey(item))
    if (this.kind === 'values') return this.values().some((value) => pyEquals(value, item))
    if (!(item instanceof PyTuple) || item.items.length !== 2) return false
    const pair = this.dict.entries.get(hashKey(item.items[0] ?? null))
    return pair !== undefined && pyEquals(pair[1], item.items[1] ?? null)
  }

  override $eq(other: PyValue): boolean {
    if (other === this) return true
    if (this.kind === 'values') return false
    const items = other instanceof DictView && other.kind !== 'values' ? other.values() : null
    const others = items ?? (other instanceof PySet ? [...other.entries.values()] : null)
    return others !== null && others.length === this.dict.size && others.every((item) => this.$contains(item))
  }

  override $hash(): string | number {
    // dict.values() has an identity and no equality, so it can be a key; the other views cannot.
    return this.kind === 'values' ? pyRepr(this.values()) : raise('TypeError', `unhashable type: '${this.$type}'`)
  }

  override $binary(operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (operator !== '-' || reflected || this.kind === 'values') return undefined
    if (!isIterable(other)) raise('TypeError', `'${typeName(other)}' object is not iterable`)
    const others = [...iterate(other)]
    const result = new PySet()
    for (const item of this.values()) {
      if (!others.some((value) => pyEquals(value, item))) result.entries.set(hashKey(item), item)
    }
    return result
  }

  override $repr(): string {
    return `${this.$type}(${pyRepr(this.values())})`
  }

  private values(): PyValue[] {
    return [...{ [Symbol.iterator]: () => this.$iter() }]
  }
}
