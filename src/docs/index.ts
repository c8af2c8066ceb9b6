/** The public door of docs/. Nothing outside the room imports its other files. */
export type { DocsInput, DocsRun } from './build-site-data.ts'
export { type DocsServer, serveDocs } from './serve.ts'
export { writeDocsSite } from './write-docs-site.ts'
