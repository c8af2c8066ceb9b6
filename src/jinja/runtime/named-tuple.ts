import { PyTuple, type PyValue } from './values.ts'

/** A tuple whose items also have names. Prints as a plain tuple unless it has a title. */
export class PyNamedTuple extends PyTuple {
  readonly names: readonly string[]
  readonly title: string | null

  constructor(names: readonly string[], items: readonly PyValue[], title: string | null = null) {
    super(items)
    this.names = names
    this.title = title
  }

  attribute(name: string): PyValue | undefined {
    const index = this.names.indexOf(name)
    return index < 0 ? undefined : this.items[index]
  }
}
