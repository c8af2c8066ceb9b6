import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadAdapter } from '../../adapters/index.ts'
import { writeText } from '../../artifacts/index.ts'
import { type JsonObject, type ProjectConfig, TdbtError, TdbtErrors } from '../../core/index.ts'
import {
  type ChunkSource,
  fakerVersion,
  filesOf,
  type GeneratedTable,
  type GeneratorSpec,
  generateTables,
  localChunks,
  METADATA_FILE,
  mergeMetadata,
  OUTPUT_FORMATS,
  type OutputFormat,
  progress,
  readGeneratorSpec,
  specMetadata,
  type WrittenTable,
  workerChunks,
  writeFiles,
  writeTables,
} from '../../generate/index.ts'
import { loadProfile } from '../../project/index.ts'
import type { CommandContext, CommandRun } from '../command.ts'
import { targetDirOf } from '../open-project.ts'
import { csvToParquet } from './generate-parquet.ts'

/** Rows from which on threads are worth their start (0.2 s). */
const WORTH_A_THREAD = 100_000
/** How often a run that nobody watches on a terminal says how far it is. */
const LINE_EVERY_MS = 10_000
const STATUS_EVERY_MS = 200

interface Plan {
  readonly spec: GeneratorSpec
  readonly tables: readonly GeneratedTable[]
  readonly format: OutputFormat
  /** Absolute, for files. */
  readonly folder: string
}

type Profile = Awaited<ReturnType<typeof loadProfile>>

/**
 * Writes the tables of the project's generator specs (generate-paths, default `generate/`) to the target, or as files. All specs
 * are read and checked before a row is written; what is wrong in any of them is shown together.
 */
export const generate: CommandRun = async (context) => {
  const { given, invocation } = context
  const profile = await loadProfile({ invocation, adapterFor: loadAdapter })
  const scale = given.number('scale') ?? 1
  if (!(scale > 0)) throw new TdbtError('T0002', '--scale must be above 0.', { found: String(scale) })
  const plans = await readPlans(context, profile.config, scale)
  const files = plans.filter((plan) => plan.format !== 'target')
  const tables = plans.filter((plan) => plan.format === 'target')
  for (const plan of files)
    await run(context, profile, plan, scale, (source, onProgress) => toFiles(plan, source, onProgress))
  if (tables.length > 0) await toTarget(context, profile, tables, scale)
  return 0
}

async function readPlans(context: CommandContext, config: ProjectConfig, scale: number): Promise<readonly Plan[]> {
  const { given, positionals } = context
  const wanted = formatOf(given.string('output'))
  const plans: Plan[] = []
  const errors: TdbtError[] = []
  for (const file of await specFiles(config.root, config.raw['generate-paths'], positionals[0])) {
    try {
      const spec = readGeneratorSpec(relative(config.root, file), await readFile(file, 'utf8'))
      const format = wanted ?? spec.output.format
      const folder = resolve(config.root, given.string('folder') ?? spec.output.folder)
      plans.push({ spec, tables: generateTables(spec, { scale }), format, folder })
    } catch (error) {
      if (!(error instanceof TdbtError)) throw error
      errors.push(error)
    }
  }
  if (errors.length > 1) throw new TdbtErrors(errors)
  if (errors[0]) throw errors[0]
  return plans
}

function formatOf(word: string | undefined): OutputFormat | undefined {
  if (word === undefined) return undefined
  const found = OUTPUT_FORMATS.find((format) => format === word)
  if (found) return found
  throw new TdbtError('T0002', 'tdbt generate has no such --output.', {
    found: word,
    expected: OUTPUT_FORMATS.join(', '),
  })
}

async function toTarget(
  context: CommandContext,
  profile: Profile,
  plans: readonly Plan[],
  scale: number,
): Promise<void> {
  const { invocation, printer, terminal, signal } = context
  const { config, target, adapter } = profile
  if (!adapter.capabilities.bulkLoad) {
    throw new TdbtError('T5007', `Rows cannot be streamed into ${adapter.type}.`, {
      hint: 'Write files: `tdbt generate --output csv` or `--output parquet`.',
    })
  }
  const engine = await adapter.open({
    target,
    projectRoot: config.root,
    env: invocation.env,
    emit: printer.emit,
    applicationName: `tdbt/${terminal.version} ${invocation.invocationId}`,
  })
  const onWarning = (message: string): void => printer.line(message, 'warn', 'GenerateWarning')
  try {
    for (const plan of plans) {
      await run(context, profile, plan, scale, (source, onProgress) =>
        writeTables(engine, plan.spec.schema, plan.tables, source, { signal, onProgress, onWarning }),
      )
    }
  } finally {
    await engine.close()
  }
}

/** Files of an earlier run of the spec that this one did not write (another day, another form) are removed. */
async function toFiles(
  plan: Plan,
  source: ChunkSource,
  onProgress: (rows: number) => void,
): Promise<readonly WrittenTable[]> {
  const before = filesOf(await textOf(join(plan.folder, METADATA_FILE)), plan.spec.name)
  const convert = plan.format === 'parquet' ? { extension: 'parquet', run: csvToParquet } : undefined
  const written = await writeFiles(plan.folder, plan.tables, source, { onProgress, convert })
  const now = new Set(written.flatMap((table) => table.files.map((file) => file.path)))
  for (const path of before) {
    // What a hand-edited metadata file names elsewhere stays.
    if (!now.has(path) && basename(path) === path) await rm(join(plan.folder, path), { force: true })
  }
  return written
}

