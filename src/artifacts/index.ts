/**
 * The public door of artifacts/, the only writer of target/. Nothing outside the room imports its other files.
 * Every writer takes the absolute target folder, writes a temporary file and renames it, and throws T7002.
 */
export { catalogJson, writeCatalog } from './catalog-json.ts'
export { graphSummaryJson, writeGraphSummary } from './graph-summary-json.ts'
export type {
  CatalogInput,
  ManifestInput,
  ProducedText,
  RunResultsInput,
  SourcesInput,
} from './inputs.ts'
export { writeLoadResults } from './load-results-json.ts'
export { manifestJson, writeManifest } from './manifest-json.ts'
export { producedWriter } from './produced-writer.ts'
export { readManifest } from './read-manifest.ts'
export { readPreviousState } from './read-previous-state.ts'
export { type RunResultsFile, readRunResults } from './read-run-results.ts'
export { runResultsJson, writeRunResults } from './run-results-json.ts'
export { semanticManifestJson, writeSemanticManifest } from './semantic-manifest-json.ts'
export { sourcesJson, writeSources } from './sources-json.ts'
export { writeText } from './write-text.ts'
