/**
 * The public door of artifacts/, the only writer of target/. Nothing outside the room imports its other files.
 * Every writer takes the absolute target folder, writes a temporary file and renames it, and throws T7002.
 *
 *     manifestJson(input: ManifestInput): JsonObject
 *     writeManifest(targetDir: string, input: ManifestInput): Promise<void>          manifest.json
 *     writeSemanticManifest(targetDir: string, manifest: Manifest): Promise<void>    semantic_manifest.json
 *     writeGraphSummary(targetDir: string, manifest: Manifest, dag: Dag, invocation: Invocation): Promise<void>   graph_summary.json
 *     runResultsJson(input: RunResultsInput): JsonObject
 *     writeRunResults(targetDir: string, input: RunResultsInput): Promise<void>      run_results.json
 *     writeSources(targetDir: string, input: SourcesInput, file?: string): Promise<void>   sources.json, or `--output`
 *     catalogJson(input: CatalogInput): JsonObject
 *     writeCatalog(targetDir: string, input: CatalogInput): Promise<void>            catalog.json
 *     writeProduced(targetDir: string, file: ProducedText): Promise<void>            compiled/…, run/…
 *     readPreviousState(stateDir: string, targetDir?: string): Promise<PreviousState>   T7001 on a broken file; missing files are null
 *     readManifest(file: string): Promise<Manifest>                                  any version from v4 on, dbt's or tdbt's
 *     readRunResults(file: string): Promise<RunResultsFile>                          for retry: results and args
 */
export type {
  CatalogInput,
  FreshnessEntry,
  ManifestInput,
  ProducedText,
  RunResultsInput,
  SourcesInput,
} from './inputs.ts'
