export type { StdlibFile } from './load-stdlib.ts'
export { loadStdlib, loadStdlibDocs } from './load-stdlib.ts'
