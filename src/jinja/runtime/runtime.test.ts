import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  compileTemplate,
  fromJson,
  fromYaml,
  type HostCallable,
  iterate,
  JinjaError,
  PyFunction,
  type PyValue,
  pyStr,
  setOf,
  toJson,
  toYaml,
  truthy,
} from '../index.ts'

/** What Python and Jinja2 give for each expression, recorded by scripts/record-python-cases.py. */
interface Recorded {
  readonly made_with: string
  readonly cases: readonly (readonly [expression: string, expected: readonly ['ok' | 'err', string]])[]
}

const folder = new URL('../cases/', import.meta.url)
const themes = readdirSync(folder).filter((name) => /^runtime-\w+\.json$/.test(name))

const hosts: readonly (readonly [string, HostCallable])[] = [
  [
    'dumps',
    ([value = null], kwargs) =>
      toJson(value, {
        sortKeys: truthy(kwargs.get('sort_keys') ?? false),
        indent: Number(kwargs.get('indent') ?? -1) < 0 ? null : Number(kwargs.get('indent')),
        ensureAscii: truthy(kwargs.get('ensure_ascii') ?? true),
      }),
  ],
  ['loads', ([text = '']) => fromJson(pyStr(text))],
  ['to_yaml', ([value = null], kwargs) => toYaml(value, { sortKeys: truthy(kwargs.get('sort_keys') ?? false) })],
  ['from_yaml', ([text = '']) => fromYaml(pyStr(text))],
  ['set', ([items = []]) => setOf(iterate(items))],
  ['keep', ([value = null]) => value],
]
const globals = new Map<string, PyValue>(hosts.map(([name, run]) => [name, new PyFunction(name, run)]))

function render(expression: string): readonly ['ok' | 'err', string] {
  try {
    return ['ok', compileTemplate(`{{ ${expression} }}`, { file: 'case.sql' }).render(globals)]
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error
    return ['err', error.pythonClass === 'YAMLError' ? 'YAMLError' : `${error.pythonClass}: ${error.message}`]
  }
}

describe.each(themes)('%s', (theme) => {
  const recorded = JSON.parse(readFileSync(new URL(theme, folder), 'utf8')) as Recorded
  // One test a theme: thousands of tests would take longer to report than to run.
  test(`every expression gives what ${recorded.made_with} gives`, () => {
    const differing = recorded.cases
      .map(([expression, expected]) => ({
        expression,
        expected: expected.join(': '),
        found: render(expression).join(': '),
      }))
      .filter(({ expected, found }) => expected !== found)
    expect(differing).toEqual([])
    expect(recorded.cases.length).toBeGreaterThan(40)
  })
})
