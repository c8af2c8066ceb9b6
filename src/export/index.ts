export type { ExportManifest } from './export-manifest.ts'
export {
  createExporter,
  type Exporter,
  type ExporterOptions,
  type ExportOutcome,
  type ExportRequest,
  summary,
} from './exporter.ts'
export { type ExportedRelation, exposureRelations, exposureSpec, isExport } from './exposure-export.ts'
