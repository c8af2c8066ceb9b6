import type { Invocation, ProjectConfig, TargetConfig } from '../core/index.ts'
import { PyDict, PyFunction, PyObject, type PyValue, toPython } from '../jinja/index.ts'
import { invocationArguments } from './flags-variable.ts'

export interface RuntimeConfigOptions {
  readonly config: ProjectConfig
  readonly packages: readonly ProjectConfig[]
  readonly target: TargetConfig
  readonly invocation: Invocation
}

/** What a template may read of a project file. */
const PROJECT_FIELDS: Readonly<Record<string, (config: ProjectConfig) => unknown>> = {
  project_name: (config) => config.name,
  version: (config) => config.version,
  project_root: (config) => config.root,
  model_paths: (config) => config.modelPaths,
  macro_paths: (config) => config.macroPaths,
  seed_paths: (config) => config.seedPaths,
  test_paths: (config) => config.testPaths,
  analysis_paths: (config) => config.analysisPaths,
  snapshot_paths: (config) => config.snapshotPaths,
  packages_install_path: (config) => config.packagesInstallPath,
  clean_targets: (config) => config.cleanTargets,
  dispatch: (config) => config.dispatch,
  quoting: (config) => config.quoting,
  on_run_start: (config) => config.onRunStart,
  on_run_end: (config) => config.onRunEnd,
  config_version: () => 2,
}

/**
 * What packages reach as `ref.config` and `builtins.ref.config` (elementary does), at parse time and at run time: dbt's RuntimeConfig, the
 * part of it that is data and no secret.
 */
export class RuntimeConfigObject extends PyObject {
  readonly $type = 'RuntimeConfig'
  readonly #options: RuntimeConfigOptions

  constructor(options: RuntimeConfigOptions) {
    super()
    this.#options = options
  }

  override $attr(name: string): PyValue | undefined {
    const { config, packages, target, invocation } = this.#options
    switch (name) {
      case 'target_name':
        return target.targetName
      case 'profile_name':
        return target.profileName
      case 'threads':
        return target.threads
      case 'target_path':
        return invocation.flags.targetPath ?? config.targetPath
      case 'credentials':
        return toPython({ type: target.type, database: target.database, schema: target.schema })
      case 'cli_vars':
        return toPython(invocation.vars)
      case 'args':
        return invocationArguments(invocation.flags)
      case 'vars':
        return new VarProvider(config)
      case 'dependencies': {
        const all = [config, ...packages].map((each): [string, PyValue] => [
          each.name,
          each === config ? this : new RuntimeConfigObject({ ...this.#options, config: each }),
        ])
        return PyDict.ofStrings(all)
      }
      default:
        return Object.hasOwn(PROJECT_FIELDS, name) ? toPython(PROJECT_FIELDS[name]?.(config)) : undefined
    }
  }
}

class VarProvider extends PyObject {
  readonly $type = 'VarProvider'
  readonly #config: ProjectConfig

  constructor(config: ProjectConfig) {
    super()
    this.#config = config
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'vars') return toPython(this.#config.vars)
    return name === 'to_dict' ? new PyFunction(name, () => toPython(this.#config.vars)) : undefined
  }
}
