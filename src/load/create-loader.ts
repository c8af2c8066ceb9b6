import type { Adapter, Engine } from '../adapters/interface.ts'
import {
  type EventSink,
  type Invocation,
  type LoadSpec,
  readLoadSpec,
  type SourceNode,
  type TargetConfig,
  TdbtError,
} from '../core/index.ts'
import { storeConnection } from '../store/index.ts'
import { openCsvFeed } from './csv-feed.ts'
import type { Feed, LoadJob } from './job.ts'
import { type LoadReport, reportResponse } from './load-report.ts'
import { ensureState, loadedFiles } from './load-state.ts'
import { canonicalTypes, loadTable } from './load-table.ts'
import { openQueryFeed } from './query-feed.ts'
import { listFiles, type SourceFile } from './source-file.ts'
import { tableNames } from './table-names.ts'
import { openTypedFiles } from './typed-files.ts'

export interface LoaderOptions {
  /** Absolute folder of the project. */
  readonly projectRoot: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: EventSink
  readonly applicationName: string
  /** A connection by its name. Throws T1005, T1006. */
  readonly connection: (name: string) => TargetConfig
  readonly adapterFor: (type: string) => Promise<Adapter>
  /** Files are loaded though they were before. */
  readonly force: boolean
}

/** What a load is carried out with: what run/ gives a runner of sources. */
export interface LoaderWork {
  readonly node: SourceNode
  readonly engine: Engine
  readonly invocation: Invocation
  readonly emit: EventSink
  readonly signal: AbortSignal | undefined
}

/** Loads sources; keeps the connections it opened until it is closed. */
export interface Loader extends AsyncDisposable {
  /** True for a source with a `load:` block. */
  accepts(node: SourceNode): boolean
  run(work: LoaderWork): Promise<{
    readonly status: 'success' | 'no-op'
    readonly message: string
    readonly adapterResponse: ReturnType<typeof reportResponse>
  }>
  /** Of all loads so far, in the order of their ends. */
  readonly reports: readonly LoadReport[]
  close(): Promise<void>
}

/** The loader of one run. Opens nothing until a load asks for it. */
export function createLoader(options: LoaderOptions): Loader {
  return new ProjectLoader(options)
}

class ProjectLoader implements Loader {
  readonly reports: LoadReport[] = []
  readonly #options: LoaderOptions
  readonly #engines = new Map<string, Promise<Engine>>()
  /** State tables are made one after the other: engines refuse the second of two who make one at once. */
  #stateTail: Promise<void> = Promise.resolve()

  constructor(options: LoaderOptions) {
    this.#options = options
  }

  accepts(node: SourceNode): boolean {
    return typeof node.config['load'] === 'object' && node.config['load'] !== null
  }

  async run(work: LoaderWork): ReturnType<Loader['run']> {
    const report = await this.#load(work)
    this.reports.push(report)
    const adapterResponse = reportResponse(report)
    return {
      status: report.status === 'loaded' ? 'success' : 'no-op',
      message: adapterResponse._message,
      adapterResponse,
    }
  }

