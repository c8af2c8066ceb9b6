/** The public door of generate/: a spec in YAML → tables of synthetic rows, streamed. */
export { type GeneratedTable, generateTables } from './generate.ts'
export { readGeneratorSpec } from './read-spec.ts'
export type { GeneratorSpec, TableSpec } from './spec.ts'
export { type WrittenTable, writeTables } from './write-tables.ts'
