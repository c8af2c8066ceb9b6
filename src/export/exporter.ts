import { createHash } from 'node:crypto'
import type { Engine, ResultColumn, Session } from '../adapters/interface.ts'
import {
  type AdapterResponse,
  asTdbtError,
  type EventSink,
  type ExportSpec,
  type ExposureNode,
  extensionOf,
  fileExtension,
  type Invocation,
  type JsonObject,
  type Manifest,
  TdbtError,
} from '../core/index.ts'
import { openStore, parseStoreUrl, type Store, splitStoreUrl } from '../store/index.ts'
import { type ExportManifest, exportManifest, manifestPaths } from './export-manifest.ts'
import { exportRows, type WrittenFile } from './export-rows-session.ts'
import { type ExportedRelation, exposureRelations, exposureSpec, isExport } from './exposure-export.ts'

export interface ExporterOptions {
  readonly invocation: Invocation
  /** Absolute folder that relative targets begin at: the project's. */
  readonly base: string
  /** DuckDB in memory, for Parquet; opened when it is first needed and closed by `close`. */
  readonly openDuckdb: () => Promise<Engine>
  /** Settings of a connection by its name. */
  readonly connectionFor: (name: string) => Promise<JsonObject>
}

export interface ExportRequest {
  readonly relation: ExportedRelation
  readonly spec: ExportSpec
  /** Who asks, for messages: `Exposure 'x'`. */
  readonly owner: string
  readonly engine: Engine
  readonly emit: EventSink
  readonly signal?: AbortSignal | undefined
}

export interface ExportOutcome {
  readonly manifest: ExportManifest
  /** The files' addresses. */
  readonly places: readonly string[]
}

/** What a run gives for an exposure; of run/'s shape. */
export interface ExposureWork {
  readonly node: ExposureNode
  readonly engine: Engine
  readonly manifest: Manifest
  readonly invocation: Invocation
  readonly emit: EventSink
  readonly signal: AbortSignal | undefined
}

export interface ExposureOutcome {
  readonly status: 'success' | 'no-op'
  readonly message: string
  readonly adapterResponse: AdapterResponse
}

/** Exports for one invocation. Fits run/'s `ResourceRunner` of exposures. */
export interface Exporter {
  accepts(node: ExposureNode): boolean
  /** Exports what the exposure depends on. A no-op with --empty: a report is not replaced by one without rows. */
  run(work: ExposureWork): Promise<ExposureOutcome>
  /**
   * Writes one relation's rows, then the manifest beside them, then takes away files that the last export had and this one has not. Errors: T8030,
   * T8031, those of the store and of the engine; the old files stay.
   */
  exportRelation(request: ExportRequest): Promise<ExportOutcome>
  close(): Promise<void>
}

export function createExporter(options: ExporterOptions): Exporter {
  let duckdb: Promise<Engine> | null = null
  const openDuckdb = (): Promise<Engine> => {
    duckdb ??= options.openDuckdb()
    return duckdb
  }
  const exportRelation = (request: ExportRequest): Promise<ExportOutcome> => exportOne(options, openDuckdb, request)
  return {
    accepts: isExport,
    exportRelation,
    async run({ node, engine, manifest, emit, signal }) {
      const spec = exposureSpec(node)
      const relations = exposureRelations(node, manifest, spec)
      if (options.invocation.flags.empty) {
        return { status: 'no-op', message: 'NO-OP (--empty)', adapterResponse: {} }
      }
      const owner = `Exposure '${node.name}'`
      const outcomes: ExportOutcome[] = []
      for (const relation of relations) {
        outcomes.push(await exportRelation({ relation, spec, owner, engine, emit, signal }))
      }
      return { status: 'success', ...summary(outcomes) }
    },
    async close() {
      const opened = duckdb
      duckdb = null
      const engine = await opened?.catch(() => null)
      await engine?.close()
    },
  }
}

/** What is said of exports, in words and as an adapter's response. */
export function summary(outcomes: readonly ExportOutcome[]): Pick<ExposureOutcome, 'message' | 'adapterResponse'> {
  const sum = (of: (manifest: ExportManifest) => number): number =>
    outcomes.reduce((total, { manifest }) => total + of(manifest), 0)
  const rows = sum((manifest) => manifest.rows)
  const files = outcomes.flatMap((outcome) => outcome.places)
  const message = `EXPORT ${rows} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`
  return {
    message,
    adapterResponse: {
      _message: message,
      code: 'EXPORT',
      rows_affected: rows,
      bytes: sum((manifest) => manifest.bytes),
      files: files.slice(0, 100),
      query_id: outcomes.map(({ manifest }) => manifest.query_id).join(', '),
    },
  }
}

