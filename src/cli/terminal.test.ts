import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { type Terminal, withoutSecrets } from './terminal.ts'

function terminal(env: Terminal['env']): { readonly terminal: Terminal; readonly written: string[] } {
  const written: string[] = []
  const sink = { write: (text: string) => written.push(text), isTTY: true, columns: 132 }
  return {
    written,
    terminal: { version: '1', cwd: '/', env, stdout: sink, stderr: sink, pid: 1, onInterrupt: () => () => {} },
  }
}

test('no secret is written, on either stream; what a sink tells of itself stays', () => {
  const { terminal: bare, written } = terminal({ DBT_ENV_SECRET_TOKEN: 'hunter2' })
  const guarded = withoutSecrets(bare)
  guarded.stdout.write('a hunter2 b')
  guarded.stderr.write('{"msg":"hunter2"}')
  expect(written).toEqual(['a ***** b', '{"msg":"*****"}'])
  expect(guarded.stdout).toMatchObject({ isTTY: true, columns: 132 })
})

test('a secret with quotes in it is found in JSON too', () => {
  const secret = 'say "x"\nand \\y'
  const { terminal: bare, written } = terminal({ DBT_ENV_SECRET_TOKEN: secret })
  withoutSecrets(bare).stdout.write(JSON.stringify({ msg: `a ${secret} b` }))
  expect(written).toEqual(['{"msg":"a ***** b"}'])
})

test('a usage error repeats the words given, but no secret among them', async () => {
  const { terminal: bare, written } = terminal({ DBT_ENV_SECRET_TOKEN: 'hunter2' })
  expect(await runCli(['hunter2'], bare)).toBe(2)
  expect(written.join('')).toContain("No such command: '*****'")
  expect(written.join('')).not.toContain('hunter2')
})
