// Renders random templates under Jinja2 (in dbt's environment) and under tdbt's engine, and prints each difference that is not
// explained below. Outside CI: it needs a Python with dbt-core.
//
//   PYTHON=…/bin/python npm run fuzz -- [COUNT=20000] [SEED=1]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const [count = '20000', seed = '1'] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))

/** Differences that are known and left, each with its reason; a template that shows one is counted, not printed. */
const EXPLAINED = [
  {
    why: 'Jinja2 folds constants when it compiles, and drops errors on the way or raises them for code that is not reached',
    test: (_source, want, got) =>
      want[0] !== got[0] && (want[1] === 'TypeError' || got[1] === 'TypeError' || got[1] === 'UndefinedError'),
    only: (source) => /\(\s*(-?\d|'|"|\[|\{|\()[^nzfgsewldto]*\)/.test(source),
  },
  {
    why: 'repr of bound methods, generators and functions holds an address in Python',
    test: (_source, want, got) =>
      /0x[0-9a-f]{6,}| object at |built-in method|<function|<generator|<bound/.test(`${want[1]}${got[1]}`),
  },
  {
    why: 'the last digit of ** with large or fractional exponents',
    test: (source, want, got) => source.includes('**') && want[0] === got[0] && digits(want[1]) === digits(got[1]),
  },
]

function digits(text) {
  return text.replace(/\d{12,}/g, (run) => run.slice(0, 11))
}

const dir = mkdtempSync(join(tmpdir(), 'tdbt-fuzz-'))
try {
  const bundle = join(dir, 'jinja.mjs')
  await build({
    entryPoints: [join(root, 'src/jinja/index.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire as __c } from 'node:module'; const require = __c(import.meta.url);" },
    logLevel: 'error',
  })
  const { compileTemplate } = await import(pathToFileURL(bundle).href)
  const cases = JSON.parse(
    execFileSync(process.env.PYTHON ?? 'python3', [join(root, 'scripts/fuzz-jinja.py'), count, seed], {
      maxBuffer: 1 << 30,
    }),
  )
  let same = 0
  const explained = new Map()
  const left = []
  for (const [source, want] of cases) {
    let got
    try {
      got = ['ok', compileTemplate(source, { file: 'fuzz.sql' }).render(new Map())]
    } catch (error) {
      got = ['err', error.pythonClass ?? (error.code === 'T2001' ? 'TemplateSyntaxError' : error.constructor?.name)]
    }
    const equal = want[0] === got[0] && (want[0] === 'err' || want[1] === got[1])
    if (equal) same++
    else {
      const reason = EXPLAINED.find((entry) => entry.test(source, want, got) && (entry.only?.(source) ?? true))
      if (reason) explained.set(reason.why, (explained.get(reason.why) ?? 0) + 1)
      else left.push({ source, want, got })
    }
  }
  const rendered = cases.filter(([, want]) => want[0] === 'ok').length
  console.log(`${cases.length} templates (seed ${seed}), ${rendered} of them render in Jinja2: ${same} equal`)
  for (const [why, number] of explained) console.log(`${number} explained: ${why}`)
  for (const { source, want, got } of left.slice(0, 20)) {
    console.log(
      `\n${source.slice(source.lastIndexOf('namespace(q=1) -%}') + 18)}\n  jinja2 ${JSON.stringify(want).slice(0, 300)}\n  tdbt   ${JSON.stringify(got).slice(0, 300)}`,
    )
  }
  console.log(`${left.length} unexplained`)
  process.exitCode = left.length === 0 ? 0 : 1
} finally {
  rmSync(dir, { recursive: true, force: true })
}
