import { describe, expect, test } from 'vitest'
import { TdbtError } from '../core/index.ts'
import { extractBlocks } from './blocks.ts'

const KINDS = ['macro', 'test', 'data_test', 'materialization', 'snapshot', 'docs']

function blocks(source: string, collectRawData = false): (string | number)[][] {
  return extractBlocks(source, { file: 'f.sql', kinds: KINDS, collectRawData }).map(
    ({ kind, name, contents, fullBlock, line }) => [kind, name, contents, fullBlock, line],
  )
}

function failure(source: string): TdbtError {
  try {
    blocks(source)
  } catch (error) {
    if (error instanceof TdbtError) return error
  }
  throw new Error('no TdbtError')
}

// What dbt's own block lexer gives for the same text (dbt-common 1.39.0).
describe('extractBlocks', () => {
  test('takes whitespace that the tags strip as part of the block', () => {
    expect(blocks('x\n {%- macro a() -%}\n y {% endmacro -%}\n z')).toEqual([
      ['macro', 'a', 'y ', '\n {%- macro a() -%}\n y {% endmacro -%}\n ', 1],
    ])
  })

  test('gives snapshots, with a tag end inside a string', () => {
    const source =
      '{% snapshot s %}\n{{ config(a="%}") }}\nselect 1\n{% endsnapshot %}{% snapshot t %}{% endsnapshot %}'
    expect(blocks(source)).toEqual([
      ['snapshot', 's', '\n{{ config(a="%}") }}\nselect 1\n', source.slice(0, source.indexOf('{% snapshot t')), 1],
      ['snapshot', 't', '', '{% snapshot t %}{% endsnapshot %}', 4],
    ])
  })

  test.each([
    ['{% docs a %}{% raw %}{% enddocs %}{% endraw %}{% enddocs %}', '{% raw %}{% enddocs %}{% endraw %}'],
    ['{% macro a(x="{% endmacro %}") %}q{% endmacro %}', 'q'],
    ['{% macro a() %}{# {% endmacro %} #}{% endmacro %}', '{# {% endmacro %} #}'],
    ['{% macro a() %}{% call statement() %}{% endcall %}{% endmacro %}', '{% call statement() %}{% endcall %}'],
    ['{% macro a() %}{{ "{% endmacro %}" }}{% endmacro %}', '{{ "{% endmacro %}" }}'],
  ])('does not end a block in raw text, strings, comments and prints: %s', (source, contents) => {
    expect(blocks(source).map(([, , inside]) => inside)).toEqual([contents])
  })

  test('gives the text between blocks when asked', () => {
    expect(blocks('a{% macro m() %}{% endmacro %}b', true).map(([kind, , text]) => [kind, text])).toEqual([
      ['__dbt__data', 'a'],
      ['macro', ''],
      ['__dbt__data', 'b'],
    ])
  })

  test('knows no `{%+` and no stray end tag', () => {
    expect(blocks('{%+ macro a() %}{% endmacro %}')).toEqual([])
  })

  test.each([
    [
      '{% if x %}{% macro a() %}{% endmacro %}{% endif %}',
      /^Got a block definition inside control flow at 1:10\. /,
      11,
    ],
    ['{% endif %}', /never saw a preceeding if \(@ 1:0\)$/, 1],
    ['{% if x %}{% endfor %}', /got endfor but expected endif next \(@ 1:10\)$/, 11],
    ['{% macro a() %}{% macro b() %}{% endmacro %}{% endmacro %}', /^Got nested tags: macro/, 16],
    ['{% macro a() %}', /^Reached EOF without finding a close tag for macro \(searched from line 1\)$/, 1],
    ['{% macro a() ', /^unexpected EOF, expected tag close \("%}"\), got "\(\) "$/, 11],
    ['{{ x', /^unexpected EOF, expected }}, got "x"$/, 4],
    ['{# x', /^unexpected EOF, expected #}, got " x"$/, 3],
    ['{% raw %} x', /^unexpected EOF, expected {% raw %}\.\.\.{% endraw %}/, 1],
  ])('fails on %s', (source, message, column) => {
    const error = failure(source)
    expect(error.code).toBe('T2001')
    expect(error.message).toMatch(message)
    expect(error.details.location).toEqual({ file: 'f.sql', line: 1, column })
  })
})
