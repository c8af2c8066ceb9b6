import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { projectFolder, tdbt, tdbtCommand } from '../support/cli.ts'

test('what goes to a file comes whole, and before the error that ends it', async () => {
  const folder = projectFolder({
    'project.yaml': "name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/talks.sql':
      "{% for n in range(5000) %}{% do print('line ' ~ n) %}{% endfor %}{{ exceptions.raise_compiler_error('enough') }}",
  })
  try {
    // Both streams into one file, as a scheduler keeps them.
    const [node, bin] = tdbtCommand
    const command = `"${node}" "${bin}" parse > out.txt 2>&1`
    const failed = await promisify(execFile)('sh', ['-c', command], { cwd: folder.dir }).catch((thrown) => thrown)
    expect(failed).toMatchObject({ code: 2 })
    const lines = readFileSync(join(folder.dir, 'out.txt'), 'utf8').split('\n')
    const first = lines.indexOf('line 0')
    expect(lines.slice(first, first + 5000)).toEqual(Array.from({ length: 5000 }, (_, n) => `line ${n}`))
    expect(lines.slice(first + 5000).join('\n')).toContain('enough')
  } finally {
    folder.dispose()
  }
})

test('what measures text is loaded for --help alone', async () => {
  const folder = projectFolder({
    'project.yaml': "name: shop\nversion: '1.0'\ntarget: dev\ntargets:\n  dev: {type: embedded, schema: shop}\n",
    'models/one.sql': 'select 1 as id',
  })
  try {
    const hook = encodeURIComponent('Intl.Segmenter = class { constructor() { throw new Error() } }')
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${hook}` }
    expect(await tdbt(['ls'], { cwd: folder.dir, env })).toMatchObject({ code: 0, stdout: 'shop.one\n' })
    expect(await tdbt(['ls', '--help'], { cwd: folder.dir })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--select'),
    })
  } finally {
    folder.dispose()
  }
})
