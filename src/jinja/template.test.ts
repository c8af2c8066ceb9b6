import { describe, expect, test } from 'vitest'
import { formatError, TdbtError } from '../core/index.ts'
import type { Globals, Template } from './index.ts'
import { compileTemplate, drive, Pending, PyFunction, type PyValue, pyRepr, returnFunction } from './index.ts'

function failureOf(work: () => unknown): TdbtError {
  try {
    work()
  } catch (error) {
    if (error instanceof TdbtError) return error
    throw error
  }
  throw new Error('nothing failed')
}

function compile(source: string, firstLine = 1): Template {
  return compileTemplate(source, { file: 'models/a.sql', firstLine })
}

/** Globals with the macros of some templates, bound as the macro library would. */
function withMacros(source: string, flavour: 'plain' | 'resumable', others: Record<string, PyValue> = {}): Globals {
  const globals = new Map<string, PyValue>(Object.entries(others))
  globals.set('return', returnFunction)
  const template = compileTemplate(source, { file: 'macros/m.sql' })
  for (const definition of template.macros)
    globals.set(definition.name, template.bindMacro(definition, globals, flavour))
  return globals
}

/** A function whose value arrives later. */
function later(name: string, log: string[] = []): PyFunction {
  return new PyFunction(name, ([value]) =>
    Pending.of(async () => {
      log.push(`start ${String(value)}`)
      await Promise.resolve()
      log.push(`end ${String(value)}`)
      return value ?? null
    }),
  )
}

describe('text', () => {
  test('without any Jinja mark comes back untouched, newlines and all', () => {
    expect(compile('a\r\nb\n').render(new Map())).toBe('a\r\nb\n')
  })

  test('with one has Jinja newlines', () => {
    expect(compile('{{ 1 }}\r\nb\n').render(new Map())).toBe('1\nb')
  })
})

describe('errors', () => {
  test('of syntax carry file, line and column', () => {
    const error = failureOf(() => compile('select 1\n  {{ a b }}', 10))
    expect(error.code).toBe('T2001')
    expect(error.message).toBe("expected token 'end of print statement', got 'b'")
    expect(error.details.location).toEqual({ file: 'models/a.sql', line: 11, column: 8 })
  })

  test('at run time carry the place of what failed', () => {
    const error = failureOf(() => compile('select\n  {{ f(\n    nope.x,\n  ) }}').render(new Map([['f', later('f')]])))
    expect(error.code).toBe('T2002')
    expect(error.message).toBe("'nope' is undefined")
    expect(error.details.location).toEqual({ file: 'models/a.sql', line: 3, column: 9 })
  })

  test('name the macros they passed through, innermost first', () => {
    const globals = withMacros(
      '{% macro inner(x) %}\n{{ x + 1 }}{% endmacro %}\n{% macro outer() %}{{ inner("a") }}{% endmacro %}',
      'plain',
    )
    const error = failureOf(() => compile('\n\n{{ outer() }}').render(globals))
    expect(error.message).toBe('can only concatenate str (not "int") to str')
    expect(error.details.location).toEqual({ file: 'macros/m.sql', line: 2, column: 6 })
    expect(error.details.calls?.map(({ macro, location }) => [macro, location.line])).toEqual([
      ['inner', 2],
      ['outer', 3],
      [null, 3],
    ])
  })

  test('show the frame, the way there and what to do', () => {
    const globals = withMacros('{% macro m() %}\n  {{ nope.x }}\n{% endmacro %}', 'plain')
    expect(formatError(failureOf(() => compile('a\n{{ m() }}').render(globals)))).toBe(
      [
        'T2002 Jinja undefined value at macros/m.sql:2:10',
        "  'nope' is undefined",
        '    1 | {% macro m() %}',
        '  > 2 |   {{ nope.x }}',
        '      |          ^',
        '    3 | {% endmacro %}',
        '  called by (models/a.sql:2)',
        "  next:     check the spelling; a macro of a package is called with the package's name before it, after `tdbt deps`",
      ].join('\n'),
    )
  })

  test('of a method of nothing come before those of its arguments', () => {
    const error = failureOf(() => compile('{{ first.get(second.x) }}').render(new Map()))
    expect(error.message).toBe("'first' is undefined")
  })

  test('of recursion without end are errors of the template', () => {
    const globals = withMacros('{% macro again() %}{{ again() }}{% endmacro %}', 'plain')
    expect(failureOf(() => compile('{{ again() }}').render(globals)).message).toBe('maximum recursion depth exceeded')
  })

  test('of a query at parse time are T2003', () => {
    const error = failureOf(() => compile('{{ f(1) }}').render(new Map([['f', later('f')]])))
    expect(error.code).toBe('T2003')
  })
})

