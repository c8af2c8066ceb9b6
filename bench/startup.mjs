// What a bare command costs. node bench/startup.mjs
import { tmpdir } from 'node:os'
import { median, once, report, tools } from './bench.mjs'

const here = tmpdir()
const rows = [
  { what: '--version', tool: 'tdbt', ...median(() => once(tools.tdbt, ['--version'], here)) },
  { what: '--version', tool: 'node -e 0', ...median(() => once([process.execPath], ['-e', '0'], here)) },
  { what: '--help', tool: 'tdbt', ...median(() => once(tools.tdbt, ['--help'], here)) },
]
if (tools.dbt) {
  rows.push({ what: '--version', tool: 'dbt-core', ...median(() => once(tools.dbt, ['--version'], here)) })
  rows.push({ what: '--help', tool: 'dbt-core', ...median(() => once(tools.dbt, ['--help'], here)) })
}
report('Start-up', rows)
