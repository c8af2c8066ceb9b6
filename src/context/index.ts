/** The public door of context/. Nothing outside the room imports its other files. */
export {
  type BaseVariablesOptions,
  baseVariables,
  type CommonVariablesOptions,
  type ContextNode,
  type ContextProject,
  logFunction,
  withBuiltins,
} from './base-variables.ts'
export { Column, ColumnFactoryObject } from './column.ts'
export { contractMismatch } from './contract-mismatch.ts'
export { Decimal } from './decimal.ts'
export { dispatchMacro } from './dispatch-macro.ts'
export { envVarFunction } from './env-var.ts'
export { ExceptionsObject } from './exceptions-variable.ts'
export { FlagsObject, invocationArguments } from './flags-variable.ts'
export { callMacro, createGlobals, type GlobalsOptions, type MutableGlobals, type Variables } from './globals.ts'
export { inferSeedTable, type SeedOptions } from './infer-seed-table.ts'
export { createMacroLibrary, type MacroLibrary, type MacroLibraryOptions } from './macro-library.ts'
export { type CsvRecord, readCsv } from './read-csv.ts'
export {
  type EventTimeFilter,
  Relation,
  type RelationChanges,
  type RelationDialect,
  type RelationOptions,
} from './relation.ts'
export { addEphemeralPrefix } from './relation-attributes.ts'
export { RelationFactoryObject, type RelationMaker } from './relation-factory.ts'
export { RuntimeConfigObject, type RuntimeConfigOptions } from './runtime-config.ts'
export { seedCopyText } from './seed-copy-text.ts'
export { type Row, Table, type TableOptions, type TableType } from './table.ts'
export { type PrintOptions, printedTable } from './table-print.ts'
export { targetVariable } from './target-variable.ts'
export { VarFunction, varsOf } from './var-function.ts'
export { type YamlFile, yamlVariables } from './yaml-variables.ts'
