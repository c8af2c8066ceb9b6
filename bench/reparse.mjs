// `ls` of a project that is parsed already: unchanged, and with one model edited. node bench/reparse.mjs
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { median, once, project, report, sizes, tools } from './bench.mjs'

const rows = []
for (const size of sizes) {
  for (const [tool, command] of [
    ['tdbt', tools.tdbt],
    ['dbt-core', tools.dbt],
  ]) {
    if (!command) continue
    const folder = project(`reparse_${size}_${tool.replace('-', '_')}`, size)
    once(command, ['parse'], folder)
    const list = () => once(command, ['--quiet', 'ls'], folder)
    const edit = () => appendFileSync(join(folder, 'models/silver/g000/int_00001.sql'), '-- edited\n')
    rows.push({ what: `ls ${size}, unchanged`, tool, ...median(list) })
    rows.push({ what: `ls ${size}, one model edited`, tool, ...median(list, edit) })
  }
}
report('Listing a parsed project', rows)
