import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import {
  compileTemplate,
  drive,
  float,
  type Globals,
  JinjaError,
  Pending,
  PyDict,
  PyFunction,
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

// Expected values come from real Jinja2 under dbt's environment. What is knowingly different is said here, with the reason.

/** dbt does not render text without Jinja marks, so its newlines stay. */
const UNTOUCHED: ReadonlySet<string> = new Set(['a⏎', 'a⏎⏎', '⏎', 'a␍⏎b␍c⏎d'])

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

/** The recorded outcome in tdbt's terms. */
function expected(template: string, [kind, text, line]: Recorded): Recorded {
  if (UNTOUCHED.has(template)) return ['ok', decode(template)]
  // Addresses are of one run of Python; the call through the sandbox's own method is an inner affair of Jinja2.
  const plain = text
    .replace(/ at 0x[0-9a-f]+>/g, '>')
    .replace('jinja2.sandbox.SandboxedEnvironment.call() ', '')
    .replace('Compilation Error\n  ', '')
  if (kind !== 'err') return [kind, plain]
  // What Jinja2 reports under several classes, some of them Python's own without a line of the template, is T2001 here.
  const syntax = SYNTAX_ERRORS.exec(plain)
  if (!syntax) return ['err', plain]
  const message = (syntax[1] ?? '').replace(/ \(<template>, line \d+\)$/, '').replace("'l_1_a'", "'a'")
  return ['err', message, line ?? 1]
}

const SYNTAX_ERRORS = /^(?:TemplateSyntaxError|TemplateAssertionError|SyntaxError|MaterializationArgError): (.*)$/s

const decode = (template: string): string => template.replaceAll('⏎', '\n').replaceAll('␍', '\r')

describe('the first cases', () => {
  const { pre, cases } = readFirstCases()
  test.each(cases)('%s', (template, recorded) => {
    const found = outcome(pre + template, (compiled) => ['ok', compiled.render(globals())])
    expect(found.slice(0, 2)).toEqual(expected(template, recorded).slice(0, 2))
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
    expect(found).toEqual(expected(template, recorded))
  })
})

describe('the first render, which walks the tree, and the second, by generated code, are the same', () => {
  const themes = readThemeCases().themes.filter(({ mode }) => mode !== 'native')
  test.each(themes)('$theme', ({ mode, cases }) => {
    const options = { undefined: mode === 'capture' ? ('capture' as const) : ('strict' as const) }
    const shown = (compiled: ReturnType<typeof compileTemplate>): unknown => {
      try {
        return compiled.render(globals(), options)
      } catch (error) {
        if (!(error instanceof TdbtError)) throw error
        return [error.code, error.message, error.details.location, error.details.calls]
      }
    }
    for (const [template] of cases) {
      let compiled: ReturnType<typeof compileTemplate>
      try {
        compiled = compileTemplate(decode(template), { file: 'case.sql', firstLine: 3 })
      } catch {
        continue
      }
      const walked = shown(compiled)
      expect([template, shown(compiled)]).toEqual([template, walked])
    }
  })
})

describe('so they are at run time, where calls may wait', () => {
  const themes = readThemeCases().themes.filter(({ mode }) => mode === 'plain')
  test.each(themes)('$theme', async ({ cases }) => {
    const shown = async (compiled: ReturnType<typeof compileTemplate>): Promise<unknown> => {
      try {
        return await drive(compiled.renderResumable(globals()))
      } catch (error) {
        if (!(error instanceof TdbtError)) throw error
        return [error.code, error.message, error.details.location, error.details.calls]
      }
    }
    for (const [template] of cases) {
      let compiled: ReturnType<typeof compileTemplate>
      try {
        compiled = compileTemplate(decode(template), { file: 'case.sql', firstLine: 3 })
      } catch {
        continue
      }
      const walked = await shown(compiled)
      expect([template, await shown(compiled)]).toEqual([template, walked])
    }
  })

  test('a call that waits stops the walk where it stands', async () => {
    const order: string[] = []
    const slow = new PyFunction(
      'slow',
      ([value]) =>
        new Pending(function* () {
          order.push(`asked ${value}`)
          const answer = (yield new Promise((resolve) => setImmediate(() => resolve(`<${value}>`)))) as string
          order.push(`answered ${value}`)
          return answer
        }),
    )
    const note = new PyFunction('note', ([value]) => {
      order.push(`noted ${value}`)
      return ''
    })
    const names = new Map<string, PyValue>([
      ['slow', slow],
      ['note', note],
    ])
    const source =
      "{% set a = slow('x') %}{{ note(a) }}{% for i in ['p', 'q'] if true %}{{ slow(i) }}{% endfor %}{% if slow('y') == '<y>' and slow('z') %}{{ {'k': slow('d')}['k'] ~ [slow('l')][0] }}{% endif %}"
    for (const walkable of [source, source.replace(' if true', '')]) {
      const compiled = compileTemplate(walkable, { file: 'case.sql' })
      const texts: string[] = []
      const orders: string[][] = []
      for (let turn = 0; turn < 2; turn++) {
        order.length = 0
        texts.push(await drive(compiled.renderResumable(names)))
        orders.push([...order])
      }
      expect(texts).toEqual(['<p><q><d><l>', '<p><q><d><l>'])
      expect(orders[1]).toEqual(orders[0])
      expect(orders[0]?.slice(0, 4)).toEqual(['asked x', 'answered x', 'noted <x>', 'asked p'])
    }
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
