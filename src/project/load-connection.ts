import { resolve } from 'node:path'
import { yamlVariables } from '../context/index.ts'
import type { Invocation, JsonObject, TargetConfig } from '../core/index.ts'
import { isRecord, nativeRenderer } from './native-render.ts'
import { type ProfileRequest, resolveConnection } from './profile.ts'
import { readProjectFile } from './project-file.ts'

/**
 * A connection by its name, as `load: {from: name}` means it: of `connections` in the project file, else an output of the profile. Its Jinja may ask
 * `env_var`, secrets too. Throws T1001…T1006.
 */
export function loadConnection(invocation: Invocation, name: string): TargetConfig {
  return resolveConnection(profileRequest(invocation), name)
}

function profileRequest(invocation: Invocation): ProfileRequest {
  const raw = readProjectFile(resolve(invocation.flags.projectDir))
  const render = nativeRenderer(yamlVariables({ kind: 'profile' }, { invocation, emit: () => undefined }))
  const text = (key: string) => {
    const value = raw.data[key]
    return typeof value === 'string' ? String(render(value, raw.yaml.file)) : null
  }
  const targets = raw.data['targets']
  return {
    invocation,
    root: raw.root,
    project: {
      name: text('name') ?? 'project',
      profile: text('profile'),
      fileName: raw.fileName,
      defaultTarget: text('target'),
      targets: isRecord(targets) ? (targets as Record<string, JsonObject>) : null,
    },
    projectYaml: raw.yaml,
    render,
  }
}
