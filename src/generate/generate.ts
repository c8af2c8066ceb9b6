import { tableCells } from './cells.ts'
import { dirtier } from './dirty.ts'
import { fakerFor } from './faker-methods.ts'
import { randomStream } from './random.ts'
import type { GeneratorSpec, TableSpec } from './spec.ts'

/** One table's rows as a stream of batches; cells are texts in column order, null for NULL. */
export interface GeneratedTable {
  readonly spec: TableSpec
  /** Rows without the duplicates that dirt adds. */
  readonly rowCount: number
  batches(): Iterable<readonly (readonly (string | null)[])[]>
}

/**
 * The tables of a spec, ready to stream. `scale` multiplies fixed row counts. The rows do not depend on `batchRows`.
 * Throws T8001 for a locale or method that Faker lacks, before any row is made.
 */
export function generateTables(
  spec: GeneratorSpec,
  options: { readonly scale?: number; readonly batchRows?: number } = {},
): readonly GeneratedTable[] {
  const batchRows = options.batchRows ?? 2000
  const tables = tableCells(spec, options.scale ?? 1, fakerFor(spec.locale))
  return spec.tables.map((table) => {
    const cells = tables.get(table.name)
    if (!cells) throw new Error(`no cells for ${table.name}`)
    // Binds every Faker method now, so that a wrong name is refused before a row is written.
    for (const column of table.columns) cells.text(column, 0)
    return {
      spec: table,
      rowCount: cells.rowCount,
      *batches() {
        const columns = table.columns.map((column) => ({
          column,
          dirty: dirtier(column),
          stream: randomStream(spec.seed, `${table.name}.${column.name}#dirt`),
        }))
        const repeats = randomStream(spec.seed, `${table.name}#duplicates`)
        let batch: (string | null)[][] = []
        for (let row = 0; row < cells.rowCount; row++) {
          const made = columns.map(({ column, dirty, stream }) => {
            const text = cells.text(column, row)
            return column.dirt.length === 0 ? text : dirty(text, stream.at(row))
          })
          batch.push(made)
          if (table.duplicateRate > 0 && repeats.at(row).next() < table.duplicateRate) batch.push(made)
          if (batch.length >= batchRows) {
            yield batch
            batch = []
          }
        }
        if (batch.length > 0) yield batch
      },
    }
  })
}
