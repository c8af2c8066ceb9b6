import type { Invocation, JsonObject } from '../core/index.ts'
import { PyDict, type PyValue } from '../jinja/index.ts'
import { type CommonVariablesOptions, type ContextProject, commonVariables, withBuiltins } from './base-variables.ts'
import { targetVariable } from './target-variable.ts'
import { VarFunction, varsOf } from './var-function.ts'

/**
 * The variables of files that are not models. What dbt gives each:
 * - profiles.yml, packages.yml, dependencies.yml: the common ones, `var` of the command line, `env_var` with secrets;
 * - dbt_project.yml, selectors.yml: the common ones, `var` of the command line, `target`;
 * - properties files: the common ones, `target`, `project_name`, `var` of the project files too.
 */
export type YamlFile =
  | { readonly kind: 'profile' | 'packages' }
  | { readonly kind: 'project'; readonly project?: Pick<ContextProject, 'target' | 'adapter'> }
  | { readonly kind: 'properties'; readonly project: ContextProject; readonly packageName: string }

export function yamlVariables(file: YamlFile, options: CommonVariablesOptions): Map<string, PyValue> {
  const { invocation } = options
  const secrets = file.kind === 'profile' || file.kind === 'packages'
  const variables = commonVariables(options, { secrets })
  const target =
    'project' in file && file.project !== undefined
      ? targetVariable(file.project.target, file.project.adapter.type)
      : // `deps` and `clean` know no target: what the project file asks of it is undefined, and no error.
        file.kind === 'project'
        ? new PyDict()
        : undefined
  if (target !== undefined) {
    variables.set('target', target)
    variables.set('env', target)
  }
  if (file.kind === 'properties') variables.set('project_name', file.project.config.name)
  variables.set(
    'var',
    new VarFunction({
      vars: () => varsOfFile(file, invocation),
      owner: '<Configuration>',
      missing: 'raise',
      // Texts of the project files' vars are not rendered here, as they are in models; those of the command line are, in the other files.
      ...(file.kind === 'properties' ? {} : { globals: variables }),
    }),
  )
  return withBuiltins(variables)
}

function varsOfFile(file: YamlFile, invocation: Invocation): JsonObject {
  if (file.kind !== 'properties') return invocation.vars
  const { config, packages } = file.project
  return varsOf({ root: config, packages, packageName: file.packageName, cli: invocation.vars })
}
