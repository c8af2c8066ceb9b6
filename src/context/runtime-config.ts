import type { Invocation, ProjectConfig, TargetConfig } from '../core/index.ts'
import { PyDict, PyFunction, PyObject, type PyValue, toPython } from '../jinja/index.ts'
import { invocationArguments } from './flags-variable.ts'

export interface RuntimeConfigOptions {
  readonly config: ProjectConfig
  readonly packages: readonly ProjectConfig[]
  readonly target: TargetConfig
  readonly invocation: Invocation
}

/** What packages reach as `builtins.ref.config` (elementary does): dbt's RuntimeConfig, the part of it that is no secret. */
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
      case 'project_name':
        return config.name
      case 'version':
        return config.version
      case 'project_root':
        return config.root
      case 'target_name':
        return target.targetName
      case 'profile_name':
        return target.profileName
      case 'threads':
        return target.threads
      case 'target_path':
        return invocation.flags.targetPath ?? config.targetPath
      case 'packages_install_path':
        return config.packagesInstallPath
      case 'quoting':
        return toPython(config.quoting)
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
        return undefined
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
