import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileTemplate, JinjaError, makeModules, type PyValue } from '../index.ts'

/** What Python itself gives for expressions over `modules`, recorded by scripts/record-modules-cases.py. */
interface Recorded {
  readonly made_with: string
  readonly cases: readonly (readonly [source: string, expected: readonly ['ok' | 'err', string]])[]
}

const recorded = JSON.parse(readFileSync(new URL('../cases/modules-cases.json', import.meta.url), 'utf8')) as Recorded
const globals = new Map<string, PyValue>([['modules', makeModules(() => new Date('2026-01-02T03:04:05.678Z'))]])

function render(source: string): readonly ['ok' | 'err', string] {
  try {
    return ['ok', compileTemplate(source, { file: 'case.sql' }).render(globals)]
  } catch (error) {
    if (error instanceof JinjaError) return ['err', error.pythonClass]
    throw error
  }
}

test('the recording holds cases', () => {
  expect(recorded.cases.length).toBeGreaterThan(100)
})

test.each(recorded.cases)('%s', (source, expected) => {
  const got = render(source)
  // re.error has the bare name `error`; jinja2 wraps nothing.
  expect(got).toEqual(expected)
})

test('the clock is the one that was given', () => {
  expect(render('{{ modules.datetime.datetime.utcnow() }}')).toEqual(['ok', '2026-01-02 03:04:05.678000'])
  expect(render("{{ modules.datetime.datetime.now(modules.pytz.timezone('Europe/Berlin')) }}")).toEqual([
    'ok',
    '2026-01-02 04:04:05.678000+01:00',
  ])
  expect(render('{{ modules.datetime.date.today() }}')).toEqual(['ok', '2026-01-02'])
})

test('the values of pytz are the same ones at each look', () => {
  expect(render('{{ modules.pytz.utc }} {{ modules.pytz.utc is sameas modules.pytz.UTC }}')).toEqual(['ok', 'UTC True'])
  expect(render('{% do modules.pytz.all_timezones.append("mine") %}{{ modules.pytz.all_timezones[-1] }}')).toEqual([
    'ok',
    'mine',
  ])
  expect(render('{{ "mine" in modules.pytz.common_timezones }} {{ modules.pytz.nothing is defined }}')).toEqual([
    'ok',
    'False False',
  ])
})
