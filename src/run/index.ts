/** The public door of run/. Nothing outside the room imports its other files. */
export { executeNodes } from './execute-nodes.ts'
export type * from './options.ts'
export { type PlannedNode, planRun, type RunPlan, type Stage } from './plan.ts'
export { readCatalog } from './read-catalog.ts'
export type { ResourceOutcome, ResourceRunner, ResourceRunners, ResourceWork } from './resource-runners.ts'
export { runOperation } from './run-operation.ts'
