import type { ScanCount, ThresholdCount } from './interface.ts'

/** `Dialect.sharedScanSql` in the SQL that all engines have: conditional aggregates over one scan. */
export function sharedScanSql(source: string, counts: readonly ThresholdCount[]): string {
  const outer = counts.map(({ warnIf, errorIf }, index) => {
    const name = `tdbt_count_${index}`
    return `  ${name}, ${name} ${warnIf} as tdbt_warn_${index}, ${name} ${errorIf} as tdbt_error_${index}`
  })
  const inner = counts.map(({ count }, index) => `    ${counted(count)} as tdbt_count_${index}`)
  return `select\n${outer.join(',\n')}\nfrom (\n  select\n${inner.join(',\n')}\n  from ${source}\n) tdbt_shared_scan`
}

/** CASE, not FILTER: not every engine has that, and the condition is looked at in no other rows. */
function counted(count: ScanCount): string {
  switch (count.kind) {
    case 'rows':
      return `count(case when ${count.condition} then 1 end)`
    case 'values':
      return `count(distinct case when ${count.condition} then ${count.column} end)`
    case 'duplicates':
      return `count(${count.column}) - count(distinct ${count.column})`
  }
}