/** One spec: chunks from this thread or from workers, progress, the lines about it, and its metadata. */
async function run(
  context: CommandContext,
  { config, target }: Profile,
  plan: Plan,
  scale: number,
  write: (source: ChunkSource, onProgress: (rows: number) => void) => Promise<readonly WrittenTable[]>,
): Promise<void> {
  const { invocation, printer, terminal } = context
  const { spec } = plan
  const startedAt = invocation.now()
  const rowCounts = plan.tables.map((table) => table.rowCount)
  const state = progress(
    spec.name,
    rowCounts.reduce((a, b) => a + b, 0),
    () => invocation.now().getTime(),
  )
  const say = speaker(context, state.text)
  await using source = chunkSource(context, plan, scale, rowCounts)
  let written: readonly WrittenTable[]
  try {
    written = await write(source, (rows) => {
      state.add(rows)
      say()
    })
  } finally {
    printer.status?.(undefined)
  }
  const place = plan.format === 'target' ? spec.schema : relative(config.root, plan.folder) || '.'
  for (const table of written) {
    const files = table.files.length > 1 ? ` in ${table.files.length} files` : ''
    const name = plan.format === 'target' ? `${place}.${table.name}` : `${place}/${table.name}`
    printer.line(`Wrote ${name}: ${table.rows.toLocaleString('en')} rows${files}`, 'info', 'TableGenerated')
  }
  const seconds = (invocation.now().getTime() - startedAt.getTime()) / 1000
  const rows = written.reduce((sum, table) => sum + table.rows, 0)
  const entry = specMetadata({
    spec,
    scale,
    written,
    output:
      plan.format === 'target'
        ? { format: plan.format, target: target.targetName, type: target.type, schema: spec.schema }
        : { format: plan.format, folder: place },
    startedAt,
    seconds,
    versions: { tdbt: terminal.version, faker: fakerVersion() },
  })
  const beside = plan.format === 'target' ? targetDirOf(context, config) : plan.folder
  const file = plan.format !== 'target' || invocation.flags.writeJson ? await writeMetadata(beside, entry) : null
  printer.line(
    `Generated ${rows.toLocaleString('en')} rows of '${spec.name}' in ${seconds.toFixed(2)}s${file === null ? '' : `; checksums in ${relative(config.root, file)}`}`,
    'info',
    'Generated',
  )
}

async function writeMetadata(folder: string, entry: JsonObject): Promise<string> {
  const file = join(folder, METADATA_FILE)
  await mkdir(folder, { recursive: true })
  await writeText(file, `${JSON.stringify(mergeMetadata(await textOf(file), [entry]), null, 2)}\n`)
  return file
}

async function textOf(file: string): Promise<string | null> {
  return existsSync(file) ? await readFile(file, 'utf8') : null
}

/** `--threads` worker threads; else as many as there are cores beside this thread's, and none for few rows. */
function chunkSource(
  { given, signal }: CommandContext,
  plan: Plan,
  scale: number,
  rowCounts: readonly number[],
): ChunkSource {
  const program = workerProgram()
  const worth = rowCounts.reduce((a, b) => a + b, 0) >= WORTH_A_THREAD
  const workers = given.number('threads') ?? (worth ? Math.min(3, Math.max(1, availableParallelism() - 1)) : 0)
  if (program === undefined || !(workers >= 1)) return localChunks(plan.tables, { signal })
  return workerChunks({
    program,
    spec: plan.spec,
    scale,
    rowCounts,
    workers: Math.min(64, Math.floor(workers)),
    signal,
  })
}

/** The thread's program beside this file's bundle; undefined where the sources run unbundled. */
function workerProgram(): URL | undefined {
  return ['./generate-worker.js', '../generate-worker.js']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(fileURLToPath(url)))
}

/** On a terminal a line at its foot, elsewhere a line now and then. */
function speaker({ invocation, printer, terminal }: CommandContext, text: () => string): () => void {
  const live = terminal.stdout.isTTY === true && printer.status !== undefined
  let nextMs = invocation.now().getTime() + (live ? 0 : LINE_EVERY_MS)
  return () => {
    const nowMs = invocation.now().getTime()
    if (nowMs < nextMs) return
    nextMs = nowMs + (live ? STATUS_EVERY_MS : LINE_EVERY_MS)
    if (live) printer.status?.(text())
    else printer.line(text(), 'info', 'GenerateProgress')
  }
}

async function specFiles(root: string, configured: unknown, wanted: string | undefined): Promise<readonly string[]> {
  const folders = Array.isArray(configured) ? configured.map(String) : ['generate']
  const files: string[] = []
  for (const folder of folders) {
    const dir = join(root, folder)
    if (!existsSync(dir)) continue
    for (const name of (await readdir(dir)).sort()) {
      if (/\.ya?ml$/.test(name)) files.push(join(dir, name))
    }
  }
  const nameOf = (file: string): string => basename(file).replace(/\.ya?ml$/, '')
  const chosen = wanted === undefined ? files : files.filter((file) => nameOf(file) === wanted)
  if (chosen.length === 0) {
    throw new TdbtError(
      'T8001',
      wanted === undefined ? 'The project has no generator spec.' : `There is no generator spec '${wanted}'.`,
      {
        found: files.map(nameOf).join(', ') || 'no YAML file',
        expected: `a file in ${folders.join(', ')}`,
        hint: 'Write one: docs/guide.md shows how.',
      },
    )
  }
  return chosen
}
