// Two sides held against each other. What the reference's own two runs disagree on (clocks, chance) is left out.

/** The reference with everything blanked that a further run of it gave differently. */
export function stablePart(first, ...others) {
  return others.reduce(stableOfTwo, first)
}

function stableOfTwo(first, second) {
  const nodes = Object.fromEntries(
    Object.entries(first.nodes).map(([id, node]) => {
      const other = second.nodes[id] ?? {}
      return [
        id,
        Object.fromEntries(Object.entries(node).map(([key, value]) => [key, same(value, other[key]) ? value : null])),
      ]
    }),
  )
  const relations = Object.fromEntries(
    Object.entries(first.relations).map(([name, relation]) => {
      const other = second.relations[name] ?? {}
      return [
        name,
        {
          ...relation,
          shape: relation.shape === other.shape ? relation.shape : null,
          hash: relation.hash === other.hash ? relation.hash : null,
          rows: relation.rows === other.rows ? relation.rows : null,
        },
      ]
    }),
  )
  const kept = (values, further) =>
    Object.fromEntries(Object.entries(values ?? {}).filter(([name, value]) => same(value, further?.[name])))
  return {
    ...first,
    nodes,
    relations,
    status: kept(first.status, second.status),
    fields: kept(first.fields, second.fields),
    unstable: unstable(first, second),
  }
}

/** Names of what one run of the reference has and the other not, or otherwise. */
function unstable(first, second) {
  const of = (a, b, name) =>
    [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])]
      .filter((key) => !same(a?.[key], b?.[key]))
      .map(name)
  const shape = ({ shape, hash }) => [shape, hash]
  const shapes = (relations) => Object.fromEntries(Object.entries(relations).map(([key, each]) => [key, shape(each)]))
  const pairs = Object.keys(first.nodes).flatMap((id) =>
    of(first.nodes[id], second.nodes[id], (field) => `node|${id} ${field}`),
  )
  return [
    ...new Set([
      ...(first.unstable ?? []),
      ...of(first.fields, second.fields, (name) => name),
      ...of(first.status, second.status, (id) => `status|${id}`),
      ...of(shapes(first.relations), shapes(second.relations), (name) => `relation|${name}`),
      ...pairs,
    ]),
  ].sort()
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const FIELDS = ['parents', 'relation', 'config', 'columns', 'tags', 'description', 'code', 'letter']

/** Rows of the board: `{kind, ok, what}`, one for each thing compared. */
export function compareSides(reference, ours) {
  const rows = [
    { kind: 'exit codes', ok: same(reference.codes, ours.codes), what: `${reference.codes} / ${ours.codes}` },
  ]
  const note = (kind, ok, what) => rows.push({ kind, ok, what })
  for (const [id, node] of Object.entries(reference.nodes)) {
    const other = ours.nodes[id]
    note('node', other !== undefined, `missing ${id}`)
    if (!other) continue
    for (const field of FIELDS) {
      if (node[field] === null) continue
      note(field, same(node[field], other[field]), `${id}: ${difference(node[field], other[field])}`)
    }
  }
  for (const id of Object.keys(ours.nodes)) if (!(id in reference.nodes)) note('node', false, `extra ${id}`)
  for (const [id, status] of Object.entries(reference.status)) {
    note('status', same(status, ours.status[id]), `${id}: ${status} / ${ours.status[id]}`)
  }
  for (const [name, relation] of Object.entries(reference.relations)) {
    const other = ours.relations[name]
    note(
      'relation',
      other !== undefined && (relation.shape === null || other.shape === relation.shape),
      `${name}: ${relation.shape} / ${other?.shape}`,
    )
    if (other && relation.hash !== null)
      note('rows', relation.hash === other.hash, `${name}: ${relation.rows} / ${other.rows} rows`)
  }
  for (const name of Object.keys(ours.relations))
    if (!(name in reference.relations)) note('relation', false, `extra ${name}`)
  const left = new Set(reference.unstable ?? [])
  // A record that is older than a kind of fields says nothing of it.
  const kinds = new Set(Object.keys(reference.fields ?? {}).map(kindOf))
  for (const [name, value] of Object.entries(reference.fields ?? {})) {
    const found = ours.fields[name]
    note(kindOf(name), found === value, `${name}: ${value} / ${found}`)
  }
  for (const [name, value] of Object.entries(ours.fields)) {
    if (kinds.has(kindOf(name)) && !(name in reference.fields) && !left.has(name))
      note(kindOf(name), false, `extra ${name}: ${value}`)
  }
  return rows
}

const kindOf = (name) => name.slice(0, name.indexOf('|'))

/** Of two JSON texts the keys that differ; else both, cut. */
function difference(a, b) {
  try {
    const [left, right] = [JSON.parse(a), JSON.parse(b)]
    if (left && right && typeof left === 'object' && !Array.isArray(left)) {
      return [...new Set([...Object.keys(left), ...Object.keys(right)])]
        .filter((key) => !same(left[key], right[key]))
        .map((key) => `${key}: ${JSON.stringify(left[key])} / ${JSON.stringify(right[key])}`)
        .join('; ')
        .slice(0, 400)
    }
  } catch {}
  return `${JSON.stringify(a)} / ${JSON.stringify(b)}`.slice(0, 300)
}

/** The board as text; its last line is the score. */
export function boardText(rows, { show = 6, unstable = [] } = {}) {
  const kinds = [...new Set(rows.map((row) => row.kind))]
  const out = []
  for (const kind of kinds) {
    const of = rows.filter((row) => row.kind === kind)
    const bad = of.filter((row) => !row.ok)
    out.push(`${kind}: ${of.length - bad.length} equal, ${bad.length} differ`)
    for (const row of bad.slice(0, show)) out.push(`    ${row.what}`)
  }
  const good = rows.filter((row) => row.ok).length
  out.push(`left out, since dbt-core's own runs disagree: ${unstable.length}`)
  out.push(`score: ${((100 * good) / Math.max(rows.length, 1)).toFixed(1)}% (${good} of ${rows.length})`)
  return out.join('\n')
}
