/** The public door of compile/. Nothing outside the room imports its other files. */
export type { RuntimeProject } from './runtime-project.ts'
