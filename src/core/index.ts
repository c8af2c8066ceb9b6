export { DBT_VERSION } from './dbt-version.ts'
export { ERROR_CODES, type ErrorCode } from './error-codes.ts'
export { type ErrorDetails, type MacroCall, type SourceLocation, TdbtError, TdbtErrors } from './errors.ts'
export type { EventSink, LogLevel, RunEvent } from './events.ts'
export {
  type CsvSpec,
  type ExportSpec,
  extensionOf,
  fileExtension,
  type LocateKey,
  readExportSpec,
} from './export-spec.ts'
export { asTdbtError, codeFrame, formatError } from './format-error.ts'
export { isJsonObject, type Json, type JsonObject } from './json.ts'
export type { ConnectionOrigin, CsvOptions, FilesOrigin, LoadMode, LoadSpec } from './load-spec.ts'
export type { MacroHead, MacroHeadCall } from './macro-head.ts'
export { findResource, graphResources, type Manifest, type ManifestMetadata } from './manifest.ts'
export type * from './nodes.ts'
export type { Flags, Invocation, ProjectConfig, TargetConfig } from './project.ts'
export { type LoadSpecContext, readLoadSpec } from './read-load-spec.ts'
export type { AdapterResponse, CompiledNode, FreshnessResult, NodeResult, NodeStatus, Timing } from './results.ts'
export { SECRET_PREFIX, scrubSecrets, secretValues } from './secrets.ts'
export { nearest } from './suggest.ts'
export { isEscalated } from './warn-error.ts'
