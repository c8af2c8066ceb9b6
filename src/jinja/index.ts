/**
 * The public door of jinja/. Nothing outside the room imports its other files.
 */
export { type Block, type BlockOptions, extractBlocks } from './blocks.ts'
export type { Flavour } from './codegen/unit.ts'
export { DbtEnvironment, DbtTemplate } from './environment.ts'
export type { Globals, UndefinedMode } from './render/render-scope.ts'
export { returnFunction } from './render/return-signal.ts'
export * from './runtime/runtime.ts'
export * from './runtime/values.ts'
export type { StaticArg, StaticCall } from './static-calls.ts'
export { compileTemplate, type MacroDefinition, type Template, type TemplateOptions } from './template.ts'
