import type { CountedPart, ScanCount, ThresholdCount } from './interface.ts'

/** `Dialect.countsSql` in the SQL that all engines have: conditional aggregates over one scan, queries as they are, one row under the other. */
export function countsSql(parts: readonly CountedPart[]): string {
  const widest = Math.max(...parts.map(widthOf))
  return parts.map((part, place) => partSql(part, place, widest - widthOf(part))).join('\nunion all\n')
}

function widthOf(part: CountedPart): number {
  return part.kind === 'scan' ? part.counts.length : 1
}

function partSql(part: CountedPart, place: number, missing: number): string {
  const nulls = ', null, null, null'.repeat(missing)
  if (part.kind === 'query') {
    return `select ${place} as tdbt_part, failures, should_warn, should_error${nulls}\nfrom (\n${part.sql}\n) tdbt_query`
  }
  const outer = part.counts.map(({ warnIf, errorIf }, index) => {
    const name = `tdbt_count_${index}`
    return `  ${name}, ${name} ${warnIf} as tdbt_warn_${index}, ${name} ${errorIf} as tdbt_error_${index}`
  })
  const inner = part.counts.map((count, index) => `    ${limited(count)} as tdbt_count_${index}`)
  return `select ${place} as tdbt_part,\n${outer.join(',\n')}${nulls}\nfrom (\n  select\n${inner.join(',\n')}\n  from ${part.source}\n) tdbt_shared_scan`
}

function limited({ count, most }: ThresholdCount): string {
  return most === null ? counted(count) : `least(${counted(count)}, ${most})`
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
