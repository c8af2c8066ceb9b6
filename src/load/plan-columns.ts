import { type LoadSpec, TdbtError } from '../core/index.ts'
import type { ColumnShape, FeedColumn } from './job.ts'

export interface ColumnPlan {
  /** Columns that travel, with the type they have in the table. */
  readonly staged: readonly ColumnShape[]
  /** Those among them that the table lacks and gets. */
  readonly added: readonly ColumnShape[]
}

export interface ColumnPlanInput {
  readonly title: string
  readonly spec: LoadSpec
  readonly feed: readonly FeedColumn[]
  /** Null when the table is not there, or is made anew. */
  readonly existing: readonly ColumnShape[] | null
  /** Declared types in the engine's words. */
  readonly declared: Readonly<Record<string, string>>
  /** Columns that the load itself fills. */
  readonly own: readonly string[]
  /** True when the table's rows are replaced, and with them its shape where that is asked for. */
  readonly replaces: boolean
  /** Whether the origin's types are facts that a table can be held against; those of files are guesses. */
  readonly typed: boolean
  readonly textType: string
}

/** Which columns travel, as what, and which the table gets. Throws T8013 where the origin's and the table's do not go together as configured. */
export function planColumns(input: ColumnPlanInput): ColumnPlan {
  const { spec, declared, existing } = input
  const own = new Set(input.own)
  const clash = input.feed.find((column) => own.has(column.name))
  if (clash !== undefined) {
    throw new TdbtError(
      'T8013',
      `${input.title}: the origin has a column '${clash.name}', which the load fills itself`,
      {
        found: clash.name,
        hint: 'Give the load another name for it: load_date, batch_id, source_file or deleted_flag: <name>.',
      },
    )
  }
  const mirror = spec.onSchemaChange === 'mirror'
  const byName = new Map((existing ?? []).map((column) => [column.name, column.type]))
  const feedNames = new Set(input.feed.map((column) => column.name))
  const staged = input.feed.map(({ name, type }): ColumnShape => {
    const known = byName.get(name)
    // Files tell no types of their own: the table's are what their values are held against.
    const kept = known !== undefined && (!mirror || type === null) ? known : undefined
    return { name, type: declared[name] ?? kept ?? type ?? input.textType }
  })
  const missing = [
    ...Object.keys(declared).filter((name) => !feedNames.has(name) && !own.has(name)),
    ...(mirror ? [] : [...byName.keys()].filter((name) => !feedNames.has(name) && !own.has(name))),
  ]
  const fresh = existing === null || mirror ? [] : staged.filter(({ name }) => !byName.has(name))
  const changed =
    existing === null || mirror || !input.typed
      ? []
      : input.feed.flatMap(({ name, type }) => {
          const known = byName.get(name)
          const is = declared[name] ?? type
          return known === undefined || is === null || is === known ? [] : [`${name} (${known} here, ${is} there)`]
        })
  const needed = [spec.watermark, ...spec.key].filter((name) => name !== null && !feedNames.has(name))
  if (needed.length > 0) throw lacking(input, needed.map(String))
  const forgiving = spec.onSchemaChange === 'add' || spec.onSchemaChange === 'ignore'
  if (forgiving) {
    const added = spec.onSchemaChange === 'add' ? fresh : []
    const left = new Set(fresh.filter((column) => !added.includes(column)).map(({ name }) => name))
    const padded = existing === null ? [...new Set(missing)].map((name) => ({ name, type: declared[name] ?? '' })) : []
    return {
      staged: [
        ...staged
          .filter(({ name }) => !left.has(name))
          .map((column) => ({ ...column, type: byName.get(column.name) ?? column.type })),
        ...padded,
      ],
      added,
    }
  }
  if (missing.length > 0 && fresh.length === 0 && changed.length === 0) throw lacking(input, [...new Set(missing)])
  if (missing.length > 0 || fresh.length > 0 || changed.length > 0) {
    const parts = [
      fresh.length > 0 ? `new: ${fresh.map(({ name, type }) => `${name} (${type})`).join(', ')}` : '',
      missing.length > 0 ? `missing: ${[...new Set(missing)].join(', ')}` : '',
      changed.length > 0 ? `of another type: ${changed.join(', ')}` : '',
    ]
    throw new TdbtError('T8013', `${input.title}: the columns are not those of the table`, {
      found: parts.filter((part) => part !== '').join('; '),
      expected: [...byName].map(([name, type]) => `${name} ${type}`).join(', '),
      hint: 'on_schema_change: add or ignore, or build the table anew: tdbt load --full-refresh -s ….',
    })
  }
  return { staged, added: [] }
}

function lacking({ title, feed }: ColumnPlanInput, names: readonly string[]): TdbtError {
  const list = names.map((name) => `'${name}'`).join(', ')
  return new TdbtError('T8013', `${title}: there is no column ${list}`, {
    found: feed.map((column) => column.name).join(', '),
    expected: names.join(', '),
    hint: 'Mend the file or the declaration; on_schema_change: add or ignore fills what is missing with null.',
  })
}