describe('return()', () => {
  const source = `
    {% macro value() %}text{{ return([1, 2]) }}more{% endmacro %}
    {% macro from_loop() %}{% for i in [1, 2, 3] %}{% if i == 2 %}{{ return(i) }}{% endif %}{% endfor %}{% endmacro %}
    {% macro statement() %}{{ caller() }}after{% endmacro %}
    {% macro in_call_block() %}{% call statement() %}{{ return('inside') }}{% endcall %}outside{% endmacro %}
    {% macro nothing() %}{% do return() %}{% endmacro %}
    {% macro text() %}a{% endmacro %}`

  test.each(['plain', 'resumable'] as const)('ends the macro that the library called: %s', async (flavour) => {
    const globals = withMacros(source, flavour)
    const template = compile(
      '{{ value()[1] }} {{ from_loop() + 1 }} {{ in_call_block() }} {{ nothing() }} {{ text() }}',
    )
    const text = flavour === 'plain' ? template.render(globals) : await drive(template.renderResumable(globals))
    expect(text).toBe('2 3 insideoutside None a')
  })
})

describe('the resumable flavour', () => {
  test('waits wherever a call may stand, in order', async () => {
    const log: string[] = []
    const globals = withMacros(
      '{% macro double(x) %}{{ return(query(x) * 2) }}{% endmacro %}{% macro plain(x) %}[{{ x }}]{% endmacro %}',
      'resumable',
      { query: later('query', log) },
    )
    const source = [
      '{% set a = double(2) %}{{ a }}',
      '{% if query(true) and double(1) == 2 %}yes{% endif %}',
      '{% for x in query([1, 2]) if query(x) > 1 %}{{ loop.index }}{{ double(x) }}{% endfor %}',
      '{{ plain(query("p")) ~ double(3) }}',
      '{{ query("a") if query(false) else query("b") }}',
      '{% set block %}{{ query("s") }}{% endset %}{{ block }}',
      '{% filter upper %}{{ query("f") }}{% endfilter %}',
      '{% with w = query("w") %}{{ w }}{% endwith %}',
      '{{ [query(1), query(2)] }}{{ query(1) < query(2) < query(3) }}',
    ].join('|')
    expect(await drive(compile(source).renderResumable(globals))).toBe('4|yes|14|[p]6|b|s|F|w|[1, 2]True')
    expect(log.slice(0, 4)).toEqual(['start 2', 'end 2', 'start true', 'end true'])
  })

  test('runs several renders side by side in one thread', async () => {
    const log: string[] = []
    const globals = new Map<string, PyValue>([['query', later('query', log)]])
    const template = compile('{{ query(n) }}')
    const render = (n: number): Promise<string> =>
      drive(template.renderResumable({ get: (name) => (name === 'n' ? n : globals.get(name)) }))
    expect(await Promise.all([render(1), render(2)])).toEqual(['1', '2'])
    expect(log).toEqual(['start 1', 'start 2', 'end 1', 'end 2'])
  })

  test('calls that need not wait give their value at once', () => {
    const globals = withMacros('{% macro quiet(x) %}{{ x }}{% endmacro %}', 'resumable')
    const macro = globals.get('quiet')
    expect(macro).toMatchObject({ $type: 'MacroGenerator' })
    const work = compile('{{ quiet(1) }}').renderResumable(globals)
    expect(work.next()).toEqual({ done: true, value: '1' })
  })

  test('a failing query is an error at its place, which the template cannot swallow', async () => {
    const failing = new PyFunction('query', () => Pending.of(() => Promise.reject(new TdbtError('T5003', 'no table'))))
    const work = drive(compile('a\n{{ query() }}').renderResumable(new Map([['query', failing]])))
    const error = await work.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'T5003', message: 'no table', details: { location: { line: 2 } } })
  })
})

