import { TdbtError } from '../core/index.ts'
import { changedRows } from './changed-rows.ts'
import type { ColumnShape, Feed, LoadJob } from './job.ts'
import type { ColumnPlan } from './plan-columns.ts'
import { warn } from './warn.ts'

export interface Staged {
  readonly plan: ColumnPlan
  /** All columns of the staging table, the load's own among them. */
  readonly columns: readonly ColumnShape[]
}

/** What putting the rows in their place came to. */
export interface Published {
  /** Rows of the load that are in the table now. */
  readonly rows: number
  readonly updated: number | null
  readonly deleted: number | null
}

/** The staging table takes the table's place: readers see the old rows or the new. What hangs on the table keeps it: then the rows are exchanged instead. */
export async function replaceTable(job: LoadJob, staged: Staged, rows: number): Promise<Published> {
  const { session, names, existing, dialect } = job
  if (existing === null) {
    await session.execute(`alter table ${names.staging} rename to ${names.targetName}`)
    return { rows, updated: null, deleted: null }
  }
  const dependents = await dependentsOf(job)
  if (dependents.length === 0) {
    await session.execute(`drop table ${names.target}`)
    await session.execute(`alter table ${names.staging} rename to ${names.targetName}`)
    return { rows, updated: null, deleted: null }
  }
  const types = new Map(existing.map(({ name, type }) => [name, type]))
  const wanted = new Set(staged.columns.map(({ name }) => name))
  const differs = staged.columns.filter(({ name, type }) => types.get(name) !== undefined && types.get(name) !== type)
  const gone = existing.filter(({ name }) => !wanted.has(name))
  if (differs.length > 0 || gone.length > 0) {
    throw new TdbtError(
      'T8013',
      `${job.title}: the table's shape changes, and ${dependents.join(', ')} hang${dependents.length === 1 ? 's' : ''} on it`,
      {
        found: [
          ...differs.map(({ name, type }) => `${name} becomes ${type}`),
          ...gone.map(({ name }) => `${name} goes`),
        ].join(', '),
        expected: 'a table on which nothing hangs, or the columns as they were',
        hint: `Drop ${dependents.join(', ')} first (tdbt build makes views anew), or declare the old types under columns.`,
      },
    )
  }
  const added = staged.columns.filter(({ name }) => !types.has(name))
  await addColumns(job, added)
  const list = staged.columns.map(({ name }) => dialect.quote(name)).join(', ')
  await session.execute(`truncate table ${names.target}`)
  await session.execute(`insert into ${names.target} (${list}) select ${list} from ${names.staging}`)
  await session.execute(`drop table ${names.staging}`)
  return { rows, updated: null, deleted: null }
}

async function dependentsOf({ session, dialect, names }: LoadJob): Promise<readonly string[]> {
  if (dialect.dependentsSql === undefined) return []
  const { rows } = await session.execute(dialect.dependentsSql(names.schema, names.identifier))
  return rows.map(([name, type]) => `${String(type)} ${String(name)}`)
}

async function addColumns({ session, names, dialect }: LoadJob, columns: readonly ColumnShape[]): Promise<void> {
  for (const { name, type } of columns) {
    await session.execute(`alter table ${names.target} add column ${dialect.quote(name)} ${type}`)
  }
}

/** The staged rows are added to the table's. */
export async function appendRows(job: LoadJob, staged: Staged): Promise<Published> {
  await addColumns(job, newColumns(job, staged))
  return await insertStaged(job, staged)
}

async function insertStaged({ session, names, dialect }: LoadJob, staged: Staged): Promise<Published> {
  const list = staged.columns.map(({ name }) => dialect.quote(name)).join(', ')
  const changed = await session.execute(`insert into ${names.target} (${list}) select ${list} from ${names.staging}`)
  await session.execute(`drop table ${names.staging}`)
  return { rows: changedRows(changed), updated: null, deleted: null }
}

/** Columns that the table lacks: new ones of the origin, and those of the load's own that were asked for later. */
function newColumns({ existing }: LoadJob, staged: Staged): readonly ColumnShape[] {
  const there = new Set((existing ?? []).map(({ name }) => name))
  const travelling = new Set(staged.plan.staged.map(({ name }) => name))
  const own = staged.columns.filter(({ name }) => !there.has(name) && !travelling.has(name))
  return [...staged.plan.added, ...own]
}

