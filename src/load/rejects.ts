import { TdbtError } from '../core/index.ts'
import type { LoadJob, Reject } from './job.ts'
import { warn } from './warn.ts'

/** Keeps the rows that could not be loaded in `<table>__rejects`, and says so. A table that is replaced keeps those of the last load alone. */
export async function writeRejects(job: LoadJob, rejects: readonly Reject[], replaces: boolean): Promise<void> {
  const { session, dialect, names, batch, loadedAt, title } = job
  const text = dialect.typeFor('text')
  if (rejects.length === 0) {
    if (!replaces || !(await exists(job))) return
    await session.execute(`delete from ${names.rejects}`)
    return
  }
  await session.execute(
    `create table if not exists ${names.rejects} (batch_id bigint not null, rejected_at timestamp with time zone not null, file_name ${text} not null, ` +
      `line_number bigint not null, reason ${text} not null, row_text ${text})`,
  )
  if (replaces) await session.execute(`delete from ${names.rejects}`)
  const moment = `cast(${dialect.literal(loadedAt)} as timestamp with time zone)`
  const clean = (value: string): string => dialect.literal(value.replaceAll('\0', '\\0'))
  const values = rejects.map(
    ({ file, line, reason, row }) => `(${batch}, ${moment}, ${clean(file)}, ${line}, ${clean(reason)}, ${clean(row)})`,
  )
  for (let at = 0; at < values.length; at += 500) {
    await session.execute(
      `insert into ${names.rejects} (batch_id, rejected_at, file_name, line_number, reason, row_text) values ${values.slice(at, at + 500).join(', ')}`,
    )
  }
  const [first] = rejects
  const count = rejects.length === 1 ? '1 row was' : `${rejects.length} rows were`
  warn(
    job,
    new TdbtError('T8017', `${title}: ${count} rejected and put into ${names.rejects}`, {
      found: first === undefined ? '' : `${first.file} line ${first.line}: ${first.reason}`,
      hint: `select * from ${names.rejects} where batch_id = ${batch}`,
    }),
  )
}

async function exists({ session, dialect, node, names }: LoadJob): Promise<boolean> {
  const { columns, rows } = await session.execute(dialect.listRelationsSql(node.database ?? '', [names.schema]))
  const at = columns.findIndex(({ name }) => name === 'name')
  return rows.some((row) => row[at] === names.rejectsIdentifier)
}