describe('macros', () => {
  const template = compile(
    `
{% macro a(x, y=1, z: list[str] = none) %}{% endmacro %}
{% test t(model) %}{% endtest %}
{% materialization m, adapter='postgres' %}{% endmaterialization %}
{% materialization n, default, supported_languages=['sql', 'python'] %}{% endmaterialization %}
{% docs d %}hello{% enddocs %}
{% if true %}{% macro hidden() %}{% endmacro %}{% endif %}`,
    3,
  )

  test('are listed under the names that dbt gives them', () => {
    expect(template.macros.map(({ kind, name, supportedLanguages }) => [kind, name, supportedLanguages])).toEqual([
      ['macro', 'a', null],
      ['test', 'test_t', null],
      ['materialization', 'materialization_m_postgres', ['sql']],
      ['materialization', 'materialization_n_default', ['sql', 'python']],
      ['docs', 'd', null],
    ])
    expect(template.macros[0]?.parameters).toEqual([
      { name: 'x', hasDefault: false, type: null },
      { name: 'y', hasDefault: true, type: null },
      { name: 'z', hasDefault: true, type: 'list[str]' },
    ])
    expect(template.macros[1]?.location).toEqual({ file: 'models/a.sql', line: 5, column: 4 })
  })

  test('see the globals they are bound to, also those set later', () => {
    const globals = new Map<string, PyValue>()
    const macros = compile('{% macro m() %}{{ word }}{% endmacro %}')
    const [definition] = macros.macros
    if (!definition) throw new Error('no macro')
    const macro = macros.bindMacro(definition, globals, 'plain')
    globals.set('word', 'first')
    expect(macro.$call?.([], new Map())).toBe('first')
    globals.set('word', 'second')
    expect(macro.$call?.([], new Map())).toBe('second')
  })
})

describe('staticCalls', () => {
  test('gives dotted calls with their constant arguments and source text', () => {
    const source = `{{ config(materialized='table', tags=['a', "b"],
      pre_hook=hook(1)) }}
select * from {{ ref('pkg', "model", v=-2) }} {{ dbt_utils.star(from=source('s', 't' ~ x)) }} {{ d['x'](1) }}`
    const calls = compile(source).staticCalls()
    expect(calls.map(({ name, line }) => [name, line])).toEqual([
      ['config', 1],
      ['hook', 2],
      ['ref', 3],
      ['dbt_utils.star', 3],
      ['source', 3],
    ])
    expect(calls[0]?.kwargs).toEqual({
      materialized: { value: 'table', text: "'table'" },
      tags: { value: ['a', 'b'], text: `['a', "b"]` },
      pre_hook: { value: undefined, text: 'hook(1)' },
    })
    expect(calls[2]).toMatchObject({ args: [{ value: 'pkg' }, { value: 'model' }], kwargs: { v: { value: -2 } } })
    expect(calls[4]?.args).toEqual([
      { value: 's', text: "'s'" },
      { value: undefined, text: "'t' ~ x" },
    ])
  })
})

test('random filters draw from the globals', () => {
  const globals: Globals = { get: () => undefined, random: () => 0.99 }
  expect(compile('{{ [1, 2, 3]|random }}').render(globals)).toBe('3')
})

describe('native rendering', () => {
  test('keeps the type of one expression and folds constants to text', () => {
    const globals = new Map<string, PyValue>([['x', [1, 2]]])
    expect(pyRepr(compile('{{ x }}').renderNative(globals))).toBe('[1, 2]')
    expect(compile('{{ x }}').renderNative(globals)).toBe(globals.get('x'))
    expect(compile('{{ [1, 2] }}').renderNative(globals)).toBe('[1, 2]')
  })
})