  async #load({ node, engine, invocation, emit, signal }: LoaderWork): Promise<LoadReport> {
    const title = `Source '${node.source_name}.${node.name}'`
    const spec = specOf(node, title)
    const { dialect, capabilities } = engine.adapter
    if (!capabilities.bulkLoad) {
      throw new TdbtError('T5007', `${title}: ${engine.adapter.type} takes no bulk loads`, {
        hint: 'Load into Postgres, the embedded engine or DuckDB.',
      })
    }
    const files = spec.origin.kind === 'files' ? await this.#files(spec, title, signal) : []
    const names = tableNames(node, dialect)
    const session = await engine.acquire(node.unique_id, signal)
    try {
      const declared = await canonicalTypes(session, title, spec.columns)
      const ready = this.#stateTail.then(() => ensureState(session, dialect, names))
      this.#stateTail = ready.catch(() => undefined)
      await ready
      return await loadTable({
        node,
        spec,
        title,
        engine,
        dialect,
        session,
        names,
        invocation,
        emit,
        signal,
        loadedAt: invocation.now().toISOString(),
        anew: invocation.flags.fullRefresh,
        force: this.#options.force,
        declared,
        openFeed: (job) => this.#openFeed(job, files, declared),
      })
    } finally {
      if (session.inTransaction) await session.rollback().catch(() => undefined)
      await session.release()
    }
  }

  async #files(spec: LoadSpec, title: string, signal: AbortSignal | undefined): Promise<readonly SourceFile[]> {
    if (spec.origin.kind !== 'files') return []
    const { projectRoot: root, env } = this.#options
    const { files: patterns, connection: named } = spec.origin
    const connection = named === null ? undefined : storeConnection(named, this.#options.connection(named))
    const files = await listFiles(patterns, { root, env, connection, signal })
    if (files.length > 0) return files
    throw new TdbtError('T8011', `${title}: no file matches ${patterns.join(', ')}`, {
      found: 'no file',
      expected: `files below ${root}, or at the address`,
      hint: 'Paths are read from the folder of the project file; * stands for any name.',
    })
  }

  async #openFeed(
    job: LoadJob,
    files: readonly SourceFile[],
    declared: Readonly<Record<string, string>>,
  ): Promise<Feed> {
    const { origin } = job.spec
    if (origin.kind === 'connection') {
      const source = await this.#engine(origin.connection)
      const { dialect } = source.engine.adapter
      const schema = origin.schema ?? source.schema
      const from =
        origin.query === null
          ? `${dialect.quote(schema)}.${dialect.quote(origin.table ?? '')}`
          : `(${origin.query.trim().replace(/;+\s*$/, '')}\n) as origin`
      const label =
        origin.query === null ? `${origin.connection}: ${schema}.${origin.table ?? ''}` : `${origin.connection}: query`
      const incremental = job.spec.mode === 'incremental' || job.spec.mode === 'last_batch'
      return await openQueryFeed(job, { engine: source.engine, from, label, incremental })
    }
    const { session, dialect, names, spec, anew, force } = job
    const once = (spec.mode === 'append' || spec.mode === 'last_batch') && !anew && !force && job.existing !== null
    const known = once ? await loadedFiles(session, dialect, names) : new Set<string>()
    const last = spec.mode === 'last_batch' && spec.batch === 'file' ? files.slice(-1) : files
    if (origin.format === 'csv') return await openCsvFeed(job, origin, last, known, declared)
    return await openTypedFiles(job, origin.format, last, known, () => this.#fileEngine())
  }

  /** An in-memory DuckDB, which reads Parquet and JSON. */
  async #fileEngine(): Promise<Engine> {
    const target: TargetConfig = {
      profileName: 'load',
      targetName: 'files',
      type: 'duckdb',
      database: '',
      schema: 'main',
      threads: 1,
      credentials: { path: ':memory:' },
    }
    return await this.#open('\0files', target)
  }

  async #engine(name: string): Promise<{ readonly engine: Engine; readonly schema: string }> {
    const target = this.#options.connection(name)
    return { engine: await this.#open(name, target), schema: target.schema }
  }

  async #open(name: string, target: TargetConfig): Promise<Engine> {
    const { adapterFor, projectRoot, env, emit, applicationName } = this.#options
    const known = this.#engines.get(name)
    if (known !== undefined) return await known
    const opening = adapterFor(target.type).then((adapter) =>
      adapter.open({ target: adapter.completeTarget?.(target) ?? target, projectRoot, env, emit, applicationName }),
    )
    this.#engines.set(name, opening)
    return await opening
  }

  async close(): Promise<void> {
    const open = [...this.#engines.values()]
    this.#engines.clear()
    for (const opening of open) {
      // One that did not open has nothing to close; its load has told why.
      const engine = await opening.catch(() => undefined)
      await engine?.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** The load of a source as parsing has checked it. */
function specOf(node: SourceNode, title: string): LoadSpec {
  const types = Object.values(node.columns).flatMap(({ name, data_type }) =>
    data_type === null ? [] : [[name, data_type] as const],
  )
  return readLoadSpec(node.config['load'], {
    table: node.identifier,
    source: node.source_name,
    columnTypes: Object.fromEntries(types),
    fail: (_, message, details) =>
      new TdbtError('T8010', `${title}: ${message}`, { ...details, nodeId: node.unique_id }),
  })
}
