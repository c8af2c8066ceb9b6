// Cold parse of 1,000 and 5,000 models. node bench/parse.mjs
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { median, once, project, report, sizes, tools } from './bench.mjs'

const rows = []
for (const size of sizes) {
  const what = `parse ${size}`
  const folder = project(`parse_${size}`, size)
  const cold = () => rmSync(join(folder, 'target'), { recursive: true, force: true })
  rows.push({ what, tool: 'tdbt', ...median(() => once(tools.tdbt, ['parse'], folder), cold) })
  if (tools.dbt) rows.push({ what, tool: 'dbt-core', ...median(() => once(tools.dbt, ['parse'], folder), cold) })
  if (tools.rust) {
    // The alpha has no Postgres; what it parses is the same.
    const other = project(`rust_${size}`, size, { type: 'redshift' })
    const clean = () => rmSync(join(other, 'target'), { recursive: true, force: true })
    rows.push({ what, tool: 'dbt (Rust)', ...median(() => once(tools.rust, ['parse'], other), clean) })
  }
}
report('Cold parse', rows)
