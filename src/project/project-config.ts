import { resolve } from 'node:path'
import { yamlVariables } from '../context/index.ts'
import type { EventSink, Invocation, ProjectConfig } from '../core/index.ts'
import { nativeRenderer, type RenderString } from './native-render.ts'
import { readProjectFile, renderProject } from './project-file.ts'
import { readVarsFile } from './vars-file.ts'

const QUIET: EventSink = () => undefined

/** The project's settings without its connection: what `deps` and `clean` need, where no profile need be there. Throws T1001…T1003. */
export function loadProjectConfig(invocation: Invocation): ProjectConfig {
  const raw = readProjectFile(resolve(invocation.flags.projectDir))
  const vars = readVarsFile(raw)
  const merged = { ...invocation, vars: { ...vars, ...invocation.vars } }
  const render = nativeRenderer(yamlVariables({ kind: 'project' }, { invocation: merged, emit: QUIET }))
  const { targetPath, version_check: checkVersion } = invocation.flags
  return renderProject(raw, render, { targetPath, checkVersion, vars }).config
}

/** Renders strings of packages.yml: `var`, `env_var` with secrets. */
export function packageRenderer(invocation: Invocation): RenderString {
  return nativeRenderer(yamlVariables({ kind: 'packages' }, { invocation, emit: QUIET }))
}
