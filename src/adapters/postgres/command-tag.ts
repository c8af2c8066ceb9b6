import type { AdapterResponse } from '../../core/index.ts'

const ROW_COUNT = /^(?:INSERT \d+|SELECT|UPDATE|DELETE|MERGE|COPY|FETCH|MOVE) (\d+)$/

/**
 * dbt-postgres's adapter response of a command tag: the tag itself, the tag without its numbers as `code`, and the rows that the
 * driver would count, which is -1 for a statement that counts none.
 */
export function responseFromTag(tag: string): AdapterResponse {
  const code = tag
    .split(/\s+/)
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .join(' ')
  const rows = ROW_COUNT.exec(tag)?.[1]
  return { _message: tag, code, rows_affected: rows === undefined ? -1 : Number(rows) }
}
