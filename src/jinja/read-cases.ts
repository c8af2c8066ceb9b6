import { readFileSync } from 'node:fs'

export type Recorded =
  | readonly ['ok', text: string]
  | readonly ['native', repr: string]
  | readonly ['err', message: string, line?: number]

export type RecordedCase = readonly [template: string, result: Recorded]

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
export function readFirstCases(): FirstCases {
  return readJson('jinja-cases.json') as FirstCases
}

/** What scripts/record-jinja-cases.py recorded of templates.txt. */
export function readThemeCases(): ThemeCases {
  return readJson('template-cases.json') as ThemeCases
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8'))
}
