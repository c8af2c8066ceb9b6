/**
 * The public door of jinja/. Nothing outside the room imports its other files.
 */
export * from './runtime/values.ts'
