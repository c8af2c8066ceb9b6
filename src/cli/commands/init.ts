import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { TdbtError } from '../../core/index.ts'
import type { CommandRun } from '../command.ts'

/** Files of a new project: small, documented, green at the first `tdbt build`. */
function starter(name: string): Readonly<Record<string, string>> {
  return {
    'project.yaml': `name: ${name}
version: '1.0'
config-version: 2

# Where to build: \`tdbt build\` uses dev, an embedded Postgres that needs nothing installed; \`--target duckdb\` a DuckDB file,
# \`--target prod\` a Postgres server.
target: dev
targets:
  dev:
    type: embedded
    schema: ${name}
    threads: 4
  duckdb:
    type: duckdb
    path: ${name}.duckdb
    threads: 4
  prod:
    type: postgres
    host: "{{ env_var('PGHOST', '127.0.0.1') }}"
    port: 5432
    user: "{{ env_var('PGUSER', 'postgres') }}"
    password: "{{ env_var('PGPASSWORD', '') }}"
    dbname: "{{ env_var('PGDATABASE', '${name}') }}"
    schema: ${name}
    threads: 4

model-paths: [models]
seed-paths: [seeds]
macro-paths: [macros]
test-paths: [tests]

models:
  ${name}:
    staging: {+materialized: view}
    marts: {+materialized: table}
`,
    'seeds/raw_orders.csv': `order_id,customer,ordered_on,amount_cents,status
1,ada,2024-01-03,1250,paid
2,grace,2024-01-03,800,paid
3,ada,2024-01-05,2300,refunded
4,alan,2024-01-06,450,paid
`,
    'models/staging/stg_orders.sql': `select
    order_id,
    customer,
    ordered_on,
    {{ cents_to_dollars('amount_cents') }} as amount,
    status
from {{ ref('raw_orders') }}
`,
    'models/staging/stg_orders.yml': `version: 2
models:
  - name: stg_orders
    description: One row per order, amounts in dollars.
    columns:
      - name: order_id
        description: Primary key.
        data_tests: [unique, not_null]
      - name: status
        description: paid or refunded.
        data_tests:
          - accepted_values: {arguments: {values: [paid, refunded]}}
`,
    'models/marts/customers.sql': `select
    customer,
    count(*) as orders,
    sum(amount) filter (where status = 'paid') as revenue
from {{ ref('stg_orders') }}
group by customer
`,
    'models/marts/customers.yml': `version: 2
models:
  - name: customers
    description: What each customer has spent.
    columns:
      - name: customer
        description: Primary key.
        data_tests: [unique, not_null]
`,
    'macros/cents_to_dollars.sql': `{% macro cents_to_dollars(column) -%}
  round({{ column }} / 100.0, 2)
{%- endmacro %}
`,
    'tests/revenue_is_positive.sql': `-- Rows that this query finds are failures.
select * from {{ ref('customers') }} where revenue <= 0
`,
    '.gitignore': `target/
logs/
.tdbt/
dbt_packages/
*.duckdb
*.duckdb.wal
`,
  }
}

export const init: CommandRun = async (context) => {
  const { terminal, positionals, printer } = context
  const name = positionals[0] ?? 'my_project'
  if (!/^[a-z_]\w*$/i.test(name)) {
    throw new TdbtError('T0002', `'${name}' cannot be a project's name.`, {
      found: name,
      expected: 'letters, digits and underscores, not beginning with a digit',
      hint: `tdbt init ${name.replace(/\W+/g, '_').replace(/^(\d)/, '_$1')}`,
    })
  }
  const dir = resolve(terminal.cwd, name)
  if (existsSync(dir) && (await readdir(dir)).length > 0) {
    throw new TdbtError('T0002', `The folder '${name}' is there already and not empty.`, {
      hint: 'Choose another name.',
    })
  }
  for (const [file, text] of Object.entries(starter(name))) {
    const path = join(dir, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  printer.line(`Your new project '${name}' is in ${dir}`)
  printer.line(`Next: cd ${name} && tdbt build`)
  return 0
}
