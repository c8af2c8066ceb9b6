import type { CsvCell } from './csv-records.ts'

/** What Hive and those after it call the partition of nulls. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__'

/** `year=2024/month=1/`, with what a path cannot hold written as %XX. */
export function partitionFolder(names: readonly string[], values: readonly CsvCell[]): string {
  return names.map((name, index) => `${escaped(name)}=${value(values[index] ?? null)}/`).join('')
}

function value(cell: CsvCell): string {
  return cell === null ? NULL_PARTITION : escaped(cell)
}

function escaped(text: string): string {
  const safe = text.replace(
    /["#%'*/:=?\\{}[\]^]|\p{Cc}/gu,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
  return /^\.+$/.test(safe) ? safe.replaceAll('.', '%2E') : safe
}

/** Records in order of their partitions, cut where the first `width` cells change. */
export class PartitionReader {
  readonly #batches: AsyncIterator<CsvCell[][]>
  readonly #width: number
  #batch: readonly CsvCell[][] = []
  #at = 0

  constructor(batches: AsyncIterable<CsvCell[][]>, width: number) {
    this.#batches = batches[Symbol.asyncIterator]()
    this.#width = width
  }

  /** The values of the partition that comes next; null at the end. */
  async next(): Promise<readonly CsvCell[] | null> {
    if (!(await this.#fill())) return null
    return this.#batch[this.#at]?.slice(0, this.#width) ?? null
  }

  /** The records of that partition without its own cells, some at a time. */
  async *records(key: readonly CsvCell[]): AsyncGenerator<CsvCell[][]> {
    while (await this.#fill()) {
      const from = this.#at
      while (this.#at < this.#batch.length && this.#belongs(this.#batch[this.#at] ?? [], key)) this.#at++
      if (this.#at > from) {
        const found = this.#batch.slice(from, this.#at)
        yield this.#width === 0 ? found : found.map((record) => record.slice(this.#width))
      }
      if (this.#at < this.#batch.length) return
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.()
  }

  #belongs(record: readonly CsvCell[], key: readonly CsvCell[]): boolean {
    for (let index = 0; index < this.#width; index++) if (record[index] !== key[index]) return false
    return true
  }

  async #fill(): Promise<boolean> {
    while (this.#at >= this.#batch.length) {
      const more = await this.#batches.next()
      if (more.done) return false
      this.#batch = more.value
      this.#at = 0
    }
    return true
  }
}
