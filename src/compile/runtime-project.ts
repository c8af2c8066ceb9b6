import type { Adapter } from '../adapters/interface.ts'
import type { MacroLibrary } from '../context/index.ts'
import type { Manifest, ProjectConfig, SourceLocation, TargetConfig } from '../core/index.ts'

/** What compiling and running need of a parsed project; the `LoadedProject` of project/ satisfies it. */
export interface RuntimeProject {
  readonly config: ProjectConfig
  readonly target: TargetConfig
  readonly adapter: Adapter
  /** Installed packages, without the root project. */
  readonly packages: readonly ProjectConfig[]
  readonly manifest: Manifest
  readonly library: MacroLibrary
  /** Where each resource begins in its file, by unique_id. */
  readonly locations: Readonly<Record<string, SourceLocation>>
}
