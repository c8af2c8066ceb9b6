/**
 * The public door of jinja/. Nothing outside the room imports its other files.
 */
export { type Block, type BlockOptions, extractBlocks } from './blocks.ts'
export type { Flavour } from './codegen/unit.ts'
export { DbtEnvironment, DbtTemplate } from './environment.ts'
export { PyDate } from './modules/date.ts'
export { datetimeOf, PyDatetime } from './modules/datetime.ts'
export { fromYaml } from './modules/from-yaml.ts'
export { fromJson, type ToJsonOptions, toJson } from './modules/json.ts'
export { makeModules } from './modules/make-modules.ts'
export { PyTimedelta } from './modules/timedelta.ts'
export { FixedTimezone, UTC_TIMEZONE } from './modules/timezone.ts'
export { type ToYamlOptions, toYaml } from './modules/to-yaml.ts'
export {
  NAMES_OF_PRINTED_MACROS,
  type PrintedItem,
  type PrintedMacro,
  type PrintedPart,
  type PrintedValue,
} from './printed-macro.ts'
export type { Globals } from './render/render-scope.ts'
export { returnFunction } from './render/return-signal.ts'
export { getAttr as pyGetAttr, getItem as pyGetItem } from './runtime/attributes.ts'
export { iterate as pyIterate } from './runtime/iterate.ts'
export * from './runtime/runtime.ts'
export * from './runtime/values.ts'
export type { StaticArg, StaticCall } from './static-calls.ts'
export { compileTemplate, type MacroDefinition, type Template, type TemplateOptions } from './template.ts'
