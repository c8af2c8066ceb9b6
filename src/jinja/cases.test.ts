import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import {
  compileTemplate,
  drive,
  float,
  type Globals,
  JinjaError,
  PyDict,
  PyTuple,
  type PyValue,
  pyRepr,
  type UndefinedMode,
} from './index.ts'

type Recorded =
  | readonly ['ok', text: string]
  | readonly ['native', repr: string]
  | readonly ['err', message: string, line?: number]

type RecordedCase = readonly [template: string, result: Recorded]

interface FirstCases {
  readonly made_with: string
  /** Goes before each template. */
  readonly pre: string
  readonly cases: readonly RecordedCase[]
}

interface ThemeCases {
  readonly made_with: string
  readonly themes: readonly {
    readonly theme: string
    readonly mode: 'plain' | 'native' | 'capture'
    readonly cases: readonly RecordedCase[]
  }[]
}

/** The cases that came with the design: expressions and statements behind one prelude. */
function readFirstCases(): FirstCases {
  return readJson('jinja-cases.json') as FirstCases
}

/** What scripts/record-jinja-cases.py recorded of templates.txt. */
function readThemeCases(): ThemeCases {
  return readJson('template-cases.json') as ThemeCases
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8'))
}

// Expected values come from real Jinja2 under dbt's environment; where tdbt knowingly differs, DIFFERENT says so and why.

const DIFFERENT: ReadonlyMap<string, string> = new Map([])

function globals(): Globals {
  return new Map<string, PyValue>([
    ['v_int', 5],
    ['v_float', 1.5],
    ['v_whole', float(2)],
    ['v_str', 'abc'],
    ['v_digits', '42'],
    ['v_empty', ''],
    ['v_true', true],
    ['v_none', null],
    ['v_list', [3, 1, 2]],
    ['v_dict', PyDict.ofStrings({ a: 1, b: [1, 2] })],
    ['v_tuple', new PyTuple([1, 'x'])],
  ])
}

function outcome(source: string, render: (template: ReturnType<typeof compileTemplate>) => Recorded): Recorded {
  try {
    return render(compileTemplate(source, { file: 'case.sql' }))
  } catch (error) {
    if (!(error instanceof TdbtError)) throw error
    if (error instanceof JinjaError) return ['err', `${error.pythonClass}: ${error.message}`]
    if (error.code === 'T2001') return ['err', error.message, error.details.location?.line ?? 0]
    return ['err', `${error.code}: ${error.message}`]
  }
}

/** Jinja2 has three classes for what is one code here; the message and the line have to agree. */
function expected([kind, text, line]: Recorded): Recorded {
  const syntax = /^(?:TemplateSyntaxError|TemplateAssertionError|SyntaxError|MaterializationArgError): (.*)$/s.exec(
    text,
  )
  return kind === 'err' && syntax && line !== undefined ? ['err', syntax[1] ?? '', line] : ([kind, text] as Recorded)
}

const decode = (template: string): string => template.replaceAll('⏎', '\n').replaceAll('␍', '\r')

describe('the first cases', () => {
  const { pre, cases } = readFirstCases()
  test.each(cases)('%s', (template, recorded) => {
    const found = outcome(pre + template, (compiled) => ['ok', compiled.render(globals())])
    const [kind, text] = recorded
    const syntax = /^Template(?:Syntax|Assertion)Error: (.*)$/s.exec(text)
    expect(found.slice(0, 2)).toEqual(DIFFERENT.get(template) ?? [kind, syntax?.[1] ?? text])
  })
})

describe.each(readThemeCases().themes)('$theme', ({ mode, cases }) => {
  test.each(cases as RecordedCase[])('%s', (template, recorded) => {
    const undefinedMode: UndefinedMode = mode === 'capture' ? 'capture' : 'strict'
    const found = outcome(decode(template), (compiled) =>
      mode === 'native'
        ? ['native', pyRepr(compiled.renderNative(globals()))]
        : ['ok', compiled.render(globals(), { undefined: undefinedMode })],
    )
    expect(found).toEqual(DIFFERENT.get(template) ?? expected(recorded))
  })
})

describe('the resumable flavour gives the same text', () => {
  const plain = readThemeCases().themes.filter(({ mode }) => mode === 'plain')
  test.each(plain)('$theme', async ({ cases }) => {
    for (const [template] of cases) {
      const source = decode(template)
      const found = outcome(source, (compiled) => ['ok', compiled.render(globals())])
      const resumed = await resumedOutcome(source)
      expect([template, resumed]).toEqual([template, found])
    }
  })
})

async function resumedOutcome(source: string): Promise<Recorded> {
  let text: string | null = null
  let thrown: unknown
  try {
    text = await drive(compileTemplate(source, { file: 'case.sql' }).renderResumable(globals()))
  } catch (error) {
    thrown = error
  }
  return outcome('', () => {
    if (text === null) throw thrown
    return ['ok', text]
  })
}
