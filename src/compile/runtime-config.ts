import { invocationArguments } from '../context/index.ts'
import type { ProjectConfig } from '../core/index.ts'
import { lazyDict, PyDict, PyFunction, PyObject, type PyValue, toPython } from '../jinja/index.ts'
import type { Runtime } from './runtime.ts'

/** `vars` of dbt's RuntimeConfig: the project's, as they are written. */
class VarsObject extends PyObject {
  readonly $type = 'VarProvider'

  constructor(readonly config: ProjectConfig) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    if (name === 'vars') return toPython(this.config.vars)
    if (name === 'to_dict')
      return new PyFunction('to_dict', () => PyDict.ofStrings({ vars: toPython(this.config.vars) }))
    return undefined
  }
}

function projectFields(config: ProjectConfig): Record<string, unknown> {
  return {
    project_name: config.name,
    version: config.version,
    project_root: config.root,
    model_paths: config.modelPaths,
    macro_paths: config.macroPaths,
    seed_paths: config.seedPaths,
    test_paths: config.testPaths,
    analysis_paths: config.analysisPaths,
    snapshot_paths: config.snapshotPaths,
    target_path: config.targetPath,
    packages_install_path: config.packagesInstallPath,
    clean_targets: config.cleanTargets,
    dispatch: config.dispatch,
    quoting: config.quoting,
    on_run_start: config.onRunStart,
    on_run_end: config.onRunEnd,
    config_version: 2,
  }
}

/** Makes what `ref.config` gives packages that look through it at the project (`builtins.ref.config.dependencies`): the part of dbt's RuntimeConfig that is data. */
export function runtimeConfig(runtime: Pick<Runtime, 'project' | 'invocation'>): PyValue {
  const { config, packages, target, adapter } = runtime.project
  const { invocation } = runtime
  const all = [config, ...packages]
  const dict = lazyDict({
    ...projectFields(config),
    profile_name: target.profileName,
    target_name: target.targetName,
    threads: target.threads,
    credentials: { type: adapter.type, database: target.database, schema: target.schema },
    cli_vars: invocation.vars,
    dependencies: Object.fromEntries(all.map((each) => [each.name, projectFields(each)])),
  })
  const extra = new Map<string, PyValue>([
    ['vars', new VarsObject(config)],
    ['args', invocationArguments(invocation.flags)],
  ])
  return new RuntimeConfigObject(dict, extra)
}

class RuntimeConfigObject extends PyObject {
  readonly $type = 'RuntimeConfig'

  constructor(
    readonly fields: PyValue,
    readonly extra: ReadonlyMap<string, PyValue>,
  ) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    const extra = this.extra.get(name)
    if (extra !== undefined) return extra
    if (this.fields instanceof PyDict) return this.fields.getString(name)
    return this.fields instanceof PyObject ? this.fields.$item?.(name) : undefined
  }
}
