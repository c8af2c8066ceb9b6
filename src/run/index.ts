/**
 * The public door of run/. Nothing outside the room imports its other files.
 *
 *     executeNodes(options: ExecuteOptions): Promise<RunOutcome>
 *     runOperation(options: RunOperationOptions): Promise<RunOperationOutcome>
 *     readCatalog(options: CatalogOptions): Promise<readonly CatalogRow[]>
 */
export type * from './options.ts'
