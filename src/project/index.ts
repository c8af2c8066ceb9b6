/** The public door of project/. Nothing outside the room imports its other files. */

export { loadConnection } from './load-connection.ts'
export { type LoadedProfile, type LoadedProject, type LoadOptions, loadProfile, loadProject } from './load-project.ts'
export { readMacroHeads } from './macro-files.ts'
export { parseInline } from './parse-inline.ts'
export { loadProjectConfig, packageRenderer } from './project-config.ts'
