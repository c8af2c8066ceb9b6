import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Engine } from '../../src/adapters/interface.ts'
import type { JsonObject } from '../../src/core/index.ts'
import type { RunCommand } from '../../src/run/index.ts'
import { type RunProjectResult, runProject } from '../support/run-project.ts'

/** What dbt-core left after one step, as scripts/record-run.py wrote it. */
export interface RecordedStep {
  readonly args: readonly string[]
  readonly exit: number
  readonly results: Readonly<Record<string, readonly [status: string, message: string | null, failures: number | null]>>
  readonly compiled: Readonly<Record<string, string>>
  readonly relations: Readonly<
    Record<
      string,
      {
        readonly kind: string
        readonly columns: readonly (readonly [string, string])[]
        readonly rows: readonly string[]
      }
    >
  >
}

export interface Recording {
  readonly steps: readonly RecordedStep[]
}

/** A copy of a fixture in a folder of its own, which is removed in the end. */
export async function copyOfFixture(name: string): Promise<{ readonly dir: string } & AsyncDisposable> {
  const top = await mkdtemp(join(tmpdir(), 'tdbt-run-'))
  const dir = join(top, 'project')
  await cp(new URL(`../fixtures/${name}`, import.meta.url), dir, { recursive: true })
  return { dir, [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true }) }
}

export async function recordingOf(name: string): Promise<Recording> {
  return JSON.parse(await readFile(new URL(`../fixtures/${name}/expected.json`, import.meta.url), 'utf8')) as Recording
}

/** `--vars` of the recorded steps: flow mappings of plain words and numbers. */
function varsOf(text: string): JsonObject {
  const pairs = text
    .replace(/^\{|\}$/g, '')
    .split(',')
    .map((pair) => pair.split(':').map((part) => part.trim()))
  const value = (word = '') => (word === 'true' ? true : /^\d+$/.test(word) ? Number(word) : word)
  return Object.fromEntries(pairs.map(([key = '', word]) => [key, value(word)]))
}

/** Runs the command line of a recorded step. */
export async function runStep(
  dir: string,
  step: RecordedStep,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly target?: string },
): Promise<RunProjectResult> {
  const after = (name: string) => {
    const at = step.args.indexOf(name)
    return at < 0 ? undefined : step.args[at + 1]
  }
  const select = after('--select')
  const exclude = after('--exclude')
  const vars = after('--vars')
  await rm(join(dir, 'target', 'compiled'), { recursive: true, force: true })
  return await runProject({
    dir,
    command: step.args[0] as RunCommand,
    select: select === undefined ? [] : [select],
    exclude: exclude === undefined ? [] : [exclude],
    vars: vars === undefined ? {} : varsOf(vars),
    flags: {
      fullRefresh: step.args.includes('--full-refresh'),
      empty: step.args.includes('--empty'),
      eventTimeStart: after('--event-time-start') ?? null,
      eventTimeEnd: after('--event-time-end') ?? null,
    },
    ...options,
  })
}

/** All files below a folder with their texts, paths relative to it. */
async function textsBelow(dir: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    texts[path.slice(dir.length + 1)] = await readFile(path, 'utf8')
  }
  return texts
}

async function relationsOf(engine: Engine): Promise<RecordedStep['relations']> {
  const session = await engine.acquire('look')
  const relations: Record<string, RecordedStep['relations'][string]> = {}
  try {
    const listed = await session.execute(
      "select n.nspname, c.relname, c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r','v','m') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2",
    )
    for (const [schema, name, kind] of listed.rows.map((row) => row.map(String))) {
      const attributes = await session.execute(
        `select attname::text, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '"${schema}"."${name}"'::regclass and attnum > 0 and not attisdropped order by attnum`,
      )
      const columns = attributes.rows.map((row) => [String(row[0]), String(row[1])] as const)
      const timed = (column: string) => (column.startsWith('dbt_') && column !== 'dbt_valid_to') || column === 'at'
      const kept = columns.filter(([column]) => !timed(column)).map(([column]) => `"${column}"`)
      const rows = await session.execute(
        `select to_jsonb(t)::text from (select ${kept.join(', ')} from "${schema}"."${name}") t order by to_jsonb(t)::text collate "C"`,
      )
      relations[`${schema}.${name}`] = { kind: kind ?? '', columns, rows: rows.rows.map((row) => String(row[0])) }
    }
  } finally {
    await session.release()
  }
  return relations
}

/** Holds an outcome, the compiled files and the database against what dbt left. */
export async function expectAsRecorded(
  dir: string,
  outcome: RunProjectResult,
  step: RecordedStep,
  engine: Engine,
  database: string,
): Promise<void> {
  const same = (text: string | null) => text?.replaceAll(database, 'DB').replaceAll(dir, 'DIR') ?? null
  // The text around a model's SQL is tdbt's own, so lines of the executed text are counted otherwise.
  // So are the macros that an error passes through.
  const unnumbered = (text: string | null) =>
    text
      ?.replaceAll('\r\n', '\n')
      .replace(/LINE \d+: /, 'LINE: ')
      .replace(/\n +\^/, '\n^')
      .replace(/\n *(\n *> (in|called by) .*)+/g, '') ?? null
  const results = Object.fromEntries(
    outcome.results.map((result) => [
      result.unique_id,
      [result.status, unnumbered(same(result.message)), result.failures],
    ]),
  )
  const recorded = Object.fromEntries(
    Object.entries(step.results).map(([id, [status, message, failures]]) => [
      id,
      [status, unnumbered(message), failures],
    ]),
  )
  expect(results).toEqual(recorded)
  expect(outcome.success ? 0 : 1).toBe(step.exit)
  const compiled = Object.fromEntries(
    Object.entries(await textsBelow(join(dir, 'target', 'compiled'))).map(([path, text]) => [path, same(text)]),
  )
  for (const [path, text] of Object.entries(step.compiled)) expect(compiled[path], path).toBe(text)
  expect(Object.keys(compiled).sort()).toEqual(Object.keys(step.compiled).sort())
  expect(await relationsOf(engine)).toEqual(step.relations)
}