/** The columns of a relation. Throws T8031 for one that was not built. */
async function describe(
  session: Session,
  { name, relation }: ExportedRelation,
  owner: string,
): Promise<readonly ResultColumn[]> {
  try {
    return (await session.execute(`select * from ${relation} as exported limit 0`)).columns
  } catch (error) {
    const { code, message, details } = asTdbtError(error)
    if (code !== 'T5003' || relation.startsWith('(') || !/does not exist/i.test(message)) throw error
    throw new TdbtError('T8031', `${owner}: there is no ${relation} in the database`, {
      ...details,
      found: message.split('\n')[0],
      expected: 'a table or view',
      hint: `Build it first: tdbt build -s ${name}.`,
      cause: error,
    })
  }
}

async function exportOne(
  options: ExporterOptions,
  openDuckdb: () => Promise<Engine>,
  request: ExportRequest,
): Promise<ExportOutcome> {
  const { spec, relation, engine, owner, signal } = request
  const { store, file } = await placeOf(options, spec, relation.name, request.emit)
  const session = await engine.acquire(`export.${relation.name}`, signal)
  let columns: Awaited<ReturnType<typeof session.execute>>['columns']
  let files: readonly WrittenFile[]
  try {
    columns = await describe(session, relation, owner)
    refuseDoubleNames(
      columns.map((column) => column.name),
      owner,
    )
    const key = spec.partitionBy.length === 0 ? file : `${safeName(relation.name)}/`
    files = await exportRows({
      engine,
      session,
      from: relation.relation,
      columns,
      spec,
      owner,
      store,
      key,
      openDuckdb,
      extensions: options.invocation.env['TDBT_DUCKDB_EXTENSIONS'],
      signal,
    })
  } catch (error) {
    signal?.throwIfAborted()
    const known = asTdbtError(error)
    throw known.code === 'T0001' && error instanceof Error
      ? new TdbtError('T8031', `${owner}: ${error.message}`, { cause: error })
      : error
  } finally {
    await session.release()
  }
  const manifest = exportManifest({
    name: relation.name,
    relation: relation.relation,
    spec,
    exportedAt: options.invocation.now(),
    invocationId: options.invocation.invocationId,
    queryId: createHash('sha256')
      .update(`${relation.relation}\n${JSON.stringify(spec)}`)
      .digest('hex')
      .slice(0, 16),
    columns,
    files,
  })
  await writeManifest(store, `_${file}.json`, manifest)
  return { manifest, places: files.map((each) => store.locate(each.key)) }
}

/** Where the files go: the store of the target's folder, and the key of a file in it. */
async function placeOf(
  options: ExporterOptions,
  spec: ExportSpec,
  name: string,
  emit: EventSink,
): Promise<{ readonly store: Store; readonly file: string }> {
  const connection = spec.connection === null ? undefined : await options.connectionFor(spec.connection)
  const isFile = fileExtension(spec.to) !== undefined
  const whole =
    isFile || parseStoreUrl(spec.to, options.base).scheme === 's3' || spec.to.endsWith('/') ? spec.to : `${spec.to}/`
  const { root, key } = isFile ? splitStoreUrl(whole, options.base) : { root: whole, key: '' }
  const store = await openStore(root, { env: options.invocation.env, base: options.base, connection, emit })
  return { store, file: key === '' ? `${safeName(name)}${extensionOf(spec)}` : key }
}

/** A relation's name as a file's. */
function safeName(name: string): string {
  return name.replace(/[/\\]|\p{Cc}/gu, '_')
}

function refuseDoubleNames(names: readonly string[], owner: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new TdbtError('T8030', `${owner}: two columns are named '${twice}'`, {
    found: names.join(', '),
    hint: 'Give them names of their own.',
  })
}

async function writeManifest(store: Store, key: string, manifest: ExportManifest): Promise<void> {
  const before = (await store.stat(key)) === null ? [] : manifestPaths(await textOf(store, key))
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await store.write(key, [new TextEncoder().encode(text)], { contentType: 'application/json' })
  const now = new Set(manifest.files.map((file) => file.path))
  for (const path of before) if (!now.has(path)) await store.delete(path)
}

async function textOf(store: Store, key: string): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of store.read(key)) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}
