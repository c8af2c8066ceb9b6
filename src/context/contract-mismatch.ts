import { drawTable } from './table-text.ts'

interface ContractColumn {
  readonly name: string
  readonly type: string
}

/** dbt's account of how the columns of a contract and of a query differ: a table of the columns that do. */
export function contractMismatch(contract: readonly ContractColumn[], query: readonly ContractColumn[]): string {
  if (contract.length === 0) return "This model has an enforced contract, and its 'columns' specification is missing"
  const rows: (readonly [name: string, definition: string, contract: string, reason: string])[] = []
  for (const column of query) {
    const wanted = contract.find((each) => each.name === column.name)
    if (wanted === undefined) rows.push([column.name, column.type, '', 'missing in contract'])
    else if (wanted.type !== column.type) rows.push([column.name, column.type, wanted.type, 'data type mismatch'])
  }
  for (const column of contract) {
    if (query.some((each) => each.name === column.name)) continue
    rows.push([column.name, '', column.type, 'missing in definition'])
  }
  rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
  const table = drawTable({
    columns: ['column_name', 'definition_type', 'contract_type', 'mismatch_reason'].map((name) => ({
      name,
      left: true,
    })),
    rows,
    maxRows: null,
    maxColumns: 6,
    maxColumnWidth: 50,
  })
  return `This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.\n\n${table}`
}
