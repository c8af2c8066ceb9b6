import type { JsonObject, NodeResult } from '../../src/core/index.ts'
import type { DocsInput } from '../../src/docs/index.ts'

/** What a hostile or clumsy author may write: it must stay text wherever it is shown. */
export const HOSTILE =
  '<img src=x onerror="window.hacked=1"> </script><script>window.hacked=2</script> [x](javascript:alert(1))'

interface Node {
  readonly [key: string]: unknown
  readonly unique_id: string
}

/**
 * Artifacts of a made-up shop of `size` models in bronze, silver and gold, with sources, seeds, tests, an exposure and a
 * last run in which one test failed. The same size gives the same project.
 */
export function sampleProject(size = 24): DocsInput {
  const random = generator(7)
  const pick = <T>(list: readonly T[], fallback: T): T => list[Math.floor(random() * list.length)] ?? fallback
  const nodes: Node[] = []
  const sources: Node[] = []
  const results: NodeResult[] = []
  const systems = ['shop', 'crm', 'billing', 'web']
  for (let index = 0; index < Math.max(4, Math.round(size / 8)); index++) {
    const system = systems[index % systems.length] ?? 'shop'
    const name = `${pick(SUBJECTS, 'orders')}_${index}`
    sources.push({
      ...base('source', `source.shop.${system}.${name}`, name, 'models/bronze/sources.yml'),
      source_name: system,
      identifier: name,
      loader: 'load',
      relation_name: `"db"."${system}"."${name}"`,
      depends_on: undefined,
    })
  }
  const layers = [
    { layer: 'bronze', prefix: 'brz', share: 0.4, materialized: 'view' },
    { layer: 'silver', prefix: 'slv', share: 0.35, materialized: 'incremental' },
    { layer: 'gold', prefix: 'gld', share: 0.25, materialized: 'table' },
  ]
  let above: readonly Node[] = sources
  let index = 0
  for (const { layer, prefix, share, materialized } of layers) {
    const made: Node[] = []
    for (let count = Math.max(2, Math.round(size * share)); count > 0; count--, index++) {
      const name = `${prefix}_${pick(SUBJECTS, 'orders')}_${index}`
      const parents = [
        ...new Set(
          Array.from(
            { length: layer === 'bronze' ? 1 : 1 + Math.floor(random() * 3) },
            () => pick(above, above[0] as Node).unique_id,
          ),
        ),
      ]
      const early = made[Math.floor(random() * made.length)]
      if (layer !== 'bronze' && early !== undefined && random() < 0.3) parents.push(early.unique_id)
      const id = `model.shop.${name}`
      made.push({
        ...base('model', id, name, `models/${layer}/${name}.sql`),
        config: { materialized, enabled: true, tags: [layer] },
        tags: [layer, ...(random() < 0.2 ? ['nightly'] : [])],
        relation_name: `"db"."${layer}"."${name}"`,
        description: `One row a ${name.split('_')[1]}. Feeds **${layer}** reports.`,
        raw_code: `{{ config(materialized='${materialized}') }}\n-- rows of ${name}\nselect id, amount * 1.2 as gross\nfrom {{ ref('${parents[0]}') }}\nwhere status = 'paid'\n`,
        compiled_code: `-- rows of ${name}\nselect id, amount * 1.2 as gross\nfrom "db"."x"\nwhere status = 'paid'\n`,
        depends_on: { nodes: parents, macros: ['macro.shop.gross'] },
        columns: {
          id: { name: 'id', description: 'Key', data_type: null, constraints: [], tags: [] },
          gross: { name: 'gross', description: 'With tax', data_type: null, constraints: [], tags: [] },
        },
      })
      results.push(result(id, 'success', 'SELECT 10', 0.05 + random()))
    }
    nodes.push(...made)
    above = [...made, ...(layer === 'bronze' ? [] : above.slice(0, 3))]
  }
  const models = [...nodes]
  for (const [position, model] of models.entries()) {
    for (const kind of position % 3 === 0 ? ['unique', 'not_null'] : ['not_null']) {
      const id = `test.shop.${kind}_${String(model['name'])}_id.abc`
      nodes.push({
        ...base('test', id, `${kind}_${String(model['name'])}_id`, 'models/schema.yml'),
        test_metadata: {
          name: kind,
          kwargs: { column_name: 'id', model: '{{ get_where_subquery(ref("x")) }}' },
          namespace: null,
        },
        column_name: 'id',
        attached_node: model.unique_id,
        depends_on: { nodes: [model.unique_id], macros: [] },
        config: { severity: 'ERROR' },
      })
      const failed = position === 5
      results.push(
        result(id, failed ? 'fail' : 'pass', failed ? 'Got 3 results, configured to fail if != 0' : null, 0.02),
      )
    }
  }
  const last = models.at(-1)
  const hostile = {
    ...base('model', 'model.shop.hostile', 'hostile', 'models/gold/hostile.sql'),
    config: { materialized: 'view' },
    description: HOSTILE,
    raw_code: `select '${HOSTILE}'`,
    meta: { note: HOSTILE },
    tags: [HOSTILE],
    columns: { bad: { name: HOSTILE, description: HOSTILE, data_type: HOSTILE, constraints: [], tags: [] } },
    depends_on: { nodes: last === undefined ? [] : [last.unique_id], macros: [] },
  }
  nodes.push(hostile)
  const exposure = {
    ...base('exposure', 'exposure.shop.board', 'board', 'models/exposures.yml'),
    label: 'Revenue board',
    type: 'dashboard',
    owner: { name: 'Ana', email: 'ana@example.org' },
    url: 'https://example.org/board',
    depends_on: { nodes: [hostile.unique_id, ...models.slice(-3).map((model) => model.unique_id)], macros: [] },
  }
  const macro = {
    ...base('macro', 'macro.shop.gross', 'gross', 'macros/gross.sql'),
    macro_sql: '{% macro gross(column) %}{{ column }} * 1.2{% endmacro %}',
    description: 'Adds the tax.',
    arguments: [{ name: 'column', type: 'string', description: 'The net amount' }],
    depends_on: { macros: [] },
  }
  const manifest = {
    metadata: { project_name: 'shop', adapter_type: 'postgres', generated_at: '2026-11-21T05:00:00Z' },
    nodes: byId(nodes),
    sources: byId(sources),
    exposures: byId([exposure]),
    macros: byId([macro]),
    docs: {},
    unit_tests: {},
  } as unknown as JsonObject
  const catalog = {
    nodes: Object.fromEntries(
      models.map((model) => [
        model.unique_id,
        {
          metadata: { type: 'BASE TABLE', owner: 'postgres' },
          columns: {
            id: { name: 'id', type: 'bigint', index: 1 },
            gross: { name: 'gross', type: 'numeric', index: 2 },
          },
          stats: {},
        },
      ]),
    ),
    sources: {},
  } as unknown as JsonObject
  return {
    manifest,
    catalog,
    runResults: { results, args: { which: 'build' }, generatedAt: '2026-11-21T05:00:00Z', elapsedSeconds: 12.5 },
  }
}

const SUBJECTS = [
  'orders',
  'customers',
  'payments',
  'sessions',
  'products',
  'refunds',
  'invoices',
  'shipments',
  'events',
]

function base(kind: string, id: string, name: string, file: string): Node {
  return {
    unique_id: id,
    name,
    resource_type: kind,
    package_name: 'shop',
    original_file_path: file,
    path: file,
    fqn: ['shop', name],
    tags: [],
    description: '',
    columns: {},
    meta: {},
    config: {},
    raw_code: '',
    depends_on: { nodes: [], macros: [] },
  }
}

function result(id: string, status: NodeResult['status'], message: string | null, seconds: number): NodeResult {
  return {
    unique_id: id,
    status,
    timing: [],
    thread_id: 'Thread-1',
    execution_time: seconds,
    adapter_response: {},
    message,
    failures: null,
    compiled: true,
    compiled_code: null,
    relation_name: null,
    batch_results: null,
  }
}

function byId(nodes: readonly Node[]): Readonly<Record<string, Node>> {
  return Object.fromEntries(nodes.map((node) => [node.unique_id, node]))
}

/** A small linear congruential generator: the same numbers on every machine. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}
