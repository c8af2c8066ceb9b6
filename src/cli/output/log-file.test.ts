import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

test('a log file is appended to, and moved aside once it is full; five older ones are kept', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tdbt-log-'))
  try {
    const path = join(dir, 'logs/dbt.log')
    const say = (text: string) => {
      const file = openLogFile(path, {
        maxBytes: 8,
        onFailure: (cause) => {
          throw cause
        },
      })
      file.write(text)
      file.close()
    }
    say('one\n')
    say('two\n')
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
    for (const text of ['3', '4', '5', '6', '7', '8', '9'].map((digit) => `${digit.repeat(7)}\n`)) say(text)
    expect(readFileSync(path, 'utf8')).toBe('9999999\n')
    expect([1, 2, 3, 4, 5].map((number) => readFileSync(`${path}.${number}`, 'utf8').slice(0, 1))).toEqual([
      '8',
      '7',
      '6',
      '5',
      '4',
    ])
    expect(existsSync(`${path}.6`)).toBe(false)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test('a log file that cannot be written is told of once', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tdbt-log-'))
  try {
    writeFileSync(join(dir, 'logs'), 'a file where the folder should be')
    const causes: unknown[] = []
    const file = openLogFile(join(dir, 'logs/dbt.log'), { maxBytes: 0, onFailure: (cause) => causes.push(cause) })
    file.write('x')
    file.close()
    file.write('y')
    file.close()
    expect(causes).toHaveLength(1)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
