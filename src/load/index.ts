export { createLoader, type Loader, type LoaderOptions, type LoaderWork } from './create-loader.ts'
export type { LoadReport } from './load-report.ts'