/** Staged rows take the place of those with the same key; the others are added. Throws T8016 for keys that are null or come twice. */
export async function upsertRows(job: LoadJob, staged: Staged): Promise<Published> {
  const { session, names, spec } = job
  if (spec.key.length === 0) return await appendRows(job, staged)
  // Before rows go: DuckDB does not take a changed shape over rows that the same transaction deleted.
  await addColumns(job, newColumns(job, staged))
  const same = spec.key.map((name) => `s.${names.column(name)} = ${names.target}.${names.column(name)}`).join(' and ')
  const changed = await session.execute(
    `delete from ${names.target} where exists (select 1 from ${names.staging} as s where ${same})`,
  )
  const { rows } = await insertStaged(job, staged)
  return { rows, updated: changedRows(changed), deleted: null }
}

/** Refuses keys that do not tell rows apart, while they are still in the staging table. */
export async function checkKeys({ session, names, spec, title }: LoadJob): Promise<void> {
  const { key, watermark } = spec
  if (key.length === 0) {
    if (watermark === null) return
    const { rows } = await session.execute(
      `select count(*) from ${names.staging} where ${names.column(watermark)} is null`,
    )
    const count = Number(rows[0]?.[0] ?? 0)
    if (count > 0) {
      throw new TdbtError(
        'T8016',
        `${title}: ${count} row${count === 1 ? ' has' : 's have'} no '${watermark}', and would never be read again`,
        {
          found: `${watermark} is null`,
          expected: 'a watermark in each row, or a key',
          hint: 'Name a key, with which such rows are read each time, or leave them out with a query.',
        },
      )
    }
    return
  }
  const columns = key.map((name) => names.column(name))
  const { rows } = await session.execute(
    `select count(*) from ${names.staging} where ${columns.map((column) => `${column} is null`).join(' or ')}`,
  )
  const empty = Number(rows[0]?.[0] ?? 0)
  if (empty > 0) {
    throw new TdbtError('T8016', `${title}: ${empty} row${empty === 1 ? ' has' : 's have'} no key`, {
      found: `${key.join(', ')} is null`,
      expected: 'a key in each row',
      hint: 'Name other columns under key, or leave such rows out with a query.',
    })
  }
  const twice = `select ${columns.join(', ')} from ${names.staging} group by ${columns.join(', ')} having count(*) > 1`
  const counted = await session.execute(`select count(*) from (${twice}) as twice`)
  const count = Number(counted.rows[0]?.[0] ?? 0)
  if (count === 0) return
  const example = await session.execute(`${twice} limit 1`)
  throw new TdbtError('T8016', `${title}: ${count} key${count === 1 ? ' comes' : 's come'} more than once`, {
    found: key.map((name, index) => `${name} = ${String(example.rows[0]?.[index])}`).join(', '),
    expected: 'one row a key',
    hint: 'Name all columns of the key.',
  })
}

/** Marks the rows whose key the origin has no more. Gives how many are marked now that were not. */
export async function flagDeleted(job: LoadJob, staged: Staged, feed: Feed): Promise<number | null> {
  const { session, names, spec } = job
  const flag = spec.deletedFlag
  if (flag === null || staged.plan.staged.some(({ name }) => name === flag)) return null
  const keys = spec.key.flatMap((name) => staged.columns.filter((column) => column.name === name))
  await session.execute(`drop table if exists ${names.keys}`)
  await session.execute(
    `create table ${names.keys} (${keys.map(({ name, type }) => `${names.column(name)} ${type}`).join(', ')})`,
  )
  const there = await feed.writeKeys(names.keys, keys)
  const same = keys.map(({ name }) => `k.${names.column(name)} = ${names.target}.${names.column(name)}`).join(' and ')
  const column = names.column(flag)
  const isThere = `exists (select 1 from ${names.keys} as k where ${same})`
  const changed = await session.execute(
    `update ${names.target} set ${column} = true where (${column} is null or not ${column}) and not ${isThere}`,
  )
  await session.execute(
    `update ${names.target} set ${column} = false where (${column} is null or ${column}) and ${isThere}`,
  )
  const { rows } = await session.execute(`select count(*) from ${names.target} where not ${column}`)
  const living = Number(rows[0]?.[0] ?? 0)
  if (there !== null && there !== living) {
    warn(
      job,
      new TdbtError(
        'T8015',
        `${job.title}: the origin has ${there} rows, and the table ${living} that are not deleted`,
        {
          found: String(living),
          expected: String(there),
          hint: 'Rows changed without their watermark, or later than the lag: raise lag, or load anew with --full-refresh.',
        },
      ),
    )
  }
  await session.execute(`drop table ${names.keys}`)
  return changedRows(changed)
}
