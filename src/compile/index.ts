/** The public door of compile/. Nothing outside the room imports its other files. */
export { getRelation, knownRelation, relationsOfRows } from './adapter-relations.ts'
export type { Batch } from './batch.ts'
export { type CompileOptions, type CompileOverride, compileNode, storesFailures } from './compile-node.ts'
export { ConfigObject } from './config-object.ts'
export {
  type Answered,
  type Answerer,
  Connection,
  type ConnectionOptions,
  type StatementOptions,
} from './connection.ts'
export { modelVariable } from './model-variable.ts'
export { textPath } from './node-paths.ts'
export { RelationCache } from './relation-cache.ts'
export { noteDropped, noteRenamed } from './relation-changes.ts'
export type { NamedRelation, RelationFilters, Relations } from './relations.ts'
export { deferred, pythonTimestamp } from './resolvers.ts'
export { pending, settle, wait } from './resumable.ts'
export {
  type CompiledEntry,
  changedRuntime,
  createRuntime,
  type EventTimeWindow,
  type Runtime,
  type RuntimeOptions,
} from './runtime.ts'
export type { RuntimeProject } from './runtime-project.ts'
export { createScope, findMacro, type Scope } from './scope.ts'
export { ResponseObject, SqlResults } from './sql-results.ts'
export { compileUnitTest, planUnitTest, type UnitTestPlan } from './unit-test.ts'
export { macroVariables, nodeVariables, targetPath, writeExecuted } from './variables.ts'
