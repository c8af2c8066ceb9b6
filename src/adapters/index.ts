export type * from './interface.ts'
export { adapterTypes, loadAdapter } from './load-adapter.ts'
