import { expect, test } from 'vitest'
import { codeFrame, scrubSecrets, secretValues } from './index.ts'

test('secret variables: their values go, the longer before the shorter, also inside JSON', () => {
  const secrets = secretValues(
    { DBT_ENV_SECRET_A: 'abc', DBT_ENV_SECRET_B: 'abcdef', DBT_ENV_SECRET_C: ' ', HOME: '/root' },
    { DBT_ENV_SECRET_D: 'quo"ted', DBT_ENV_SECRET_E: 7 },
  )
  expect(scrubSecrets('abcdef abc /root 7', secrets)).toBe('***** ***** /root 7')
  expect(scrubSecrets(JSON.stringify({ msg: 'has quo"ted' }), secrets)).toBe('{"msg":"has *****"}')
  expect(secretValues({ HOME: '/root' })).toEqual([])
})

test('frames of profiles show no password, on the line of the fault or beside it', () => {
  const shown = (source: string, line = 2): string => codeFrame(source, { file: 'profiles.yml', line, column: 1 })
  for (const entry of [
    'password: hunter2',
    "pass: 'hunter2'",
    '  "password":hunter2',
    'private_key_passphrase: hunter2',
    'aws_secret: x # hunter2',
    '- token: hunter2',
    '{host: h, pass: hunter2, port: 1}',
    'password: >-\n  hunter2',
  ]) {
    expect(shown(`type: postgres\n${entry}\nport: x`), entry).not.toContain('hunter2')
    expect(shown(`type: postgres\n${entry}\nport: x`), entry).toContain('type: postgres')
  }
  expect(shown('pass: a\nuser: me\n- token: b\n  user: you')).toContain('user: me')
  expect(shown('pass: a\nuser: me\n- token: b\n  user: you')).toContain('user: you')
  expect(shown('a\nselect token::text, pass from passwords')).toContain('select token::text, pass from passwords')
})
