import type { Adapter } from '../adapters/interface.ts'
import type { MacroLibrary } from '../context/index.ts'
import type { Invocation, JsonObject, ProjectConfig, TargetConfig } from '../core/index.ts'
import type { InertTests } from './inert-tests.ts'
import type { ManifestBuilder } from './manifest-builder.ts'
import type { RenderString } from './native-render.ts'
import type { SettledConfigs } from './node-config.ts'
import type { ParseContext } from './parse-context.ts'
import type { ProjectSettings } from './project-file.ts'
import type { ProjectFiles, SourceFile } from './project-files.ts'
import type { RelationNames } from './relation-names.ts'
import type { ConfigResolver } from './resolve-config.ts'
import type { YamlFile } from './yaml-file.ts'

/** One package under parsing, the root project among them. */
export interface PackageScope {
  readonly settings: ProjectSettings
  readonly config: ProjectConfig
  /** Folder of the package as messages show it, '' for the root project. */
  readonly display: string
  readonly files: ProjectFiles
  /** Renders values of its properties files. */
  readonly renderYaml: RenderString
}

/** What every parser of a project needs. */
export interface Parsing {
  readonly root: PackageScope
  readonly packages: ReadonlyMap<string, PackageScope>
  readonly adapter: Adapter
  readonly target: TargetConfig
  readonly invocation: Invocation
  readonly library: MacroLibrary
  readonly internalPackages: ReadonlySet<string>
  readonly configs: ConfigResolver
  readonly settled: SettledConfigs
  readonly inertTests: InertTests
  readonly builder: ManifestBuilder
  readonly names: RelationNames
  readonly context: ParseContext
  /** Behaviour flags of the root project (`flags:`), and those of the command line over them. */
  readonly behavior: JsonObject
  /** Seconds since 1970: `created_at` of all that this parse makes. */
  readonly createdAt: number
}

/** A properties file (`schema.yml`) under parsing. */
export interface PropertiesFile {
  readonly scope: PackageScope
  readonly file: SourceFile
  readonly yaml: YamlFile
}

/** dbt's id of a file: `package://path`. */
export function fileId(packageName: string, path: string): string {
  return `${packageName}://${path}`
}

/** True when the behaviour flag is on; dbt's default when it was not set. */
export function behaviorFlag(behavior: JsonObject, name: string, fallback: boolean): boolean {
  const value = behavior[name]
  return typeof value === 'boolean' ? value : fallback
}
