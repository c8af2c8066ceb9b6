// Writes a synthetic project of N models that tdbt and dbt run alike: bronze views over a seed, silver tables of one to three refs with a
// loop, gold tables and incremental models; every model described, about 1.8 data tests each. The same N gives the same files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export function writeSyntheticProject(
  folder,
  count,
  { schema, database, host, port, user, password, type = 'postgres' },
) {
  const random = generator(20261121)
  const between = (from, to) => from + Math.floor(random() * (to - from))
  const pick = (list) => list[between(0, list.length)]
  const put = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const pad = (value, width) => String(value).padStart(width, '0')
  put(
    'dbt_project.yml',
    `name: synth
version: '1.0'
config-version: 2
profile: synth
models:
  synth:
    +materialized: view
    silver: {+materialized: table, +tags: [silver]}
    gold: {+materialized: table, +tags: [gold]}
vars: {start_date: '2020-01-01', cents: 100}
flags: {send_anonymous_usage_stats: false}
`,
  )
  put(
    'profiles.yml',
    `synth:
  target: dev
  outputs:
    dev: {type: ${type}, host: ${host}, port: ${port}, user: ${user}, password: '${password}', dbname: ${database}, schema: ${schema}, threads: 4}
`,
  )
  const rows = Array.from({ length: 1000 }, (_, index) => {
    const status = pick(['new', 'paid', 'void'])
    return `${index + 1},${between(0, 200)},${between(1, 99999)},${status},2024-${pad(between(1, 13), 2)}-${pad(between(1, 29), 2)}`
  })
  put('seeds/events.csv', `id,customer_id,amount,status,created_at\n${rows.join('\n')}\n`)
  put(
    'macros/money.sql',
    `{% macro cents_to_dollars(column, scale=2) -%}
  round({{ column }}::numeric / {{ var('cents') }}, {{ scale }})
{%- endmacro %}
{% macro status_pivot(column, values) %}
  {%- for v in values %}
  sum(case when {{ column }} = '{{ v }}' then 1 else 0 end) as {{ v }}_n{% if not loop.last %},{% endif %}
  {%- endfor %}
{% endmacro %}
`,
  )
  put(
    'tests/generic/in_range.sql',
    `{% test in_range(model, column_name, min_value=0) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < {{ min_value }}
{% endtest %}
`,
  )
  const bronzeCount = Math.max(1, Math.floor(count / 5))
  const silverCount = Math.max(1, Math.floor(count / 2))
  const names = (prefix, length) => Array.from({ length }, (_, index) => `${prefix}_${pad(index, 5)}`)
  const layers = {
    bronze: names('stg', bronzeCount),
    silver: names('int', silverCount),
    gold: names('mart', Math.max(0, count - bronzeCount - silverCount)),
  }
  const model = (layer, index, name, sql) => put(`models/${layer}/g${pad(Math.floor(index / 100), 3)}/${name}.sql`, sql)
  for (const [index, name] of layers.bronze.entries()) {
    model(
      'bronze',
      index,
      name,
      `with source as (
    select * from {{ ref('events') }}
), renamed as (
    select id as event_id, customer_id, {{ cents_to_dollars('amount') }} as amount, status, created_at::date as day
    from source where id % ${between(2, 9)} <> 0 and created_at::date >= '{{ var("start_date") }}'
)
select * from renamed
`,
    )
  }
  for (const [index, name] of layers.silver.entries()) {
    const pool = [...layers.bronze, ...layers.silver.slice(Math.max(0, index - 200), index)]
    const refs = new Set()
    for (const wanted = Math.min(pool.length, between(1, 4)); refs.size < wanted; ) refs.add(pick(pool))
    const parts = [...refs]
    const ctes = parts.map(
      (part) => `${part}_c as (select event_id, customer_id, amount, status, day from {{ ref('${part}') }})`,
    )
    model(
      'silver',
      index,
      name,
      `{{ config(materialized='table', tags=['layer_${index % 7}']) }}
{%- set parts = [${parts.map((part) => `'${part}_c'`).join(', ')}] -%}
with ${ctes.join(',\n')},
unioned as (
    {% for p in parts %}
    select event_id, customer_id, amount, status, day from {{ p }} where event_id % 3 = {{ loop.index0 }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)
select event_id, customer_id, max(amount) as amount, max(status) as status, max(day) as day
from unioned group by 1, 2
`,
    )
  }
  for (const [index, name] of layers.gold.entries()) {
    const isIncremental = index % 5 === 0
    model(
      'gold',
      index,
      name,
      `${isIncremental ? "{{ config(materialized='incremental', unique_key='customer_id') }}\n" : ''}select customer_id, count(*) as n, sum(amount) as revenue, max(day) as last_day,
{{ status_pivot('status', ['new', 'paid', 'void']) }}
from {{ ref('${pick(layers.silver)}') }}
${isIncremental ? '{% if is_incremental() %}\nwhere day >= (select max(last_day) from {{ this }})\n{% endif %}\n' : ''}group by customer_id
`,
    )
  }
  for (const [layer, list] of Object.entries(layers)) {
    for (let from = 0; from < list.length; from += 100) {
      const lines = list
        .slice(from, from + 100)
        .flatMap((name) => [
          `  - name: ${name}`,
          `    description: 'The ${layer} model ${name}.'`,
          '    columns:',
          `      - name: ${layer === 'gold' ? 'customer_id' : 'event_id'}`,
          '        description: The key.',
          '        data_tests: [not_null]',
          `      - name: ${layer === 'gold' ? 'revenue' : 'amount'}`,
          '        description: Dollars.',
          ...(layer === 'bronze' ? [] : ['        data_tests:', '          - in_range: {arguments: {min_value: 0}}']),
        ])
      put(`models/${layer}/g${pad(from / 100, 3)}/_${layer}.yml`, `version: 2\nmodels:\n${lines.join('\n')}\n`)
    }
  }
}

/** mulberry32: the same numbers on every machine. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
